"""Money under a contract: drawn by the borrower or at a counter, paid back the same way.

What the contract, its conditions, cards and holds say stands between a wish and `draw`; the ledger
and the line are `draw`'s own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from django.utils import timezone

from xinnong.accounts.models import Institution, User, lender_code
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.core.dates import months_between
from xinnong.core.errors import Problem, Refused
from xinnong.core.schedule.crop_calendars import find_calendar
from xinnong.core.schedule.terms import (
    UNIT_MONTHS,
    Calendar,
    DayCount,
    InterestPeriod,
    Method,
    Unit,
)
from xinnong.lending.loan_terms import EVERY_DAY, LoanTerms
from xinnong.lending.may_draw import DrawNotAllowed, register_draw_gate
from xinnong.lending.models import BankCard, Contract, ContractState, Loan
from xinnong.lending.queries.contracts import (
    conditions_missing,
    contract_by_ref,
    drawable,
    terms_of,
)
from xinnong.lending.queries.loans import drawn_minor
from xinnong.lending.seams import register_drawn
from xinnong.lending.services.days import in_name_of
from xinnong.lending.services.drawing import draw
from xinnong.lending.services.refusals import NotYours
from xinnong.lending.services.repaying import Excess, PaymentReceipt, repay

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

SEASONS: Final = {"tea": "spring_tea"}
"""Products speak of what a household grows, calendars of what it sells in a season."""


class NotDrawable(Refused):
    """Money may not leave on the contract; `problem` is the first reason, `problems` are all."""

    code: ClassVar[str] = "contract.not_drawable"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep the reasons for the page."""
        super().__init__(problem=problems[0].code)
        self.problems = problems


class NoSeason(Refused):
    """The contract is repaid by the season, and nothing says which season that is."""

    code: ClassVar[str] = "loan.no_season"


def draw_on_contract(
    *,
    actor: User,
    contract: Contract,
    amount_minor: int,
    card: BankCard | None,
    device: int | None,
    now: datetime,
    key: UUID,
) -> UUID:
    """Pay an amount out under a contract; answers the loan's reference, the same for the same key.

    The borrower draws from a known `device`; staff of the lender for a borrower who stands at the
    counter (device None). Contract, conditions, card and holds are looked at in the transaction in
    which the money moves. Raises NotYours, NotDrawable, NoSeason, and what `draw` raises.
    """
    _check_actor(actor, contract)
    with scoped(in_name_of(actor)):
        held = Contract.objects.select_for_update(of=("self",)).select_related(
            "application__offer__product"
        )
        mine = held.get(pk=contract.pk)
        problems = drawable(mine, now=now, card=card, device=device)
        if device is None and actor.institution is None:  # a phone that hides which one it is
            problems = (Problem("hold.device_unknown", "device"), *problems)
        if problems:
            raise NotDrawable(problems)
        on = timezone.localdate(now)
        terms = loan_terms(mine, on=on, payee=card.ref if card else None)
        return draw(
            actor=actor, terms=terms, amount_minor=amount_minor, on=on, now=now, key=str(key)
        )


def in_force_only(contract_ref: UUID, _amount_minor: int, _on: date) -> None:
    """The gate that `draw` asks, whoever calls it: no money on a contract that is not in force.

    Raises DrawNotAllowed. Cards, devices and holds are looked at by `draw_on_contract`.
    """
    contract = contract_by_ref(contract_ref)
    if contract is None or contract.state != ContractState.IN_FORCE or conditions_missing(contract):
        raise DrawNotAllowed


def attach() -> None:
    """Tie loans to contracts: who may be drawn on, and how much was."""
    register_draw_gate(in_force_only)
    register_drawn(lambda contract: drawn_minor(contract.ref))


def _check_actor(actor: User, about: Contract | Loan) -> None:
    """The borrower, or staff of the lender who handle loans."""
    is_borrower = actor.person_ref == about.person and actor.institution is None
    works_there = lender_code(actor.institution) == about.institution
    if not is_borrower and not (works_there and actor.can(Permission.HANDLE_LOANS)):
        raise NotYours


def loan_terms(contract: Contract, *, on: date, payee: UUID | None) -> LoanTerms:
    """What a signed contract says of a drawing on a day: as many instalments as fit before its end.

    Needs `contract.application.offer.product`. Raises NoSeason.
    """
    said = terms_of(contract)
    method, unit, every = Method(said["method"]), Unit(said["unit"]), int(said["every"])
    return LoanTerms(
        institution=Institution.objects.get(code=contract.institution),
        contract_ref=contract.ref,
        product=contract.application.offer.product,
        person=contract.person,
        area12=contract.area12,
        household_id=contract.household_id,
        limit_minor=contract.limit_minor,
        rate_percent=contract.rate_percent,
        late_rate_percent=contract.late_percent,
        method=method,
        day_count=DayCount(said["day_count"]),
        interest_period=InterestPeriod(said["interest_period"]),
        number_of_repayments=_repayments(on, contract.ends_on, every, unit),
        every=every,
        unit=unit,
        calendar=_season(contract) if method is Method.SEASONAL else EVERY_DAY,
        compounds=bool(said["compound"]),
        principal_first_after_days=said["principal_first_after_days"],
        revolving=bool(said["revolving"]),
        payee=payee,
    )


def _repayments(on: date, ends_on: date, every: int, unit: Unit) -> int:
    """Whole periods until the contract ends; at least one."""
    months = UNIT_MONTHS.get(unit)
    if months:
        return max(1, months_between(on, ends_on) // (every * months))
    days = every * (7 if unit is Unit.WEEKS else 1)
    return max(1, (ends_on - on).days // days)


def _season(contract: Contract) -> Calendar:
    for produce in contract.application.produces:
        season = find_calendar(SEASONS.get(produce, produce))
        if season is not None:
            return Calendar(crop=season.code, income_weights=season.income_weights)
    raise NoSeason


def repay_loan(
    *,
    actor: User,
    loan: Loan,
    amount_minor: int,
    channel: str,
    now: datetime,
    key: UUID,
    excess: Excess = Excess.REDUCE_INSTALLMENT,
    settles: bool = False,
) -> PaymentReceipt:
    """Take a repayment today; the same key answers the same receipt.

    Raises NotYours and what `repay` raises.
    """
    _check_actor(actor, loan)
    return repay(
        actor=actor,
        institution=Institution.objects.get(code=loan.institution),
        loan_ref=loan.ref,
        amount_minor=amount_minor,
        channel=channel,
        on=timezone.localdate(now),
        now=now,
        key=str(key),
        excess=excess,
        settles=settles,
    )
