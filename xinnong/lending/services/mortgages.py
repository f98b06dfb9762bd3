"""The only writer of mortgages: named, valued, registered, insured."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from xinnong.accounts.scope import scoped
from xinnong.core.collateral import KINDS, METHODS, Title, title_problems
from xinnong.lending.models import (
    Collateral,
    CollateralOwner,
    CollateralState,
    Contract,
    ContractState,
    Valuation,
)
from xinnong.lending.queries.securities import LIVE_COLLATERAL, MORTGAGE, is_over
from xinnong.lending.services.applications import locked
from xinnong.lending.services.commands import (
    claim,
    note,
    refuse_all_but_staff,
    refuse_own_household,
    same_owner,
    take_turns,
)
from xinnong.lending.services.conditions import come_into_force, meet_by_itself
from xinnong.lending.services.evidence import checked_reference, checked_sum
from xinnong.lending.services.guarantors import EVERY_GUARANTEE, refuse_unless_open
from xinnong.lending.services.lender_scope import of_lender
from xinnong.lending.services.refusals import EvidenceMissing, Moved
from xinnong.lending.services.security_refusals import (
    DatesWrong,
    NamedAlready,
    NotSecurable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from xinnong.accounts.models import User
    from xinnong.lending.models import Application
    from xinnong.lending.services.guarantors import Consent

MOST_OWNERS = 20
SHORTEST_LABEL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What is offered as a mortgage, and what the title search answered on `searched_on`."""

    kind: str
    label: str
    certificate: str
    owners_count: int
    prior_minor: int
    searched_on: date
    search_reference: str
    is_disputed: bool | None
    is_seized: bool | None
    is_to_be_demolished: bool | None
    is_dangerous: bool | None
    has_grantor_consent: bool | None = None


def name_collateral(
    *, actor: User, application: Application, thing: Thing, now: datetime, key: UUID
) -> Collateral:
    """Put a thing on record that may be mortgaged. What the law refuses is refused by name.

    Raises NotYours, OwnHousehold, SecurityNotAsked, SecurityAgreed, NotSecurable, NamedAlready,
    EvidenceMissing, DatesWrong, Moved, CommandKeyReused.
    """
    refuse_all_but_staff(actor, application.institution)
    refuse_own_household(actor, application.household_id)
    _check_thing(thing, timezone.localdate(now))
    with transaction.atomic():
        mine = locked(application)
        claimed = claim(
            actor=actor, institution=mine.institution, route="name-collateral", key=key, now=now,
            body={"application": str(mine.ref), **asdict(thing)},
        )  # fmt: skip
        if not claimed.is_new:
            return Collateral.objects.get(ref=claimed.subject)
        refuse_unless_open(mine, MORTGAGE)
        registry = KINDS[thing.kind].registry
        _refuse_used(actor, mine.institution, registry, thing.certificate, now)
        made = Collateral.objects.create(
            **(same_owner(mine) | {"ref": claimed.subject}),
            application=mine,
            kind=thing.kind,
            label=thing.label,
            certificate=thing.certificate,
            owners_count=thing.owners_count,
            prior_minor=thing.prior_minor,
            searched_on=thing.searched_on,
            search_reference=thing.search_reference,
            has_grantor_consent=thing.has_grantor_consent is True,
            state=CollateralState.NAMED,
            registry=registry,
            named_by=actor.ref,
            named_at=now,
        )
        note(actor, "name-collateral", made, now)
    return made


def _refuse_used(
    actor: User, institution: str, registry: str, certificate: str, now: datetime
) -> None:
    """One thing secures one loan of a lender, wherever its borrower lives. Raises NamedAlready.

    What was only named, and whose application came to nothing, is free again.
    """
    take_turns(institution, EVERY_GUARANTEE)
    with scoped(of_lender(institution, actor)):
        same = Collateral.objects.filter(
            institution=institution, registry=registry, certificate=certificate,
            state__in=LIVE_COLLATERAL,
        )  # fmt: skip
        for other in same.select_related("application"):
            if other.state != CollateralState.NAMED or not is_over(other.application):
                raise NamedAlready
            other.state, other.ended_at = CollateralState.DROPPED, now
            other.save(update_fields=["state", "ended_at"])
            note(actor, "drop-collateral", other, now)


def _check_thing(thing: Thing, today: date) -> None:
    title = Title(
        kind=thing.kind,
        is_disputed=thing.is_disputed,
        is_seized=thing.is_seized,
        is_to_be_demolished=thing.is_to_be_demolished,
        is_dangerous=thing.is_dangerous,
        has_grantor_consent=thing.has_grantor_consent,
    )
    problems = title_problems(title)
    if problems:
        raise NotSecurable(problems=problems)
    if not 1 <= thing.owners_count <= MOST_OWNERS or thing.prior_minor < 0:
        raise EvidenceMissing(field="owners_count, prior_minor")
    if len(thing.label.strip()) < SHORTEST_LABEL or not thing.certificate.strip():
        raise EvidenceMissing(field="label, certificate")
    checked_reference(thing.search_reference, "search_reference")
    if thing.searched_on > today:
        raise DatesWrong


def record_owner(
    *,
    actor: User,
    collateral: Collateral,
    party: UUID,
    name: str,
    consent: Consent,
    now: datetime,
    key: UUID,
) -> CollateralOwner:
    """Put an owner's written consent on record; as many as the register names have to consent.

    Raises NotYours, OwnHousehold, SecurityAgreed, NamedAlready, EvidenceMissing, DatesWrong.
    """
    refuse_hands(actor, collateral)
    signed = checked_sum(consent.sha256, "consent")
    if consent.on > timezone.localdate(now):
        raise DatesWrong
    with transaction.atomic():
        mine = locked_collateral(collateral)
        body = {
            "collateral": str(mine.ref), "party": str(party), "consent": signed,
            "consented_on": consent.on,
        }  # fmt: skip
        claimed = claim(
            actor=actor, institution=mine.institution, route="record-owner", key=key, body=body,
            now=now,
        )  # fmt: skip
        if not claimed.is_new:
            return CollateralOwner.objects.get(ref=claimed.subject)
        refuse_unless_open(mine.application, MORTGAGE)
        owners = CollateralOwner.objects.filter(collateral=mine)
        if owners.filter(party=party).exists() or owners.count() >= mine.owners_count:
            raise NamedAlready
        owner = CollateralOwner.objects.create(
            **(same_owner(mine) | {"ref": claimed.subject}), collateral=mine, party=party,
            name=name, consent_sha256=signed, consented_on=consent.on, recorded_by=actor.ref,
        )  # fmt: skip
        note(actor, "record-owner", owner, now)
    return owner


def record_valuation(
    *,
    actor: User,
    collateral: Collateral,
    value_minor: int,
    method: str,
    valuer: str,
    valued_on: date,
    reference: str,
    now: datetime,
    key: UUID,
) -> Valuation:
    """Put a value on record; two people's are needed, and the lower one counts.

    Raises NotYours, OwnHousehold, SecurityAgreed, EvidenceMissing, DatesWrong.
    """
    refuse_hands(actor, collateral)
    checked_reference(reference, "reference")
    if value_minor <= 0 or method not in METHODS or len(valuer.strip()) < SHORTEST_LABEL:
        raise EvidenceMissing(field="value_minor, method, valuer")
    if valued_on > timezone.localdate(now):
        raise DatesWrong
    with transaction.atomic():
        mine = locked_collateral(collateral)
        body = {
            "collateral": str(mine.ref), "value_minor": value_minor, "method": method,
            "valuer": valuer.strip(), "valued_on": valued_on, "reference": reference,
        }  # fmt: skip
        claimed = claim(
            actor=actor, institution=mine.institution, route="record-valuation", key=key,
            body=body, now=now,
        )  # fmt: skip
        if not claimed.is_new:
            return Valuation.objects.get(ref=claimed.subject)
        refuse_unless_open(mine.application, MORTGAGE)
        value = Valuation.objects.create(
            **(same_owner(mine) | {"ref": claimed.subject}), collateral=mine,
            value_minor=value_minor, method=method, valuer=valuer.strip(), valued_on=valued_on,
            reference=reference, recorded_by=actor.ref,
        )  # fmt: skip
        note(actor, "record-valuation", value, now, value_minor=value_minor)
    return value


def drop_collateral(*, actor: User, collateral: Collateral, now: datetime, key: UUID) -> Collateral:
    """Take a thing off before the contract names it. Raises NotYours, SecurityAgreed, Moved."""
    refuse_hands(actor, collateral)
    with transaction.atomic():
        mine = locked_collateral(collateral)
        if not is_first(actor, mine, "drop-collateral", key, {}, now):
            return mine
        refuse_unless_open(mine.application, MORTGAGE)
        if mine.state != CollateralState.NAMED:
            raise Moved(state=mine.get_state_display())
        mine.state, mine.ended_at = CollateralState.DROPPED, now
        mine.save(update_fields=["state", "ended_at"])
        note(actor, "drop-collateral", mine, now)
    return mine


def register_mortgage(
    *,
    actor: User,
    collateral: Collateral,
    registration: str,
    registered_on: date,
    now: datetime,
    key: UUID,
) -> Collateral:
    """Put the registry's number and day on record, once the contract is drafted.

    Raises NotYours, OwnHousehold, EvidenceMissing, DatesWrong, Moved, CommandKeyReused.
    """
    refuse_hands(actor, collateral)
    checked_reference(registration, "registration")
    with transaction.atomic():
        mine = locked_collateral(collateral)
        body = {"registration": registration, "registered_on": registered_on}
        if not is_first(actor, mine, "register-mortgage", key, body, now):
            return mine
        contract = Contract.objects.filter(application=mine.application_id).first()
        is_open = contract is not None and contract.state in {"drafted", "signed"}
        if mine.state != CollateralState.NAMED or contract is None or not is_open:
            raise Moved(state=mine.get_state_display())
        if not contract.starts_on <= registered_on <= timezone.localdate(now):
            raise DatesWrong
        mine.state, mine.registration = CollateralState.REGISTERED, registration
        mine.registered_on = registered_on
        mine.save(update_fields=["state", "registration", "registered_on"])
        note(actor, "register-mortgage", mine, now)
        _meet(actor, contract, now)
    return mine


def insure_collateral(
    *,
    actor: User,
    collateral: Collateral,
    insurer: str,
    policy_number: str,
    insured_until: date,
    now: datetime,
    key: UUID,
) -> Collateral:
    """Put the insurance of a thing on record; a newer policy takes the older one's place.

    Raises NotYours, OwnHousehold, EvidenceMissing, DatesWrong, Moved, CommandKeyReused.
    """
    refuse_hands(actor, collateral)
    checked_reference(policy_number, "policy_number")
    if len(insurer.strip()) < SHORTEST_LABEL:
        raise EvidenceMissing(field="insurer")
    if insured_until <= timezone.localdate(now):
        raise DatesWrong
    with transaction.atomic():
        mine = locked_collateral(collateral)
        body = {
            "insurer": insurer.strip(), "policy_number": policy_number,
            "insured_until": insured_until,
        }  # fmt: skip
        if not is_first(actor, mine, "insure-collateral", key, body, now):
            return mine
        if mine.state not in LIVE_COLLATERAL:
            raise Moved(state=mine.get_state_display())
        mine.insurer, mine.policy_number = insurer.strip(), policy_number
        mine.insured_until = insured_until
        mine.save(update_fields=["insurer", "policy_number", "insured_until"])
        note(actor, "insure-collateral", mine, now)
        _meet(actor, Contract.objects.filter(application=mine.application_id).first(), now)
    return mine


def _meet(actor: User, contract: Contract | None, now: datetime) -> None:
    """With the last thing registered and insured, a signed contract comes into force."""
    if contract is not None and contract.state in {ContractState.DRAFTED, ContractState.SIGNED}:
        meet_by_itself(actor, contract, now)
        come_into_force(actor, contract, now)


def refuse_hands(actor: User, collateral: Collateral) -> None:
    """Only the lender's staff, and nobody of the owner's household. Raises NotYours, OwnHousehold."""
    refuse_all_but_staff(actor, collateral.institution)
    refuse_own_household(actor, collateral.household_id)


def locked_collateral(collateral: Collateral) -> Collateral:
    """The thing as on record now, held until the transaction ends."""
    found = Collateral.objects.select_for_update(of=("self",))
    return found.select_related("application", "household").get(pk=collateral.pk)


def is_first(
    actor: User,
    row: Collateral,
    route: str,
    key: UUID,
    body: Mapping[str, object],
    now: datetime,
) -> bool:
    """Take the key of a step on a thing. Raises CommandKeyReused."""
    return claim(
        actor=actor, institution=row.institution, route=route, key=key,
        body={"collateral": str(row.ref), **body}, now=now, subject=row.ref,
    ).is_new  # fmt: skip
