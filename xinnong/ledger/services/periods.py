"""Closing months, and the nightly sum that holds the running balances against the transfers."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from xinnong.accounts.models import Institution
from xinnong.audit.services import ActsFor, record
from xinnong.core.errors import Refused
from xinnong.ledger.models import TOTALS, Period, Resum
from xinnong.ledger.queries import closed_through, open_breaks, trial_balance
from xinnong.ledger.services.accounts import LEDGER_LOCK
from xinnong.ledger.services.commands import answer_once

COUNTY: Final = ZoneInfo("Asia/Shanghai")
_SUMMED: Final = """
WITH live AS (
    SELECT t.debit_id, t.credit_id,
           CASE WHEN t.state = 'pending' THEN 0 ELSE t.amount_minor END AS posted,
           CASE WHEN t.state = 'pending' THEN t.amount_minor ELSE 0 END AS pending
    FROM ledger_transfer AS t LEFT JOIN ledger_transfer AS e ON e.ends_id = t.id
    WHERE t.institution_id = %(institution)s AND t.state <> 'voided'
      AND NOT (t.state = 'pending' AND e.id IS NOT NULL)
), summed AS (
    SELECT side.account, sum(side.pd)::bigint AS pd, sum(side.pc)::bigint AS pc,
           sum(side.hd)::bigint AS hd, sum(side.hc)::bigint AS hc
    FROM live CROSS JOIN LATERAL
        (VALUES (debit_id, posted, 0, pending, 0), (credit_id, 0, posted, 0, pending))
        AS side(account, pd, pc, hd, hc)
    GROUP BY side.account
)
SELECT a.id, a.posted_debits_minor, a.posted_credits_minor, a.pending_debits_minor,
       a.pending_credits_minor, coalesce(s.pd, 0), coalesce(s.pc, 0), coalesce(s.hd, 0),
       coalesce(s.hc, 0)
FROM ledger_account AS a LEFT JOIN summed AS s ON s.account = a.id
WHERE a.institution_id = %(institution)s AND a.posted_debits_minor IS NOT NULL
  AND (a.posted_debits_minor, a.posted_credits_minor, a.pending_debits_minor,
       a.pending_credits_minor)
      IS DISTINCT FROM
      (coalesce(s.pd, 0), coalesce(s.pc, 0), coalesce(s.hd, 0), coalesce(s.hc, 0))
ORDER BY a.id
"""
_RUNNING: Final = """
SELECT count(*) FROM ledger_account
WHERE institution_id = %(institution)s AND posted_debits_minor IS NOT NULL
"""
_ASTRAY: Final = """
SELECT count(*) FROM ledger_transfer AS t
LEFT JOIN ledger_journal AS j ON j.id = t.journal_id AND j.institution_id = t.institution_id
LEFT JOIN ledger_account AS d ON d.id = t.debit_id AND d.institution_id = t.institution_id
LEFT JOIN ledger_account AS c ON c.id = t.credit_id AND c.institution_id = t.institution_id
WHERE t.institution_id = %(institution)s
  AND (j.id IS NULL OR j.business_on <> t.business_on OR d.id IS NULL OR c.id IS NULL)
"""
_SNAPSHOT: Final = """
INSERT INTO ledger_closingbalance (institution_id, period_id, account_id, debits_minor,
                                   credits_minor)
SELECT %(institution)s, %(period)s, account, sum(debits), sum(credits) FROM (
    SELECT account_id AS account, debits_minor AS debits, credits_minor AS credits
    FROM ledger_closingbalance
    WHERE period_id = (SELECT id FROM ledger_period WHERE institution_id = %(institution)s
                       AND closed_at IS NOT NULL AND last_on = %(before)s)
    UNION ALL
    SELECT side.account, side.debits, side.credits
    FROM ledger_transfer AS t CROSS JOIN LATERAL
        (VALUES (t.debit_id, t.amount_minor, 0), (t.credit_id, 0, t.amount_minor))
        AS side(account, debits, credits)
    WHERE t.institution_id = %(institution)s AND t.state IN ('posted', 'posted_pending')
      AND t.business_on > %(before)s AND t.business_on <= %(last_on)s
) AS parts GROUP BY account
"""
_SEAL: Final = """
UPDATE ledger_period SET
    transfers = (SELECT count(*) FROM ledger_transfer WHERE institution_id = %(institution)s
                 AND business_on > %(before)s AND business_on <= %(last_on)s),
    checksum = (SELECT encode(sha256(convert_to(coalesce(string_agg(
                    concat_ws(':', account_id, debits_minor, credits_minor), ',' ORDER BY account_id),
                    ''), 'UTF8')), 'hex')
                FROM ledger_closingbalance WHERE period_id = %(period)s)
WHERE id = %(period)s
RETURNING transfers, checksum
"""


class PeriodNotOver(Refused):
    """The month has not ended yet."""

    code: ClassVar[str] = "ledger.period_not_over"


class PeriodOutOfOrder(Refused):
    """The month is closed already, or one before it is still open."""

    code: ClassVar[str] = "ledger.period_out_of_order"


class BreaksOpen(Refused):
    """Assertions of the month do not agree and are not explained."""

    code: ClassVar[str] = "ledger.breaks_open"


class BalancesDiffer(Refused):
    """Running balances or links of transfers do not hold; see resum_balances."""

    code: ClassVar[str] = "ledger.balances_differ"


@dataclass(frozen=True, slots=True)
class Difference:
    """An account whose running totals are not the sums of its transfers, by name of the total."""

    account: int
    kept: dict[str, int]
    summed: dict[str, int]


@dataclass(frozen=True, slots=True)
class Resummed:
    """What the nightly sum found. `astray`: transfers whose journal or accounts are not there."""

    accounts: int
    differences: tuple[Difference, ...]
    astray: int

    @property
    def holds(self) -> bool:
        """Whether everything agrees."""
        return not self.differences and not self.astray


def resum_balances(*, institution: Institution, actor: ActsFor | UUID, now: datetime) -> Resummed:
    """Sum every running balance again and name each difference; repairs nothing.

    Safe while others post: one statement sees one moment. Run it again as often as you like.
    """
    with transaction.atomic():
        found = _resum(institution)
        Resum.objects.create(
            institution=institution,
            summed_at=now,
            accounts=found.accounts,
            differences=len(found.differences),
            astray=found.astray,
        )
        record(
            actor=actor,
            action="ledger.resum",
            at=now,
            counts={
                "accounts": found.accounts,
                "differences": len(found.differences),
                "astray": found.astray,
            },
            concerns=institution,
        )
    return found


def _resum(institution: Institution) -> Resummed:
    asked = {"institution": institution.pk}
    with connection.cursor() as cursor:
        cursor.execute(_SUMMED, asked)
        differing = cursor.fetchall()
        cursor.execute(_RUNNING, asked)
        [[accounts]] = cursor.fetchall()
        cursor.execute(_ASTRAY, asked)
        [[astray]] = cursor.fetchall()
    differences = (
        Difference(
            account,
            dict(zip(TOTALS, figures[: len(TOTALS)], strict=True)),
            dict(zip(TOTALS, figures[len(TOTALS) :], strict=True)),
        )
        for account, *figures in differing
    )
    return Resummed(accounts, tuple(differences), astray)


def close_period(
    *, institution: Institution, actor: ActsFor | UUID, key: str, month: date, now: datetime
) -> Period:
    """Close the calendar month of a day: nothing is posted into it, or before it, any more.

    Keeps what every account had at its end and opens the next month. Raises PeriodNotOver,
    PeriodOutOfOrder, BreaksOpen, BalancesDiffer; then the month stays open.
    """
    first_on = month.replace(day=1)
    last_on = _month_end(month)

    def work() -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LEDGER_LOCK, institution.pk])
        before = closed_through(institution)
        for check in (_is_over, _is_next, _agrees, _holds):
            check(institution, first_on, last_on, now)
        period = _close(institution, first_on, last_on, before, now, actor)
        record(
            actor=actor,
            action="ledger.close-period",
            at=now,
            counts={"transfers": period.transfers},
            checksum=period.checksum,
            concerns=institution,
        )
        return {"period": period.pk}

    answer = answer_once(
        institution=institution,
        actor=actor,
        route="ledger.close-period",
        key=key,
        body={"last_on": last_on},
        now=now,
        work=work,
    )
    return Period.objects.get(pk=answer["period"])


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _is_over(_institution: Institution, _first_on: date, last_on: date, now: datetime) -> None:
    if last_on >= now.astimezone(COUNTY).date():
        raise PeriodNotOver(last_on=last_on.isoformat())


def _is_next(institution: Institution, first_on: date, _last_on: date, _now: datetime) -> None:
    before = closed_through(institution)
    if before is not None and first_on != before + timedelta(days=1):
        raise PeriodOutOfOrder(closed_through=before.isoformat())


def _agrees(institution: Institution, _first_on: date, last_on: date, _now: datetime) -> None:
    if breaks := open_breaks(institution, until=last_on):
        raise BreaksOpen(count=len(breaks))


def _holds(institution: Institution, _first_on: date, last_on: date, _now: datetime) -> None:
    found = _resum(institution)
    if not found.holds or trial_balance(institution, on=last_on).difference_minor:
        raise BalancesDiffer(count=len(found.differences) + found.astray)


def _close(
    institution: Institution,
    first_on: date,
    last_on: date,
    before: date | None,
    now: datetime,
    actor: ActsFor | UUID,
) -> Period:
    period, _ = Period.objects.get_or_create(
        institution=institution, first_on=first_on, last_on=last_on
    )
    asked: dict[str, Any] = {
        "institution": institution.pk,
        "period": period.pk,
        "before": before or date.min,
        "last_on": last_on,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SNAPSHOT, asked)
        cursor.execute(_SEAL, asked)
        [[period.transfers, period.checksum]] = cursor.fetchall()
    period.closed_at = now
    period.closed_by = actor if isinstance(actor, UUID) else actor.ref
    period.save(update_fields=["closed_at", "closed_by"])
    following = last_on + timedelta(days=1)
    Period.objects.get_or_create(
        institution=institution, first_on=following, last_on=_month_end(following)
    )
    return period
