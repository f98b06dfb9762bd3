"""冒名、借名、垒大户: what several borrowers share that strangers do not. Dated thresholds.

A pattern is no verdict: a card of a couple, the phone of a son; somebody looks and says which.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

KINDS: Final = ("card", "device", "number", "household", "staff", "guarantor", "passed_on")


@dataclass(frozen=True, slots=True)
class Threshold:
    """From how many borrowers on, counting drawings of the last so many days.

    `within` days after a drawing its money counts as passed on; other kinds have none.
    """

    least: int
    days: int
    within: int = 0


@dataclass(frozen=True, slots=True)
class AlertRules:
    """Thresholds by kind from a day on."""

    from_on: date
    thresholds: Mapping[str, Threshold]


@dataclass(frozen=True, slots=True)
class Trait:
    """One drawing by a borrower, and one thing it shows: a card, a device, a number."""

    kind: str
    mark: str
    borrower: str
    loan: int
    drawn_on: date


@dataclass(frozen=True, slots=True)
class Pattern:
    """Something shared by enough borrowers, and all their drawings that show it."""

    kind: str
    mark: str
    borrowers: int
    loans: tuple[int, ...]


def read_alert_rules(text: str) -> tuple[AlertRules, ...]:
    """Rules in order of date from their published file; a kind left out is not looked for."""
    rows = [_rules(row) for row in tomllib.loads(text)["rules"]]
    return tuple(sorted(rows, key=lambda each: each.from_on))


def _rules(row: Mapping[str, Any]) -> AlertRules:
    unknown = set(row) - {"from_on", *KINDS}
    assert not unknown, unknown
    kinds = {kind: Threshold(**row[kind]) for kind in KINDS if kind in row}
    return AlertRules(row["from_on"], kinds)


def rules_in_force(rules: Sequence[AlertRules], on: date) -> AlertRules:
    """The newest rules by a day; the oldest ones before any."""
    return next((each for each in reversed(rules) if each.from_on <= on), rules[0])


def patterns(traits: Iterable[Trait], rules: AlertRules, *, on: date) -> list[Pattern]:
    """What is shared by enough borrowers on a day, by kind and mark."""
    shared: dict[tuple[str, str], list[Trait]] = defaultdict(list)
    for trait in traits:
        limit = rules.thresholds.get(trait.kind)
        if limit and on - timedelta(limit.days) < trait.drawn_on <= on:
            shared[trait.kind, trait.mark].append(trait)
    found = []
    for (kind, mark), seen in sorted(shared.items()):
        borrowers = len({trait.borrower for trait in seen})
        if borrowers >= rules.thresholds[kind].least:
            loans = tuple(sorted({trait.loan for trait in seen}))
            found.append(Pattern(kind, mark, borrowers, loans))
    return found


def patterns_with(
    traits: Iterable[Trait], rules: AlertRules, *, on: date, loans: AbstractSet[int]
) -> list[Pattern]:
    """The patterns that one of these drawings is part of: what a look at them alone must find."""
    return [each for each in patterns(traits, rules, on=on) if not loans.isdisjoint(each.loans)]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Money that went to a card on a day."""

    loan: int
    borrower: str
    card: int
    on: date


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that came from an account, known by its keyed hash, and paid for a loan."""

    loan: int
    borrower: str
    payer: int | None
    on: date


def passed_on(drawn: Iterable[Drawn], paid: Sequence[Paid], *, within: int) -> list[Trait]:
    """Money that left a borrower's card soon after it came, and paid another one's loan.

    Both show it, under the mark of whoever's loan was paid, from the day of the drawing on.
    """
    return [
        Trait("passed_on", came.borrower, side.borrower, side.loan, gave.on)
        for gave in drawn
        for came in paid
        if came.payer == gave.card
        and came.borrower != gave.borrower
        and 0 <= (came.on - gave.on).days <= within
        for side in (gave, came)
    ]
