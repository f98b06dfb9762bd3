"""TERMS.json into terms, and terms back into the same settings with every default filled in.

`load_terms` refuses with everything that is wrong at once: what has not the shape of
terms_schema.json, and what contradicts itself (terms_checks).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from xinnong.core.errors import Problem
from xinnong.core.money import FEN_PER_YUAN, parse_yuan, percent, yuan
from xinnong.core.schedule.crop_calendars import find_calendar
from xinnong.core.schedule.errors import InvalidTerms
from xinnong.core.schedule.shape import shape_problems, with_defaults
from xinnong.core.schedule.terms import (
    Balloon,
    Calendar,
    DayCount,
    Disbursement,
    Effect,
    Event,
    EventKind,
    Grace,
    InterestPeriod,
    InterestRounding,
    Level,
    Method,
    OffSeason,
    Rounding,
    Terms,
    Unit,
    Until,
)
from xinnong.core.schedule.terms_checks import document_problems, terms_problems

MAX_BYTES: Final = 400_000
SATURDAY_AND_SUNDAY: Final = frozenset({6, 7})

Fields = Mapping[str, Any]


@cache
def terms_schema() -> Fields:
    """The JSON schema (draft 2020-12) of TERMS.json, with its defaults."""
    text = files(__package__).joinpath("terms_schema.json").read_text(encoding="utf-8")
    found: Fields = json.loads(text)
    return found


def load_terms(data: bytes) -> Terms:
    """Read TERMS.json. Raises InvalidTerms with every problem, each by the name of its setting."""
    return terms_from(_parsed(data))


def _parsed(data: bytes) -> object:
    if len(data) > MAX_BYTES:
        raise _invalid([Problem("document.too_large", "", {"limit_bytes": MAX_BYTES})])
    twice: list[str] = []

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice.extend(sorted({name for name in names if names.count(name) > 1}))
        return found

    try:
        parsed = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=collect, parse_float=Decimal
        )
    except (ValueError, RecursionError) as fault:
        raise _invalid([Problem("document.not_json", "")]) from fault
    if twice:
        raise _invalid([Problem("field.twice", name) for name in twice])
    return parsed


def terms_from(document: object) -> Terms:
    """Make terms from parsed JSON. Raises InvalidTerms with every problem."""
    schema = terms_schema()
    if not isinstance(document, dict):
        raise _invalid([Problem("document.not_object", "")])
    problems = shape_problems(document, schema, schema)
    problems += document_problems(document, problems)
    if problems:
        raise _invalid(problems)
    terms = _terms(with_defaults(document, schema, schema))
    if contradictions := terms_problems(terms):
        raise _invalid(contradictions)
    return terms


def _invalid(problems: list[Problem]) -> InvalidTerms:
    return InvalidTerms(problems=tuple(problems))


def _terms(said: Fields) -> Terms:
    draws = tuple(
        Disbursement(on=_day(draw["on"]), amount_minor=_fen(draw["amount"]))
        for draw in said.get("disbursements", ())
    )
    lent = _fen(said["principal"]) if "principal" in said else sum(d.amount_minor for d in draws)
    disbursed_on = _day(said["disbursed_on"]) if "disbursed_on" in said else draws[0].on
    first_due_on = said.get("first_due_on")
    return Terms(
        method=Method(said["method"]),
        principal_minor=lent,
        annual_rate_percent=percent(said["annual_rate"]),
        number_of_repayments=said["number_of_repayments"],
        disbursed_on=disbursed_on,
        day_count=DayCount(said["day_count"]),
        every=said["every"],
        unit=Unit(said["unit"]),
        first_due_on=_day(first_due_on) if first_due_on else None,
        grace=Grace(**said["grace"]),
        rounding=_rounding(said["rounding"]),
        interest_period=InterestPeriod(said["interest_period"]),
        level=Level(said["level"]),
        last_installment_gap_pct=said["last_installment_gap_pct"],
        disbursements=draws or (Disbursement(on=disbursed_on, amount_minor=lent),),
        events=tuple(_event(event) for event in said["events"]),
        calendar=_calendar(said["calendar"]),
        balloon=_balloon(said.get("balloon", {})),
        penalty_multiple=Decimal(said["penalty_multiple"]),
    )


def _fen(amount: str | int) -> int:
    return amount * FEN_PER_YUAN if isinstance(amount, int) else parse_yuan(amount)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _rounding(said: Fields) -> Rounding:
    multiple = said.get("installment_multiple")
    return Rounding(
        interest=InterestRounding(said["interest"]),
        currency_digits=said["currency_digits"],
        installment_multiple_minor=None if multiple is None else _fen(multiple),
    )


def _event(said: Fields) -> Event:
    return Event(
        on=_day(said["on"]),
        kind=EventKind(said["kind"]),
        amount_minor=_fen(said["amount"]) if "amount" in said else None,
        rate_percent=percent(said["rate"]) if "rate" in said else None,
        effect=Effect(said["effect"]) if "effect" in said else None,
        until=_until(said.get("until")),
        number_of_repayments=said.get("number_of_repayments"),
    )


def _until(text: str | None) -> Until | None:
    if text in {None, "date", "period_end"}:
        return text  # type: ignore[return-value]  # one of the two words
    return _day(str(text))


def _calendar(said: str | Fields) -> Calendar:
    if isinstance(said, str):
        said = {"crop": said}
    crop, income = said.get("crop"), said.get("income")
    named = find_calendar(crop) if crop else None
    if income is None:
        weights = dict(named.income_weights) if named else {}
    else:
        weights = {int(month): weight for month, weight in income.items()}
    return Calendar(
        holidays=frozenset(map(_day, said.get("holidays", ()))),
        workdays=frozenset(map(_day, said.get("workdays", ()))),
        weekend_days=SATURDAY_AND_SUNDAY if said.get("weekends") else frozenset(),
        crop=named.code if named else crop,
        income_weights=dict(sorted(weights.items())),
        off_season=OffSeason(said.get("off_season", OffSeason.INTEREST_ONLY)),
    )


def _balloon(said: Fields) -> Balloon:
    amount = said.get("amount")
    return Balloon(
        amount_minor=None if amount is None else _fen(amount),
        amortised_over=said.get("amortised_over"),
    )


def terms_document(terms: Terms) -> dict[str, object]:
    """Every setting by its name in TERMS.json; reading it again gives the same terms."""
    said: dict[str, object] = {
        "method": terms.method.value,
        "principal": yuan(terms.principal_minor),
        "annual_rate": _plain(terms.annual_rate_percent),
        "day_count": terms.day_count.value,
        "number_of_repayments": terms.number_of_repayments,
        "every": terms.every,
        "unit": terms.unit.value,
        "disbursed_on": terms.disbursed_on.isoformat(),
        "first_due_on": terms.first_due_on and terms.first_due_on.isoformat(),
        "grace": {
            "principal": terms.grace.principal,
            "interest_payment": terms.grace.interest_payment,
            "interest_free": terms.grace.interest_free,
        },
        "rounding": _rounding_said(terms.rounding),
        "interest_period": terms.interest_period.value,
        "level": terms.level.value,
        "last_installment_gap_pct": terms.last_installment_gap_pct,
        "disbursements": [
            {"on": draw.on.isoformat(), "amount": yuan(draw.amount_minor)} for draw in terms.draws
        ],
        "events": [_event_said(event) for event in terms.events],
        "calendar": _calendar_said(terms.calendar),
        "balloon": _balloon_said(terms.balloon) or None,
        "penalty_multiple": _plain(terms.penalty_multiple),
    }
    return {name: value for name, value in said.items() if value is not None}


def _plain(number: Decimal) -> str:
    """A decimal without zeros that say nothing: 4.100000 is 4.1."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounding_said(rounding: Rounding) -> dict[str, object]:
    said: dict[str, object] = {
        "interest": rounding.interest.value,
        "currency_digits": rounding.currency_digits,
    }
    if rounding.installment_multiple_minor is not None:
        said["installment_multiple"] = yuan(rounding.installment_multiple_minor)
    return said


def _event_said(event: Event) -> dict[str, object]:
    until = event.until.isoformat() if isinstance(event.until, date) else event.until
    said = {
        "on": event.on.isoformat(),
        "kind": event.kind.value,
        "amount": None if event.amount_minor is None else yuan(event.amount_minor),
        "rate": None if event.rate_percent is None else _plain(event.rate_percent),
        "effect": event.effect and event.effect.value,
        "until": until,
        "number_of_repayments": event.number_of_repayments,
    }
    return {name: value for name, value in said.items() if value is not None}


def _calendar_said(calendar: Calendar) -> dict[str, object]:
    said: dict[str, object] = {
        "holidays": sorted(day.isoformat() for day in calendar.holidays),
        "workdays": sorted(day.isoformat() for day in calendar.workdays),
        "weekends": bool(calendar.weekend_days),
        "off_season": calendar.off_season.value,
    }
    if calendar.crop:
        said["crop"] = calendar.crop
    if calendar.income_weights:
        said["income"] = {str(month): n for month, n in calendar.income_weights.items()}
    return said


def _balloon_said(balloon: Balloon) -> dict[str, object]:
    said = {
        "amount": None if balloon.amount_minor is None else yuan(balloon.amount_minor),
        "amortised_over": balloon.amortised_over,
    }
    return {name: value for name, value in said.items() if value is not None}
