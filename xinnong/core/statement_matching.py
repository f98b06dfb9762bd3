"""Which loan a credit on a bank statement pays: rules in order, the exact ones first.

A rule that the payer's words speak to decides, and no later one is asked: where it names one open
loan, that is it; where it names several, or one that is closed or unknown, a person has to look.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from xinnong.core.payments import rows_in

FOUR_EYES_MINOR: Final = 5_000_000
"""From this sum on, whoever says what money was is not who confirms it: 50,000 yuan."""
CHECKED_DIGITS: Final = 13
_CONTRACT: Final = re.compile(
    r"(?<![0-9a-f])([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})"
    r"(?![0-9a-f])"
)


class Rule(StrEnum):
    """By what a loan was found, in the order in which they are asked."""

    VIRTUAL = "virtual"
    NUMBER = "number"
    CONTRACT = "contract"
    NAME_AMOUNT = "name_amount"


@dataclass(frozen=True, slots=True)
class Credit:
    """Money that came. `virtual` is the account it was sent to, where that names a loan."""

    amount_minor: int
    payer: str
    words: str
    virtual: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A loan that money may be for. `contract` is 32 hexadecimal digits; `due_minor` is owed now."""

    loan: int
    contract: str
    borrower: str
    due_minor: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Match:
    """The rule that decided, and the loan; None where a person has to look."""

    rule: Rule
    loan: int | None


def loans_named(credit: Credit) -> dict[Rule, tuple[int, ...]]:
    """Loans that account and words name by number."""
    digits = re.sub(r"\D", "", credit.virtual)[-CHECKED_DIGITS:]
    return {
        Rule.VIRTUAL: rows_in("L", f"L{digits}"),
        Rule.NUMBER: rows_in("L", credit.words),
    }


def contracts_named(words: str) -> tuple[str, ...]:
    """Contracts that words name, as 32 digits."""
    found = ("".join(parts) for parts in _CONTRACT.findall(words.lower()))
    return tuple(dict.fromkeys(found))


class Matcher:
    """Claims of one lender, looked up instead of searched."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._open: set[int] = set()
        by_contract: defaultdict[str, list[int]] = defaultdict(list)
        by_name: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
        for claim in claims:
            if claim.is_open:
                self._open.add(claim.loan)
                by_contract[claim.contract].append(claim.loan)
                if claim.borrower and claim.due_minor:
                    by_name[claim.borrower, claim.due_minor].append(claim.loan)
        self._by_contract: Mapping[str, Sequence[int]] = by_contract
        self._by_name: Mapping[tuple[str, int], Sequence[int]] = by_name

    def match(self, credit: Credit) -> Match | None:
        """The loan a credit pays; None where no rule speaks to it."""
        for rule, rows in loans_named(credit).items():
            if rows:
                return Match(rule, self._only([row for row in rows if row in self._open], rows))
        contracts = contracts_named(credit.words)
        if contracts:
            found = [loan for each in contracts for loan in self._by_contract.get(each, ())]
            return Match(Rule.CONTRACT, self._only(found, found))
        found = list(self._by_name.get((credit.payer.strip(), credit.amount_minor), ()))
        return Match(Rule.NAME_AMOUNT, self._only(found, found)) if found else None

    @staticmethod
    def _only(found: Sequence[int], named: Sequence[int]) -> int | None:
        """The one loan, where nothing else was named."""
        return found[0] if len(found) == len(named) == 1 else None
