"""The only writer of guarantors: named with consent and means, signed in person, dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from xinnong.accounts.scope import scoped
from xinnong.core.dates import OF_AGE, age_on
from xinnong.core.guarantees import (
    COMMITTEE,
    FIRM,
    GUARANTEE_COMPANY,
    PERSON,
    VILLAGE_COLLECTIVE,
    Candidate,
    guarantee_problems,
    policy_on,
    ring_of,
)
from xinnong.lending.models import Contract, ContractState, Guarantor, GuarantorState
from xinnong.lending.queries.securities import (
    GUARANTEE,
    LIVE_GUARANTEE,
    exposure_minor,
    guarantee_edges,
    node_of_borrower,
)
from xinnong.lending.services.applications import HERE, locked
from xinnong.lending.services.commands import (
    claim,
    household_of,
    note,
    refuse_all_but_staff,
    refuse_own_household,
    same_owner,
    take_turns,
)
from xinnong.lending.services.conditions import come_into_force, meet_by_itself
from xinnong.lending.services.evidence import checked_reference, checked_sum
from xinnong.lending.services.lender_scope import of_lender
from xinnong.lending.services.refusals import Moved, NotRepresentative, OwnHousehold
from xinnong.lending.services.security_refusals import (
    DatesWrong,
    NamedAlready,
    NotSecurable,
    SecurityAgreed,
    SecurityNotAsked,
)

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from xinnong.accounts.models import User
    from xinnong.lending.models import Application
    from xinnong.registry.models import Organisation, Person

EVERY_GUARANTEE: Final = 683
"""The turn in which guarantees and mortgages of one lender are counted, whoever gives them."""
ORGANISATION_KINDS: Final = {
    "村集体": VILLAGE_COLLECTIVE,
    "村民委员会": COMMITTEE,
    "融资担保公司": GUARANTEE_COMPANY,
    "家庭农场": FIRM,
    "农民专业合作社": FIRM,
    "农业企业": FIRM,
    "个体工商户": FIRM,
    "公司": FIRM,
    "合作社": FIRM,
}
"""Kinds of the register as the rules know them; any other one guarantees nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the papers show of a guarantor on a day; sums are of a year and of today."""

    income_minor: int | None
    net_assets_minor: int | None
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A written consent: the scan's sum and the day."""

    sha256: str
    on: date


def name_guarantor(
    *,
    actor: User,
    application: Application,
    signatory: Person,
    organisation: Organisation | None,
    is_spouse: bool,
    amount_minor: int,
    means: Means,
    consent: Consent,
    now: datetime,
    key: UUID,
) -> Guarantor:
    """Put a guarantor on record who consented in writing and whose means were shown.

    `signatory` guarantees alone, or signs for the organisation. All guarantees of the guarantor at
    this lender count, wherever their borrowers live. Raises NotYours, OwnHousehold,
    SecurityNotAsked, SecurityAgreed, NamedAlready, NotSecurable, NotRepresentative,
    EvidenceMissing, DatesWrong, Moved, CommandKeyReused.
    """
    refuse_all_but_staff(actor, application.institution)
    refuse_own_household(actor, application.household_id)
    if household_of(actor) is not None and household_of(actor) == signatory.household_id:
        raise OwnHousehold
    party = signatory.ref if organisation is None else organisation.ref
    body = {
        "application": str(application.ref), "party": str(party), "signatory": str(signatory.ref),
        "amount_minor": amount_minor, "is_spouse": is_spouse, **_shown(means, consent),
    }  # fmt: skip
    if consent.on > timezone.localdate(now):
        raise DatesWrong
    with transaction.atomic():
        mine = locked(application)
        claimed = claim(actor=actor, institution=mine.institution, route="name-guarantor",
                        key=key, body=body, now=now)  # fmt: skip
        if not claimed.is_new:
            return Guarantor.objects.get(ref=claimed.subject)
        refuse_unless_open(mine, GUARANTEE)
        if mine.guarantors.filter(party=party, state__in=LIVE_GUARANTEE).exists():
            raise NamedAlready
        kind = _checked_kind(
            actor, mine, signatory, organisation, means, now, amount_minor, is_spouse=is_spouse
        )
        guarantor = Guarantor.objects.create(
            **(same_owner(mine) | {"ref": claimed.subject}),
            application=mine,
            **_who(signatory, organisation),
            kind=kind,
            amount_minor=amount_minor,
            income_minor=means.income_minor,
            net_assets_minor=means.net_assets_minor,
            means_reference=means.reference,
            consent_sha256=consent.sha256,
            consented_on=consent.on,
            state=GuarantorState.NAMED,
            named_by=actor.ref,
            named_at=now,
        )
        note(actor, "name-guarantor", guarantor, now, amount_minor=amount_minor)
    return guarantor


def _shown(means: Means, consent: Consent) -> dict[str, object]:
    """What the papers say, with their evidence checked. Raises EvidenceMissing."""
    return {
        "income_minor": means.income_minor,
        "net_assets_minor": means.net_assets_minor,
        "means": checked_reference(means.reference, "means_reference"),
        "consent": checked_sum(consent.sha256, "consent"),
        "consented_on": consent.on,
    }


def _who(signatory: Person, organisation: Organisation | None) -> dict[str, Any]:
    return {
        "party": signatory.ref if organisation is None else organisation.ref,
        "node": _node(signatory, organisation),
        "signatory": signatory.ref,
        "name": signatory.name if organisation is None else organisation.name,
    }


def _checked_kind(
    actor: User,
    mine: Application,
    signatory: Person,
    organisation: Organisation | None,
    means: Means,
    now: datetime,
    amount_minor: int,
    *,
    is_spouse: bool,
) -> str:
    """The kind of who may guarantee. Raises NotSecurable, NotRepresentative."""
    candidate = _candidate(actor, mine, signatory, organisation, means, now, is_spouse=is_spouse)
    policy = policy_on(timezone.localdate(now))
    problems = guarantee_problems(candidate, amount_minor=amount_minor, policy=policy)
    if problems:
        raise NotSecurable(problems=problems)
    if organisation is not None and organisation.head_key != signatory.key:
        raise NotRepresentative
    return candidate.kind


def refuse_unless_open(application: Application, security: str) -> None:
    """Security is named while an application waits or is approved, and before the contract.

    Raises SecurityNotAsked, SecurityAgreed, Moved.
    """
    if application.security != security:
        raise SecurityNotAsked
    contract = Contract.objects.filter(application=application).first()
    if contract is not None and contract.state != ContractState.CANCELLED:
        raise SecurityAgreed
    if application.state not in {"submitted", "in_review", "approved"}:
        raise Moved(state=application.get_state_display())


def _candidate(
    actor: User,
    mine: Application,
    signatory: Person,
    organisation: Organisation | None,
    means: Means,
    now: datetime,
    *,
    is_spouse: bool,
) -> Candidate:
    """Everything the rules ask, with all guarantees of this lender counted one after another."""
    party = signatory.ref if organisation is None else organisation.ref
    take_turns(mine.institution, EVERY_GUARANTEE)
    with scoped(of_lender(mine.institution, actor)):
        exposure = exposure_minor(mine.institution, party)
        client = exposure_minor(mine.institution, party, person=mine.person)
        edges = guarantee_edges(mine.institution)
    is_family = organisation is None and mine.organisation is None
    birth = signatory.birth
    is_of_age = birth is not None and age_on(birth, timezone.localdate(now)) >= OF_AGE
    return Candidate(
        kind=PERSON if organisation is None else ORGANISATION_KINDS.get(organisation.kind, ""),
        is_borrower=party == (mine.organisation or mine.person),
        is_same_household=is_family and signatory.household_id == mine.household_id,
        is_spouse=is_family and is_spouse,
        is_of_age=is_of_age and signatory.state in HERE,
        income_minor=means.income_minor,
        net_assets_minor=means.net_assets_minor,
        exposure_minor=exposure,
        client_minor=client,
        ring=ring_of(edges, _node(signatory, organisation), node_of_borrower(mine)),
    )


def _node(signatory: Person, organisation: Organisation | None) -> str:
    """Where somebody stands in the net of guarantees: with the own household, or alone."""
    if organisation is not None:
        return str(organisation.ref)
    return signatory.household.ref if signatory.household is not None else str(signatory.ref)


def sign_guarantee(
    *,
    actor: User,
    guarantor: Guarantor,
    identity_check: str,
    photo: str,
    scan_sha256: str,
    now: datetime,
    key: UUID,
) -> Guarantor:
    """Put on record that a guarantor signed face to face, as a borrower signs, before an officer.

    After the contract was drafted, so that what is signed names the loan. Raises NotYours,
    OwnHousehold, EvidenceMissing, Moved, CommandKeyReused.
    """
    refuse_all_but_staff(actor, guarantor.institution)
    refuse_own_household(actor, guarantor.household_id)
    shown = {
        "identity_check": checked_reference(identity_check, "identity_check"),
        "photo": checked_reference(photo, "photo"),
        "scan_sha256": checked_sum(scan_sha256, "scan_sha256"),
    }
    with transaction.atomic():
        mine = locked_guarantor(guarantor)
        claimed = claim(
            actor=actor, institution=mine.institution, route="sign-guarantee", key=key, now=now,
            body={"guarantor": str(mine.ref), **shown}, subject=mine.ref,
        )  # fmt: skip
        if not claimed.is_new:
            return mine
        contract = Contract.objects.filter(application=mine.application_id).first()
        is_open = contract is not None and contract.state in {"drafted", "signed"}
        if mine.state != GuarantorState.NAMED or not is_open:
            raise Moved(state=mine.get_state_display())
        mine.state, mine.officer, mine.signed_at = GuarantorState.SIGNED, actor.ref, now
        mine.identity_check, mine.photo = shown["identity_check"], shown["photo"]
        mine.scan_sha256 = shown["scan_sha256"]
        mine.save(
            update_fields=[
                "state",
                "officer",
                "signed_at",
                "identity_check",
                "photo",
                "scan_sha256",
            ]
        )
        note(actor, "sign-guarantee", mine, now)
        if contract is not None:
            meet_by_itself(actor, contract, now)
            come_into_force(actor, contract, now)
    return mine


def drop_guarantor(*, actor: User, guarantor: Guarantor, now: datetime, key: UUID) -> Guarantor:
    """Take a guarantor off before the contract names them. Raises NotYours, SecurityAgreed, Moved."""
    refuse_all_but_staff(actor, guarantor.institution)
    refuse_own_household(actor, guarantor.household_id)
    with transaction.atomic():
        mine = locked_guarantor(guarantor)
        claimed = claim(
            actor=actor, institution=mine.institution, route="drop-guarantor", key=key, now=now,
            body={"guarantor": str(mine.ref)}, subject=mine.ref,
        )  # fmt: skip
        if not claimed.is_new:
            return mine
        refuse_unless_open(mine.application, GUARANTEE)
        if mine.state != GuarantorState.NAMED:
            raise Moved(state=mine.get_state_display())
        mine.state, mine.ended_at = GuarantorState.DROPPED, now
        mine.save(update_fields=["state", "ended_at"])
        note(actor, "drop-guarantor", mine, now)
    return mine


def locked_guarantor(guarantor: Guarantor) -> Guarantor:
    """The guarantor as on record now, held until the transaction ends."""
    found = Guarantor.objects.select_for_update(of=("self",))
    return found.select_related("application", "household").get(pk=guarantor.pk)
