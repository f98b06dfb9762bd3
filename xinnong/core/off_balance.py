"""When interest that nobody pays leaves the balance, and where each fen of it then stands.

财政部《关于缩短金融企业应收利息核算期限的通知》(财金〔2002〕5号): a loan whose principal or interest
is more than 90 days late earns nothing on the balance any more; what it had earned there and nobody
paid is taken back from income; from then on interest is kept in memorandum accounts and is income
when it is paid. What the borrower owes does not change by it. Dated, because it was 180 days before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class OffBalanceRule:
    """Later than `leaves_after_days`: off the balance; back once no later than `back_at_days`.

    Back only when nothing is late any more: part of a payment says little about the rest.
    """

    effective_on: date
    leaves_after_days: int
    back_at_days: int


RULES: Final = (
    OffBalanceRule(date(2001, 1, 1), leaves_after_days=180, back_at_days=0),
    OffBalanceRule(date(2002, 1, 1), leaves_after_days=90, back_at_days=0),
)
"""In order of date."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where one component of a loan stands in the ledger, in fen."""

    receivable: int
    off_balance: int
    income: int


def rule_on(on: date) -> OffBalanceRule:
    """The rule in force on a day; the oldest one before any."""
    return next((rule for rule in reversed(RULES) if rule.effective_on <= on), RULES[0])


def is_off_after(days_past_due: int, *, was_off: bool, on: date) -> bool:
    """Whether a loan stands off the balance once a day has ended."""
    rule = rule_on(on)
    if was_off:
        return days_past_due > rule.back_at_days
    return days_past_due > rule.leaves_after_days


def kept(booked: int, paid: int, *, is_off: bool) -> Kept:
    """Where what was ever earned of a component stands: unpaid on one side or the other, whole."""
    if is_off:
        return Kept(receivable=0, off_balance=booked - paid, income=paid)
    return Kept(receivable=booked - paid, off_balance=0, income=booked)
