"""The only writer of bound cards and of what waits because it is new."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from xinnong.accounts.models import ApiClient, lender_code
from xinnong.analytics.keyed import hash63
from xinnong.core.cards import LAST, clean_card
from xinnong.core.origination import HOLD, is_held
from xinnong.lending.models import (
    BankCard,
    CalledHow,
    HoldKind,
    PaymentHold,
    VerifiedHow,
)
from xinnong.lending.queries.contracts import open_holds
from xinnong.lending.seams import is_own_card
from xinnong.lending.services.commands import (
    at_counter,
    claim,
    note,
    owned_by,
    refuse_all_but_staff,
    refuse_own_household,
    same_owner,
    take_turns,
)
from xinnong.lending.services.refusals import (
    CallNewNumber,
    CardNotProven,
    CardNotYours,
    HoldOver,
    HoldSamePerson,
    NotYours,
)
from xinnong.privacy.vault import KEY_ID, seal, search_key
from xinnong.registry.models import Identity

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from xinnong.accounts.models import Actor, User
    from xinnong.registry.models import Person

NO_WAIT = timedelta(0)
SHORTEST_ACCOUNT = 12
NUMBER = "number"
"""The one word in what is sealed of a card."""


def device_mark(device: str) -> int | None:
    """The mark of a device by the id in its signed cookie; None for a device without one."""
    return hash63(search_key("device"), device) if device else None


def card_mark(digits: str) -> int:
    """The mark of a card or account by its digits."""
    return hash63(search_key("card"), digits)


def payer_mark(account: str) -> int | None:
    """The mark of an account as a bank's statement writes it; None where it is masked or none."""
    digits = account.replace(" ", "").replace("-", "")
    is_whole = digits.isascii() and digits.isdecimal() and len(digits) >= SHORTEST_ACCOUNT
    return card_mark(digits) if is_whole else None


def bind_card(
    *,
    actor: User,
    person: Person,
    institution: str,
    number: str,
    bank: str,
    now: datetime,
    key: UUID,
) -> BankCard:
    """Bind a borrower's own card; it waits a day, or until somebody else asked the borrower back.

    At a counter an officer saw person and card; on a phone the card's bank has to vouch for it.
    The number is hashed and sealed. Raises NotACard, NotYours, OwnHousehold, CardNotProven,
    CardNotYours, CommandKeyReused.
    """
    home, digits = person.household, clean_card(number)
    if home is None:
        raise NotYours
    at_desk = actor.institution is not None
    if at_desk:
        refuse_all_but_staff(actor, institution)
        refuse_own_household(actor, home.pk)
    elif actor.person_ref != person.ref:
        raise NotYours
    elif is_own_card(person.ref, digits, bank) is not True:
        raise CardNotProven(last4=digits[-LAST:])
    mark = card_mark(digits)
    with at_counter(actor, institution=institution, home=home):
        claimed = claim(
            actor=actor, institution=institution, route="bind-card", key=key, now=now,
            body={"person": str(person.ref), "mark": mark, "bank": bank},
        )  # fmt: skip
        if not claimed.is_new:
            return BankCard.objects.get(ref=claimed.subject)
        take_turns(institution, mark)
        known = BankCard.objects.filter(
            institution=institution, number_hash=mark, removed_at__isnull=True
        ).first()
        if known is not None:
            raise CardNotYours
        card = BankCard.objects.create(
            **(owned_by(institution, person) | {"ref": claimed.subject}),
            number_hash=mark,
            number_sealed=seal({NUMBER: digits}, person=person.ref),
            number_key=KEY_ID,
            last4=digits[-LAST:],
            bank=bank,
            verified_how=VerifiedHow.COUNTER if at_desk else VerifiedHow.BANK_CHECK,
            bound_by=actor.ref,
            bound_at=now,
        )
        PaymentHold.objects.create(
            **same_owner(card), kind=HoldKind.CARD, mark=mark, card=card, seen_at=now,
            held_until=now + HOLD,
        )  # fmt: skip
        note(actor, "bind-card", card, now)
    return card


def remove_card(*, actor: User, card: BankCard, now: datetime) -> BankCard:
    """Take a card off, by its owner or an officer; the same card bound again waits again."""
    if actor.institution is None and actor.person_ref != card.person:
        raise NotYours
    with at_counter(actor, institution=card.institution, home=card.household):
        mine = BankCard.objects.select_for_update(of=("self",)).get(pk=card.pk)
        if mine.removed_at is None:
            mine.removed_at = now
            mine.save(update_fields=["removed_at"])
            note(actor, "remove-card", mine, now)
    return mine


def note_device(
    *, actor: Actor, person: Person, institution: str, device: str, now: datetime
) -> PaymentHold | None:
    """Remember the device a person came with; one never seen waits a day. None without a cookie.

    By the person, or by the lender's program that the person uses. A device seen before is left
    as it is, so that its day passes.
    """
    mark, home = device_mark(device), person.household
    is_own = actor.person_ref == person.ref or (
        isinstance(actor, ApiClient) and lender_code(actor.institution) == institution
    )
    if mark is None or home is None or not is_own:
        return None
    with at_counter(actor, institution=institution, home=home):
        return _seen(actor, person, institution, HoldKind.DEVICE, mark, HOLD, now)


def note_number(*, actor: User, person: Person, institution: str, now: datetime) -> None:
    """Remember the number on file; one that took another's place waits a day, the first does not."""
    home = person.household
    if home is None:
        raise NotYours
    with at_counter(actor, institution=institution, home=home):
        found = Identity.objects.filter(person=person).values_list("phone_hash", flat=True)
        mark = found.first()
        if mark is None:
            return
        earlier = PaymentHold.objects.filter(
            institution=institution, person=person.ref, kind=HoldKind.NUMBER
        )
        wait = HOLD if earlier.exists() else NO_WAIT
        _seen(actor, person, institution, HoldKind.NUMBER, mark, wait, now)


def _seen(
    actor: Actor,
    person: Person,
    institution: str,
    kind: str,
    mark: int,
    wait: timedelta,
    now: datetime,
) -> PaymentHold:
    owned = owned_by(institution, person)
    who = {name: owned.pop(name) for name in ("institution", "person")}
    hold, is_new = PaymentHold.objects.get_or_create(
        **who, kind=kind, mark=mark, card=None,
        defaults={**owned, "seen_at": now, "held_until": now + wait},
    )  # fmt: skip
    if is_new:
        note(actor, f"note-{kind}", hold, now)
    return hold


def lift_hold(
    *, actor: User, hold: PaymentHold, called_how: str, now: datetime, key: UUID
) -> PaymentHold:
    """End a wait early because an officer asked the borrower back.

    Whoever bound the card does not ask, and while the number itself is new nobody is called on it.
    Raises NotYours, OwnHousehold, HoldOver, HoldSamePerson, CallNewNumber, CommandKeyReused.
    """
    refuse_all_but_staff(actor, hold.institution)
    refuse_own_household(actor, hold.household_id)
    with transaction.atomic():
        mine = PaymentHold.objects.select_for_update(of=("self",)).get(pk=hold.pk)
        claimed = claim(
            actor=actor, institution=mine.institution, route="lift-hold", key=key, now=now,
            body={"hold": str(mine.ref), "called_how": called_how}, subject=mine.ref,
        )  # fmt: skip
        if not claimed.is_new:
            return mine
        _refuse_lifting(actor, mine, called_how, now)
        mine.lifted_at, mine.lifted_by, mine.called_how = now, actor.ref, called_how
        mine.save(update_fields=["lifted_at", "lifted_by", "called_how"])
        note(actor, "lift-hold", mine, now)
    return mine


def _refuse_lifting(actor: User, mine: PaymentHold, called_how: str, now: datetime) -> None:
    waits = is_held(held_until=mine.held_until, lifted_at=mine.lifted_at, now=now)
    if not waits or called_how not in CalledHow.values:
        raise HoldOver
    if mine.card is not None and mine.card.bound_by == actor.ref:
        raise HoldSamePerson
    waiting = open_holds(mine.person, institution=mine.institution, now=now)
    if called_how != CalledHow.IN_PERSON and any(h.kind == HoldKind.NUMBER for h in waiting):
        raise CallNewNumber
