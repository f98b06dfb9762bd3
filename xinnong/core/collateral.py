"""What may be mortgaged, what it is worth to the lender, and when it is given back.

The law's refusals come by name; nothing that is not known counts. Two valuations by two people are
asked for and the lower one counts; the haircut is a dated figure. Amounts are fen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from xinnong.core.errors import Problem

METHODS: Final = ("market", "income", "cost", "registered_sum")
"""How a value is found: by sales nearby, by what it yields, by what it costs, from a register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of thing: where it is registered, what it needs, and what the lender deducts."""

    code: str
    registry: str
    is_building: bool = False
    is_insured: bool = False
    needs_grantor_consent: bool = False


KINDS: Final[Mapping[str, Kind]] = {
    each.code: each
    for each in (
        Kind(code="town_house", registry="real_estate", is_building=True, is_insured=True),
        Kind(code="shop_or_workshop", registry="real_estate", is_building=True, is_insured=True),
        Kind(code="land_use_right", registry="real_estate"),
        Kind(code="land_management_right", registry="land_rights", needs_grantor_consent=True),
        Kind(code="forest_right", registry="real_estate"),
        Kind(code="farm_facility", registry="movables", is_insured=True),
        Kind(code="farm_machine", registry="movables", is_insured=True),
        Kind(code="livestock", registry="movables", is_insured=True),
        Kind(code="stock", registry="movables", is_insured=True),
        Kind(code="vehicle", registry="vehicles", is_insured=True),
    )
}
FORBIDDEN: Final[Mapping[str, str]] = {
    "homestead_right": "collateral.homestead",
    "farm_house": "collateral.farm_house",
    "collective_land": "collateral.collective_land",
    "public_facility": "collateral.public_facility",
    "ecological_forest": "collateral.ecological_forest",
    "pension_right": "collateral.pension",
    "collective_share": "collateral.collective_share",
}
"""What the law lets nobody mortgage (民法典 399), or what belongs into custody and not here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Haircuts:
    """Percent deducted from the value of each kind, from a day on; how long a value holds.

    `insured_days`: a thing that has to be insured is, for so long from the beginning of the contract
    or until it ends; `renew_days` before its end an insurance is to be renewed.
    """

    from_on: date
    percent: Mapping[str, int]
    value_days: int
    insured_days: int
    renew_days: int


HAIRCUTS: Final = (
    Haircuts(
        from_on=date(2026, 1, 1),
        percent={
            "town_house": 30,
            "shop_or_workshop": 40,
            "land_use_right": 40,
            "land_management_right": 50,
            "forest_right": 50,
            "farm_facility": 50,
            "farm_machine": 50,
            "livestock": 50,
            "stock": 50,
            "vehicle": 50,
        },
        value_days=365,
        insured_days=330,
        renew_days=30,
    ),
)


def haircuts_on(day: date, tables: Iterable[Haircuts] = HAIRCUTS) -> Haircuts | None:
    """The newest table that has begun; None before the first."""
    begun = [each for each in tables if each.from_on <= day]
    return max(begun, key=lambda each: each.from_on, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """What the search of the title and the visit showed; None is not known."""

    kind: str
    is_disputed: bool | None
    is_seized: bool | None
    is_to_be_demolished: bool | None
    is_dangerous: bool | None
    has_grantor_consent: bool | None = None


def title_problems(title: Title) -> tuple[Problem, ...]:
    """Everything for which the law or the state of a thing refuses it as a mortgage."""
    if title.kind in FORBIDDEN:
        return (Problem(FORBIDDEN[title.kind], "kind"),)
    kind = KINDS.get(title.kind)
    if kind is None:
        return (Problem("collateral.kind", "kind"),)
    return tuple(_title_problems(title, kind))


def _title_problems(title: Title, kind: Kind) -> Iterator[Problem]:
    found = {
        "collateral.disputed": title.is_disputed,
        "collateral.seized": title.is_seized,
        "collateral.demolition": title.is_to_be_demolished,
        "collateral.dangerous": title.is_dangerous if kind.is_building else False,
    }
    for code, holds in found.items():
        if holds is None:
            yield Problem("collateral.unknown", code.removeprefix("collateral."))
        elif holds:
            yield Problem(code, "title")
    if kind.needs_grantor_consent and title.has_grantor_consent is not True:
        yield Problem("collateral.grantor", "has_grantor_consent")


@dataclass(frozen=True, slots=True)
class Value:
    """One valuation: how much, by which method, by whom, on which day."""

    value_minor: int
    method: str
    valuer: str
    on: date


def value_problems(values: Iterable[Value], *, on: date) -> tuple[Problem, ...]:
    """What is missing of a value that counts: two, by two people, young enough."""
    table = haircuts_on(on)
    if table is None:
        return (Problem("collateral.haircut_unknown", "kind"),)
    good = _good(values, on, table)
    if len({value.valuer for value in good}) < 2:  # noqa: PLR2004 - two people
        return (Problem("collateral.values", "values", {"days": table.value_days}),)
    return ()


def _good(values: Iterable[Value], on: date, table: Haircuts) -> list[Value]:
    oldest = on - timedelta(days=table.value_days)
    return [v for v in values if oldest <= v.on <= on and v.value_minor > 0 and v.method in METHODS]


def counted_minor(kind: str, values: Iterable[Value], *, prior_minor: int, on: date) -> int:
    """What a thing covers: the lower newest value less the haircut, less what stands before us.

    Zero where two people have not valued it, or the kind has no haircut on that day.
    """
    given = list(values)
    table = haircuts_on(on)
    if table is None or kind not in table.percent or value_problems(given, on=on):
        return 0
    newest = {value.valuer: value for value in sorted(_good(given, on, table), key=_by_day)}
    lower = min(value.value_minor for value in newest.values())
    return max(0, lower * (100 - table.percent[kind]) // 100 - prior_minor)


def _by_day(value: Value) -> date:
    return value.on


def insured_at_least_until(starts_on: date, ends_on: date) -> date | None:
    """Until which day a thing has to be insured when its contract begins; None while nobody says."""
    table = haircuts_on(starts_on)
    return None if table is None else min(ends_on, starts_on + timedelta(days=table.insured_days))


def coverage_problems(
    counted: Iterable[int], *, needed_minor: int, least_percent: int
) -> tuple[Problem, ...]:
    """What is missing of collateral for a loan: something at all, and as much as the product says."""
    amounts = tuple(counted)
    if not amounts:
        return (Problem("collateral.nothing", "collateral"),)
    wanted = -(-needed_minor * least_percent // 100)
    if sum(amounts) < wanted:
        params = {"needed_minor": wanted, "given_minor": sum(amounts)}
        return (Problem("collateral.short", "collateral", params),)
    return ()
