"""Drawing on a signed contract: its terms become a loan, and everything is asked once more."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from xinnong.accounts.models import Actor, ApiClient, Institution
from xinnong.accounts.scope import scoped
from xinnong.audit.services import SYSTEM_ACTOR, ActsFor
from xinnong.core.errors import Problem
from xinnong.core.money import parse_yuan, percent
from xinnong.core.schedule.crop_calendars import find_calendar
from xinnong.core.schedule.day_counts import add_days, add_months
from xinnong.core.schedule.terms import (
    UNIT_DAYS,
    UNIT_MONTHS,
    Calendar,
    DayCount,
    InterestPeriod,
    Method,
    Unit,
)
from xinnong.lending.loan_terms import EVERY_DAY, LoanTerms
from xinnong.lending.may_draw import DrawAsked
from xinnong.lending.models import BankCard, Contract
from xinnong.lending.queries.contracts import (
    card_by_ref,
    cards_of,
    contract_by_ref,
    drawable,
    terms_of,
)
from xinnong.lending.queries.loans import drawn_minor
from xinnong.lending.services.drawing import draw
from xinnong.lending.services.lender_scope import check_mover, of_lender
from xinnong.lending.services.loan_refusals import DrawHeld, NoSeason
from xinnong.lending.services.refusals import NotYours
from xinnong.lending.services.servicing import renew

OWN_CARD: Final = "own_card"
NO_DEVICE: Final = -1
"""The mark of a device that nobody has seen."""
SEASONS: Final = {"tea": "spring_tea"}
"""Products speak of what a household grows, calendars of what it sells in a season."""


def draw_on_contract(
    *,
    actor: Actor,
    contract: Contract,
    amount_minor: int,
    on: date,
    now: datetime,
    key: str,
    card: BankCard | None = None,
    device: int | None = None,
) -> UUID:
    """Draw money on a contract that the actor may see; answers the new loan's reference.

    The borrower draws from an own device, an officer of the lender at a counter. A program of the
    lender draws for a borrower who is elsewhere and names the device. Raises NotYours, DrawHeld with everything that keeps the money, and whatever `draw` raises.
    """
    is_remote = check_mover(actor, contract) or isinstance(actor, ApiClient)
    with scoped(of_lender(contract.institution, actor)):
        terms = loan_terms_of(contract, on=on, card=card)
    mark = (NO_DEVICE if device is None else device) if is_remote else None
    return draw(
        actor=actor, terms=terms, amount_minor=amount_minor, on=on, now=now, key=key, device=mark
    )


def renew_on_contract(
    *,
    actor: ActsFor | UUID,
    institution: Institution,
    loan_ref: UUID,
    contract_ref: UUID,
    on: date,
    now: datetime,
    key: str,
) -> UUID:
    """Renew a loan on another contract in force of its borrower; answers the new loan.

    No money moves, but the contract is held to everything that a draw is held to. Raises NotYours,
    DrawHeld with everything in its way, and whatever `renew` raises.
    """
    with scoped(of_lender(institution.code, actor)):
        contract = contract_by_ref(contract_ref)
        if contract is None or contract.institution != institution.code:
            raise NotYours
        terms = loan_terms_of(contract, on=on, card=_card_for(contract, now))
    return renew(
        actor=actor, institution=institution, loan_ref=loan_ref, terms=terms, on=on, now=now,
        key=key,
    )  # fmt: skip


def _card_for(contract: Contract, now: datetime) -> BankCard | None:
    """A card that nothing is held against, where the contract wants one; else the first, to say why."""
    if contract.payee != OWN_CARD:
        return None
    cards = cards_of(contract.person, institution=contract.institution)
    free = (card for card in cards if not drawable(contract, now=now, card=card))
    return next(free, cards[0] if cards else None)


def hold_to_contract(asked: DrawAsked) -> None:
    """The gate before money leaves: whatever keeps it from leaving refuses. Raises DrawHeld."""
    contract = contract_by_ref(asked.contract_ref)
    if contract is None:
        raise DrawHeld(problems=(Problem("contract.not_in_force", "contract"),))
    card = None if asked.payee is None else card_by_ref(asked.payee)
    problems = drawable(contract, now=asked.now, card=card, device=asked.device)
    if contract.payee == OWN_CARD and card is None:
        problems = (*problems, Problem("card.none", "card"))
    if problems:
        raise DrawHeld(problems=problems)


def loan_terms_of(contract: Contract, *, on: date, card: BankCard | None = None) -> LoanTerms:
    """What the contract says about a loan drawn on a day; it ends with the contract at the latest."""
    said = terms_of(contract)
    count, first_due_on = payments_until(said, on, contract.ends_on)
    return LoanTerms(
        institution=Institution.objects.select_related("operator").get(code=contract.institution),
        contract_ref=contract.ref,
        product=contract.application.offer.product,
        person=contract.person,
        area12=contract.area12,
        household_id=None if contract.organisation else contract.household_id,
        limit_minor=parse_yuan(said["limit_yuan"]),
        rate_percent=percent(said["annual_rate"]),
        late_rate_percent=percent(said["late_rate"]),
        method=Method(said["method"]),
        day_count=DayCount(said["day_count"]),
        number_of_repayments=count,
        every=said["every"],
        unit=Unit(said["unit"]),
        first_due_on=first_due_on,
        interest_period=InterestPeriod(said["interest_period"]),
        calendar=_season(contract) if said["method"] == Method.SEASONAL else EVERY_DAY,
        compounds=said["compound"],
        principal_first_after_days=said["principal_first_after_days"],
        revolving=said["revolving"],
        payee=None if card is None else card.ref,
    )


def _season(contract: Contract) -> Calendar:
    """The months of income of what the borrower grows. Raises NoSeason where nobody wrote it down."""
    for produce in contract.application.produces:
        season = find_calendar(SEASONS.get(produce, produce))
        if season is not None:
            return Calendar(crop=season.code, income_weights=season.income_weights)
    raise NoSeason


def payments_until(said: dict[str, Any], on: date, ends_on: date) -> tuple[int, date | None]:
    """How many payments there are, and when the first is due where that is not a period away.

    They are counted back from the contract's last day, so that a loan drawn some time after the
    signing lasts as long as the contract; a first period shorter than half of one is left out.
    """
    whole = 0
    while _after(said, on, whole + 1) <= ends_on:
        whole += 1
    if whole and _after(said, on, whole) == ends_on:
        return whole, None
    count = 1
    while _after(said, ends_on, -count) > on:
        count += 1
    first, second = (_after(said, ends_on, step - count) for step in (1, 2))
    if count > 1 and 2 * (first - on) < second - first:
        count, first = count - 1, second
    return count, first


def _after(said: dict[str, Any], on: date, periods: int) -> date:
    unit, steps = Unit(said["unit"]), periods * said["every"]
    if unit in UNIT_MONTHS:
        return add_months(on, steps * UNIT_MONTHS[unit], on.day)
    return add_days(on, steps * UNIT_DAYS[unit])


def sum_drawn(contract: Contract) -> int:
    """Everything ever drawn on a contract, whoever asks."""
    with scoped(of_lender(contract.institution, SYSTEM_ACTOR)):
        return drawn_minor(contract.ref)
