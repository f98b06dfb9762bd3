"""A small reader of Beancount text: opens, transactions that balance, balance assertions."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

ACCOUNT = r"(?:Assets|Liabilities|Equity|Income|Expenses)(?::[A-Z0-9][A-Za-z0-9-]*)+"
OPEN = re.compile(rf"(\d{{4}}-\d\d-\d\d) open ({ACCOUNT}) CNY")
HEAD = re.compile(r'(\d{4}-\d\d-\d\d) \* "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"')
POSTING = re.compile(rf"  ({ACCOUNT})  (-?\d+\.\d\d) CNY")
BALANCE = re.compile(rf"(\d{{4}}-\d\d-\d\d) balance ({ACCOUNT}) (-?\d+\.\d\d) CNY")
IGNORED = re.compile(r'option "\w+" ".*"|  journal: "[0-9a-f-]{36}"|')


@dataclass
class Read:
    """What a file holds; `problems` names every line or rule that does not hold."""

    transactions: int = 0
    balances: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    opened: dict[str, date] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read(text: str) -> Read:
    """Read a file whose lines stand in order of date."""
    found = Read()
    postings: list[Decimal] = []
    day = date.min
    for line in [*text.splitlines(), ""]:
        if match := POSTING.fullmatch(line):
            _post(found, match, day)
            postings.append(Decimal(match[2]))
            continue
        if not line and postings:
            _end(found, postings)
        if match := OPEN.fullmatch(line):
            found.opened[match[2]] = date.fromisoformat(match[1])
        elif match := HEAD.fullmatch(line):
            found.transactions += 1
            day = date.fromisoformat(match[1])
        elif match := BALANCE.fullmatch(line):
            if found.balances[match[2]] != Decimal(match[3]):
                found.problems.append(line)
        elif not IGNORED.fullmatch(line):
            found.problems.append(line)
    return found


def _post(found: Read, match: re.Match[str], day: date) -> None:
    account = match[1]
    if account not in found.opened or found.opened[account] > day:
        found.problems.append(f"{account} is not open on {day}")
    found.balances[account] += Decimal(match[2])


def _end(found: Read, postings: list[Decimal]) -> None:
    if sum(postings) != 0:
        found.problems.append(f"transaction {found.transactions} does not balance")
    postings.clear()
