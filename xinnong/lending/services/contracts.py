"""The only writer of contracts: drafted, signed, conditions met, in force, given back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from xinnong.core.documents import sha256_hex
from xinnong.core.origination import APPLICATION_DAYS, CONTRACT_MOVES, is_held, may_move
from xinnong.lending.models import (
    Application,
    ApplicationState,
    Contract,
    ContractPaper,
    ContractState,
    HoldKind,
    Outcome,
    PaymentHold,
    SignedHow,
)
from xinnong.lending.papers import set_contract
from xinnong.lending.queries.applications import last_decision
from xinnong.lending.queries.contracts import open_holds, terms_of
from xinnong.lending.queries.lpr import lpr_percent_on
from xinnong.lending.queries.securities import security_problems
from xinnong.lending.seams import drawn_minor, is_the_person
from xinnong.lending.services.agreeing import agreed_terms
from xinnong.lending.services.applications import locked
from xinnong.lending.services.commands import (
    at_counter,
    claim,
    note,
    refuse_all_but_borrower,
    refuse_all_but_staff,
    refuse_own_household,
    refuse_strangers,
    same_owner,
    take_turns,
)
from xinnong.lending.services.conditions import come_into_force, meet_by_itself
from xinnong.lending.services.evidence import checked_reference, checked_sum
from xinnong.lending.services.payees import device_mark
from xinnong.lending.services.refusals import (
    CardNotYours,
    CardWaits,
    CoolingOffOver,
    DeviceWaits,
    DrawnAlready,
    Moved,
    NotApprovable,
    NumberWaits,
    PersonNotProven,
    SigningNotOffered,
)

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from xinnong.accounts.models import Actor, User
    from xinnong.lending.models import BankCard


def draft_contract(*, actor: Actor, application: Application, now: datetime, key: UUID) -> Contract:
    """Write down what was approved, as terms and as a PDF; from here on neither changes.

    By the lender's officer or by the borrower. Raises NotYours, OwnHousehold, Moved,
    NotApprovable where guarantors or collateral fall short, TypesettingFailed, CommandKeyReused.
    """
    refuse_strangers(actor, application)
    if actor.institution is not None:
        refuse_own_household(actor, application.household_id)
    with at_counter(actor, institution=application.institution, home=application.household):
        take_turns(application.institution, application.household_id)
        mine = locked(application)
        claimed = claim(
            actor=actor, institution=mine.institution, route="draft-contract", key=key, now=now,
            body={"application": str(mine.ref)},
        )  # fmt: skip
        if not claimed.is_new:
            return Contract.objects.get(ref=claimed.subject)
        decision = last_decision(mine)
        is_ready = mine.state == ApplicationState.APPROVED and not hasattr(mine, "contract")
        if not is_ready or decision is None or decision.outcome != Outcome.APPROVE:
            raise Moved(state=mine.get_state_display())
        today = timezone.localdate(now)
        unsecured = security_problems(mine, amount_minor=decision.amount_minor, on=today)
        if unsecured:
            raise NotApprovable(problems=unsecured)
        agreed, terms = agreed_terms(mine, decision, claimed.subject, today, lpr_percent_on(today))
        contract = Contract.objects.create(
            **(same_owner(mine) | {"ref": claimed.subject}),
            application=mine,
            organisation=mine.organisation,
            terms=terms,
            sha256=sha256_hex(terms),
            limit_minor=agreed.limit_minor,
            rate_percent=agreed.rate_percent,
            late_percent=agreed.late_percent,
            starts_on=agreed.starts_on,
            ends_on=agreed.ends_on,
            security=agreed.security,
            payee=agreed.payee,
            state=ContractState.DRAFTED,
            drafted_by=actor.ref,
            drafted_at=now,
        )
        _make_paper(contract, now)
        note(actor, "draft-contract", contract, now, checksum=contract.sha256)
        meet_by_itself(actor, contract, now)
    return contract


def _make_paper(contract: Contract, now: datetime) -> ContractPaper:
    document = set_contract(terms_of(contract), sha256=contract.sha256)
    return ContractPaper.objects.create(
        **same_owner(contract), contract=contract, document=document,
        sha256=sha256_hex(document), made_at=now,
    )  # fmt: skip


def sign_in_person(
    *,
    actor: User,
    contract: Contract,
    identity_check: str,
    photo: str,
    scan_sha256: str,
    now: datetime,
    key: UUID,
) -> Contract:
    """Put a signing face to face on record: the officer who was there, and what shows it.

    `identity_check` is the reference of a passed check of person and id card, `photo` that of the
    picture of the signing, `scan_sha256` the sum of the scanned signature page. Raises NotYours,
    OwnHousehold, SigningNotOffered, EvidenceMissing, Moved, CommandKeyReused.
    """
    refuse_all_but_staff(actor, contract.institution)
    refuse_own_household(actor, contract.household_id)
    shown = {
        "identity_check": checked_reference(identity_check, "identity_check"),
        "photo": checked_reference(photo, "photo"),
        "scan_sha256": checked_sum(scan_sha256, "scan_sha256"),
    }
    with transaction.atomic():
        mine = locked_contract(contract)
        if not _is_first(actor, mine, "sign-in-person", key, shown, now):
            return mine
        _refuse_way(mine, SignedHow.IN_PERSON)
        mine.officer = actor.ref
        mine.identity_check, mine.photo = shown["identity_check"], shown["photo"]
        mine.scan_sha256 = shown["scan_sha256"]
        _sign(actor, mine, SignedHow.IN_PERSON, now)
    return mine


def sign_by_card_check(
    *,
    actor: User,
    contract: Contract,
    photo: str,
    card: BankCard,
    device: str,
    now: datetime,
    key: UUID,
) -> Contract:
    """Sign as the borrower from the own device: the person proven, and the own bound card.

    The identity service says whether the live picture `photo` is the borrower; device, number and
    card must be ones that wait for nothing. There is no argument for a code sent by message, so
    there is no way to sign with one. Raises NotYours, SigningNotOffered, DeviceWaits, NumberWaits,
    CardNotYours, CardWaits, PersonNotProven, Moved, CommandKeyReused.
    """
    refuse_all_but_borrower(actor, contract)
    shown = {"photo": checked_reference(photo, "photo"), "card": str(card.ref)}
    with at_counter(actor, institution=contract.institution, home=contract.household):
        mine = locked_contract(contract)
        if not _is_first(actor, mine, "sign-by-card-check", key, shown, now):
            return mine
        _refuse_way(mine, SignedHow.CARD_CHECK)
        _refuse_what_waits(mine, card, device, now)
        if is_the_person(mine.person, shown["photo"]) is not True:
            raise PersonNotProven
        mine.identity_check, mine.photo = f"live:{shown['photo']}"[:64], shown["photo"]
        mine.card = card
        _sign(actor, mine, SignedHow.CARD_CHECK, now)
    return mine


def _refuse_way(mine: Contract, how: str) -> None:
    if how not in terms_of(mine)["signing"]:
        raise SigningNotOffered
    if not may_move(CONTRACT_MOVES, mine.state, ContractState.SIGNED):
        raise Moved(state=mine.get_state_display())


def _refuse_what_waits(mine: Contract, card: BankCard, device: str, now: datetime) -> None:
    """Device, number and card, in this order; what was never seen waits as well."""
    mark = device_mark(device)
    if mark is None:
        raise DeviceWaits
    known = PaymentHold.objects.filter(
        institution=mine.institution, person=mine.person, kind=HoldKind.DEVICE, mark=mark
    ).first()
    if known is None or is_held(held_until=known.held_until, lifted_at=known.lifted_at, now=now):
        raise DeviceWaits
    waiting = open_holds(mine.person, institution=mine.institution, now=now)
    if any(hold.kind == HoldKind.NUMBER for hold in waiting):
        raise NumberWaits
    if (card.person, card.institution, card.removed_at) != (mine.person, mine.institution, None):
        raise CardNotYours
    if any(hold.card_id == card.pk for hold in waiting):
        raise CardWaits


def _sign(actor: User, mine: Contract, how: str, now: datetime) -> None:
    days = terms_of(mine)["cooling_off_days"]
    mine.state, mine.signed_how, mine.signed_at = ContractState.SIGNED, how, now
    mine.cooling_off_until = timezone.localdate(now) + timedelta(days=days) if days else None
    mine.save(
        update_fields=[
            "state", "signed_how", "signed_at", "officer", "identity_check", "photo",
            "scan_sha256", "card", "cooling_off_until",
        ]
    )  # fmt: skip
    note(actor, "sign-contract", mine, now, checksum=mine.sha256)
    come_into_force(actor, mine, now)


def cancel_contract(*, actor: User, contract: Contract, now: datetime, key: UUID) -> Contract:
    """Give a contract back: before it is signed by either side, in the cooling-off by the borrower.

    Nothing may have been drawn. The application is over with it. Raises NotYours, Moved,
    CoolingOffOver, DrawnAlready, CommandKeyReused.
    """
    refuse_strangers(actor, contract)
    with at_counter(actor, institution=contract.institution, home=contract.household):
        mine = locked_contract(contract)
        if not _is_first(actor, mine, "cancel-contract", key, {}, now):
            return mine
        if not may_move(CONTRACT_MOVES, mine.state, ContractState.CANCELLED):
            raise Moved(state=mine.get_state_display())
        if mine.state != ContractState.DRAFTED:
            until = mine.cooling_off_until
            if until is None or timezone.localdate(now) > until:
                raise CoolingOffOver
        if drawn_minor(mine):
            raise DrawnAlready
        mine.state, mine.ended_at = ContractState.CANCELLED, now
        mine.save(update_fields=["state", "ended_at"])
        note(actor, "cancel-contract", mine, now)
    return mine


def expire_drafts(*, actor: User, institution: str, today: date, now: datetime) -> int:
    """Cancel what was drafted and not signed within its days, so that it frees the line.

    Answers how many; a second run on the same day finds none.
    """
    over = Contract.objects.select_for_update(of=("self",)).filter(
        institution=institution,
        state=ContractState.DRAFTED,
        starts_on__lt=today - timedelta(days=APPLICATION_DAYS),
    )
    ended = list(over.order_by("id"))
    for contract in ended:
        contract.state, contract.ended_at = ContractState.CANCELLED, now
        contract.save(update_fields=["state", "ended_at"])
        note(actor, "expire-contract", contract, now)
    return len(ended)


def locked_contract(contract: Contract) -> Contract:
    """The contract as it is now, held until the transaction ends."""
    found = Contract.objects.select_for_update(of=("self",))
    return found.select_related("application__offer__product", "household").get(pk=contract.pk)


def _is_first(
    actor: User, row: Contract, route: str, key: UUID, body: dict[str, str], now: datetime
) -> bool:
    return claim(
        actor=actor, institution=row.institution, route=route, key=key,
        body={"contract": str(row.ref), **body}, now=now, subject=row.ref,
    ).is_new  # fmt: skip
