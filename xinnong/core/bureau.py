"""Accounts of loans as the central bank's personal credit report wants them (二代个人征信).

A lender reports only with the borrower's written consent, and tells a borrower before anything bad
is reported (征信业管理条例 29, 15); both stand in the facts here and are checked first. Codes are
those of the second-generation account record: base segment, latest month, 24 months back, special
transactions. Amounts go out in whole yuan, rounded down, as the record has no fen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from xinnong.core.asset_class import AssetClass
from xinnong.core.errors import Problem
from xinnong.core.money import FEN_PER_YUAN

MONTHS_BACK: Final = 24
NOTICE_DAYS: Final = 10
"""The law names no number of days between telling a borrower and reporting; this is ours."""
CURRENCY: Final = "CNY"
ACCOUNT_KINDS: Final[Mapping[str, str]] = {
    "term": "D1",  # 非循环贷账户
    "line": "R1",  # 循环贷账户
    "draw_under_line": "R4",  # 循环额度下分账户
}
LENDER_KINDS: Final[Mapping[str, str]] = {
    "bank": "11",
    "village_bank": "12",
    "small_loan": "51",
    "guarantor": "53",
}
BUSINESS_KINDS: Final[Mapping[str, str]] = {
    "farming": "52",  # 经营性农户贷款
    "farm_consumption": "53",  # 消费性农户贷款
    "farm": "51",  # 农户贷款
    "business": "41",  # 个人经营性贷款
    "start_up": "42",  # 个人创业担保贷款
    "consumption": "91",
    "other": "99",
}
REPAYMENTS: Final[Mapping[str, str]] = {
    "equal_installment": "11",
    "equal_principal": "12",
    "interest_first": "13",
    "at_maturity": "21",
    "seasonal": "32",  # 按期结息, 自由还本: principal in the months of income
    "revolving": "39",
}
"""A method without a code of its own is refused, never filed under one that nearly fits."""
FREQUENCIES: Final[Mapping[tuple[int, str], str]] = {
    (1, "months"): "03",
    (3, "months"): "04",
    (1, "quarters"): "04",
    (6, "months"): "05",
    (2, "quarters"): "05",
    (12, "months"): "06",
    (1, "years"): "06",
}
ONCE: Final = "07"
IRREGULAR: Final = "08"
SECURITIES: Final[Mapping[str, str]] = {
    "pledge": "1",
    "mortgage": "2",
    "guarantee": "3",
    "credit": "4",
    "mixed_with_guarantee": "5",
    "mixed": "6",
    "joint_farmers": "7",
    "custody": "9",  # a contract on assets that no registry covers is none of the others
    "insurance": "9",
    "chain": "9",
}
SPECIAL: Final[Mapping[str, str]] = {
    "extended": "1",
    "paid_by_guarantor": "2",
    "paid_in_kind": "3",
    "paid_early_in_part": "4",
    "paid_early_in_full": "5",
    "other": "9",
    "debt_reduced": "11",
    "policy_extension": "16",
}
NOT_OPENED: Final = "/"
UNKNOWN: Final = "#"
LATE_EDGES: Final = ((180, "7"), (150, "6"), (120, "5"), (90, "4"), (60, "3"), (30, "2"), (0, "1"))


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month of an account, at its end.

    `due_minor` fell due in it; `days_past_due` at the end; `late_within`: it was late but paid up
    before the month ended. `ended`: how the account ended in it, if it did: closed, written_off,
    guarantor, in_kind.
    """

    first_on: date
    due_minor: int
    days_past_due: int
    late_within: bool = False
    ended: str = ""
    is_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the ledger and the contract say of one account at the end of a month."""

    number: str
    kind: str
    lender_kind: str
    lender_code: str
    agreement: str
    business: str
    method: str
    every: int
    unit: str
    repayments: int
    security: str
    opened_on: date
    matures_on: date
    amount_minor: int
    limit_minor: int
    is_joint: bool
    consent_on: date | None
    told_of_bad_on: date | None
    balance_minor: int
    overdue_minor: int
    overdue_principal_minor: int
    overdue_since: date | None
    asset_class: AssetClass | None
    months: tuple[Month, ...]
    special: tuple[tuple[str, date, int], ...] = ()

    @property
    def is_bad(self) -> bool:
        """Whether the record says anything bad about the borrower."""
        classed = self.asset_class is not None and self.asset_class >= AssetClass.SUBSTANDARD
        return self.overdue_minor > 0 or classed


def notice_holds(told_on: date, *, bad_since: date, month_end: date) -> bool:
    """Whether a notice covers a bad record of a month: after it went bad, and long enough before."""
    return told_on >= bad_since and told_on + timedelta(NOTICE_DAYS) <= month_end


Segment = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Record:
    """The segments of one account: base, latest month, 24 months back, special transactions."""

    base: Segment
    latest: Segment
    months: str
    special: tuple[Segment, ...]


def report(account: Account, *, month_end: date) -> tuple[Record | None, tuple[Problem, ...]]:
    """The record of an account for a month, or every reason why it must not be sent."""
    problems = tuple(_problems(account, month_end))
    return (None if problems else _record(account, month_end)), problems


def _problems(account: Account, month_end: date) -> Iterator[Problem]:
    yield from _permission_problems(account, month_end)
    yield from _code_problems(account)
    yield from _figure_problems(account, month_end)


def _permission_problems(account: Account, month_end: date) -> Iterator[Problem]:
    if account.consent_on is None or account.consent_on > month_end:
        yield Problem("bureau.no_consent", "consent_on")
    if account.is_bad and (account.told_of_bad_on is None or account.told_of_bad_on > month_end):
        yield Problem("bureau.not_told", "told_of_bad_on")


def _code_problems(account: Account) -> Iterator[Problem]:
    for field, value, known in (
        ("kind", account.kind, ACCOUNT_KINDS),
        ("lender_kind", account.lender_kind, LENDER_KINDS),
        ("business", account.business, BUSINESS_KINDS),
        ("method", account.method, REPAYMENTS),
        ("security", account.security, SECURITIES),
    ):
        if value not in known:
            yield Problem("bureau.no_code", field, {"value": value})
    for name, _on, _amount in account.special:
        if name not in SPECIAL:
            yield Problem("bureau.no_code", "special", {"value": name})


def _figure_problems(account: Account, month_end: date) -> Iterator[Problem]:
    if not account.opened_on <= account.matures_on:
        yield Problem("bureau.dates", "matures_on")
    if account.opened_on > month_end:
        yield Problem("bureau.not_open_yet", "opened_on")
    if not 0 <= account.overdue_principal_minor <= account.overdue_minor:
        yield Problem("bureau.overdue_parts", "overdue_principal_minor")
    if account.overdue_principal_minor > account.balance_minor:
        yield Problem("bureau.overdue_over_balance", "overdue_principal_minor")
    if (account.overdue_minor > 0) is not (account.overdue_since is not None):
        yield Problem("bureau.overdue_since", "overdue_since")
    starts = [month.first_on for month in account.months]
    if starts != sorted(set(starts)):
        yield Problem("bureau.months_order", "months")
    if any(month.ended for month in account.months[:-1]):
        yield Problem("bureau.goes_on_after_its_end", "months")
    if account.months and account.months[-1].ended == "closed" and account.balance_minor:
        yield Problem("bureau.closed_with_balance", "balance_minor")


def _record(account: Account, month_end: date) -> Record:
    return Record(
        base=_base(account),
        latest=_latest(account, month_end),
        months=look_back(account.months, month_end=month_end),
        special=tuple(
            {"type": SPECIAL[name], "on": on.isoformat(), "amount": _yuan(amount)}
            for name, on, amount in account.special
        ),
    )


def _base(account: Account) -> Segment:
    return {
        "AI01": account.number,
        "AD01": ACCOUNT_KINDS[account.kind],
        "AD02": LENDER_KINDS[account.lender_kind],
        "AI02": account.lender_code,
        "AI04": account.agreement,
        "AD03": BUSINESS_KINDS[account.business],
        "AR01": account.opened_on.isoformat(),
        "AD04": CURRENCY,
        "AJ01": _yuan(account.amount_minor),
        "AJ02": _yuan(account.limit_minor),
        "AR02": account.matures_on.isoformat(),
        "AD05": REPAYMENTS[account.method],
        "AD06": _frequency(account),
        "AS01": account.repayments,
        "AD07": SECURITIES[account.security],
        "AD09": int(account.is_joint),
    }


def _frequency(account: Account) -> str:
    if account.method == "at_maturity":
        return ONCE
    return FREQUENCIES.get((account.every, account.unit), IRREGULAR)


def _latest(account: Account, month_end: date) -> Segment:
    return {
        "month": f"{month_end:%Y-%m}",
        "balance": _yuan(account.balance_minor),
        "class": account.asset_class.value if account.asset_class else 9,
        "overdue": _yuan(account.overdue_minor),
        "overdue_principal": _yuan(account.overdue_principal_minor),
        "overdue_since": account.overdue_since.isoformat() if account.overdue_since else "",
    }


def look_back(months: Sequence[Month], *, month_end: date) -> str:
    """One letter a month, the oldest first, for 24 months up to the one that ends.

    A month before the account opened is /; one of which nothing is known is #.
    """
    known = {(month.first_on.year, month.first_on.month): month for month in months}
    first = min(known, default=(month_end.year, month_end.month))
    letters = []
    for back in range(MONTHS_BACK - 1, -1, -1):
        year, place = divmod(month_end.year * 12 + month_end.month - 1 - back, 12)
        wanted = (year, place + 1)
        if wanted < first:
            letters.append(NOT_OPENED)
        else:
            month = known.get(wanted)
            letters.append(letter(month) if month else UNKNOWN)
    return "".join(letters)


def letter(month: Month) -> str:
    """The state of one month: its end, its lateness, or that nothing was due."""
    ends = {"closed": "C", "written_off": "B", "guarantor": "D", "in_kind": "Z"}
    if not month.is_known:
        return UNKNOWN
    if month.ended:
        return ends[month.ended]
    if month.days_past_due:
        return next(code for edge, code in LATE_EDGES if month.days_past_due > edge)
    if month.late_within:
        return "M"
    return "N" if month.due_minor else "*"


def _yuan(minor: int) -> int:
    return minor // FEN_PER_YUAN
