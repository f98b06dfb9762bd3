"""The tales of the demo's loans: the same days and the same households give the same book."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, UUID, uuid5

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LENDER: Final = "BANK-01"
"""The bank of the demo's officer, managers, accountant and farmer."""
BOOK_DAYS: Final = 320
"""How far back the first loan lies, as far as products were in force."""
LEAST_DAYS: Final = 60
"""A history shorter than this is not worth making."""
LOANS: Final = 96
CARDS_APART: Final = 12
ROUND_YUAN: Final = 100_000
"""Fen of a thousand yuan, of which the amounts are multiples."""
SECOND: Final = "BANK-02"
"""The bank of the demo's second officer, whose own core keeps the book of its loans."""
RENEW: Final = "renew"
GUARANTEE: Final = "guarantee"
MORTGAGE: Final = "mortgage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How a borrower pays. Days count from the last day of the book back.

    `stops_back`: from that many days before the end on nothing is paid any more. `slips`: every
    third payment comes so many days late. `half`: pays half of what is due. `settles_back`: pays
    all of it on that day. `event` is something the bank does on day `event_back`.
    """

    stops_back: int = 0
    slips: int = 0
    half: bool = False
    settles_back: int = 0
    event: str = ""
    event_back: int = 0


ON_TIME: Final = Habit()
A_MONTH_LATE: Final = Habit(stops_back=55)
HABITS: Final[tuple[Habit, ...]] = (
    ON_TIME, ON_TIME, Habit(settles_back=20), ON_TIME, Habit(stops_back=12), ON_TIME,
    Habit(slips=4), ON_TIME, A_MONTH_LATE, ON_TIME, Habit(settles_back=75), ON_TIME,
    Habit(slips=9), ON_TIME, Habit(stops_back=85), ON_TIME, ON_TIME, Habit(settles_back=140),
    Habit(half=True), ON_TIME, Habit(stops_back=150), ON_TIME, ON_TIME, Habit(stops_back=215),
    Habit(event="restructure", event_back=40, stops_back=95), ON_TIME, Habit(settles_back=45),
    Habit(event="write_off", event_back=15, stops_back=260), ON_TIME, Habit(slips=14), ON_TIME,
    Habit(stops_back=280),
)  # fmt: skip
"""Two in three pay to the day; the others fall into every bucket of lateness, or are over."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A product as the demo's borrowers take it up."""

    product: str
    method: str
    months: int
    purpose: str
    yuan: tuple[int, ...]
    produces: tuple[str, ...] = ()
    security: str = "credit"


KINDS: Final = (
    Kind("inclusive", "equal_installment", 12, "seed_and_fertiliser", (20, 30, 45, 60)),
    Kind("online", "interest_first", 12, "processing_and_trade", (15, 25, 50)),
    Kind("inclusive", "interest_first", 24, "greenhouse_and_barn", (50, 80, 120)),
    Kind("revolving", "revolving", 24, "seed_and_fertiliser", (10, 20, 40)),
    Kind("tea", "interest_first", 12, "seed_and_fertiliser", (30, 40), ("tea",)),
    Kind("inclusive", "equal_principal", 24, "machinery", (36, 60, 90)),
    Kind("bayberry", "interest_first", 12, "seed_and_fertiliser", (20, 30), ("bayberry",)),
    Kind("online", "equal_installment", 12, "feed_and_young_stock", (12, 24, 36)),
)
ANSWERED_FOR: Final = Kind(
    "guaranteed", "equal_installment", 24, "machinery", (80,), security=GUARANTEE
)
ON_A_HOUSE: Final = Kind(
    "mortgage", "equal_principal", 36, "greenhouse_and_barn", (150,), security=MORTGAGE
)
GOES_ON: Final = Kind("inclusive", "interest_first", 12, "seed_and_fertiliser", (10,))
OF_A_COOP: Final = Kind(
    "guaranteed", "interest_first", 12, "processing_and_trade", (120,), security=GUARANTEE
)
COOP_YUAN: Final = 120
AT_SECOND: Final = ((95, ON_TIME), (70, ON_TIME), (40, ON_TIME), (110, Habit(stops_back=60)))
SECOND_NUMBERS: Final = 900
SECURED: Final = (
    (ANSWERED_FOR, ON_TIME, 250), (ON_A_HOUSE, Habit(settles_back=6), 305),
    (ANSWERED_FOR, Habit(stops_back=50), 140), (ON_A_HOUSE, ON_TIME, 310),
    (ANSWERED_FOR, ON_TIME, 80), (ON_A_HOUSE, ON_TIME, 45),
)  # fmt: skip
"""Loans that somebody or a house answers for: what kind, how it is paid, how many days ago."""


@dataclass(frozen=True, slots=True)
class Tale:
    """One loan: who took it stands elsewhere; `drawn_on` is the day the money left.

    `card`: the number of the tale whose card the money goes to where it is not the own one.
    `for_coop`: it is lent to a co-op, for which its head asks and signs.
    """

    number: int
    kind: Kind
    habit: Habit
    amount_minor: int
    drawn_on: date
    stops_on: date | None
    settles_on: date | None
    event_on: date | None
    card: int | None = None
    for_coop: bool = False

    def key(self, person: UUID, step: str) -> UUID:
        """The key of one step, the same however often the book is begun."""
        return uuid5(NAMESPACE_URL, f"urn:xinnong:demo-book:{self.number}:{person}:{step}")


def tales(*, first_on: date, last_on: date, loans: int = LOANS) -> list[Tale]:
    """The book's loans by the day on which they are drawn; none where the days are too few.

    Loans that stop, or end, begin early enough to have fallen due by then.
    """
    start = max(first_on, last_on - timedelta(BOOK_DAYS))
    span = (last_on - start).days
    if span < LEAST_DAYS:
        return []
    told = [_tale(number, start, span, last_on) for number in range(loans)]
    return sorted(told, key=_by_day)


def all_tales(*, first_on: date, last_on: date) -> list[Tale]:
    """Everything that the demo's book tells."""
    told = with_one_card(tales(first_on=first_on, last_on=last_on))
    secured = secured_tales(told, last_on=last_on)
    return sorted([*told, *secured, *single_tales([*told, *secured], last_on)], key=_by_day)


def secured_tales(told: Sequence[Tale], *, last_on: date) -> list[Tale]:
    """Loans with security beside others, as far back as those go.

    The last one waits for its second guarantor: its day lies after the book's.
    """
    if not told:
        return []
    first, number = told[0].drawn_on, max(tale.number for tale in told) + 1
    found = [
        _dated(number + place, kind, habit, last_on - timedelta(back), last_on)
        for place, (kind, habit, back) in enumerate(SECURED)
        if last_on - timedelta(back) >= first
    ]
    waits = _dated(number + len(SECURED), ANSWERED_FOR, ON_TIME, last_on + timedelta(2), last_on)
    return sorted([*found, waits], key=_by_day)


def single_tales(told: Sequence[Tale], last_on: date) -> list[Tale]:
    """What there is one of: a loan that goes on without being repaid, and one of a co-op."""
    if not told:
        return []
    first, number = min(each.drawn_on for each in told), max(each.number for each in told) + 1
    found = [
        _dated(number, GOES_ON, Habit(event=RENEW, event_back=70), last_on - timedelta(150), last_on),
        replace(
            _dated(number + 1, OF_A_COOP, ON_TIME, last_on - timedelta(100), last_on),
            amount_minor=COOP_YUAN * ROUND_YUAN, for_coop=True,
        ),
    ]  # fmt: skip
    return [each for each in found if each.drawn_on >= first]


def second_tales(*, last_on: date) -> list[Tale]:
    """The loans at the second bank: the last of them is not paid any more."""
    return [
        _dated(SECOND_NUMBERS + place, KINDS[0], habit, last_on - timedelta(back), last_on)
        for place, (back, habit) in enumerate(AT_SECOND)
    ]


def with_one_card(told: Sequence[Tale]) -> list[Tale]:
    """The same tales, but one of the last borrowers has the money sent to an earlier one's card."""
    own = [each for each in told if each.habit == ON_TIME and each.kind.security == "credit"]
    if len(own) < CARDS_APART:
        return list(told)
    lent, late = own[0], own[-CARDS_APART // 2]
    return [replace(each, card=lent.number) if each == late else each for each in told]


def _by_day(tale: Tale) -> tuple[date, int]:
    return tale.drawn_on, tale.number


def _tale(number: int, start: date, span: int, last_on: date) -> Tale:
    kind, habit = KINDS[number % len(KINDS)], HABITS[(number * 5) % len(HABITS)]
    turning = max(habit.stops_back, habit.settles_back, habit.event_back)
    room = max(span - turning - 35, 1) if turning else span - 2
    return _dated(number, kind, habit, start + timedelta(2 + number * 37 % room), last_on, span)


def _dated(
    number: int, kind: Kind, habit: Habit, drawn_on: date, last_on: date, span: int = BOOK_DAYS
) -> Tale:
    back = {
        name: last_on - timedelta(days) if 0 < days < span else None
        for name, days in _turns(habit).items()
    }
    return Tale(
        number=number,
        kind=kind,
        habit=habit,
        amount_minor=kind.yuan[number // len(KINDS) % len(kind.yuan)] * ROUND_YUAN,
        drawn_on=drawn_on,
        stops_on=back["stops"],
        settles_on=back["settles"],
        event_on=back["event"],
    )


def _turns(habit: Habit) -> Mapping[str, int]:
    return {
        "stops": habit.stops_back,
        "settles": habit.settles_back,
        "event": habit.event_back,
    }


def is_paid(tale: Tale, *, n: int, due_on: date, on: date) -> bool:
    """Tell whether the borrower pays on a day what fell due on another.

    Who stopped pays again once the terms were eased.
    """
    is_eased = (
        tale.habit.event == "restructure" and tale.event_on is not None and on > tale.event_on
    )
    if tale.stops_on is not None and on >= tale.stops_on and not is_eased:
        return False
    waits = tale.habit.slips if n % 3 == 0 else 0
    return on >= due_on + timedelta(waits)
