"""The only writer of checks after lending: the night makes the tasks, people do them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from xinnong.accounts.models import Institution, User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR, record
from xinnong.core.collecting import LONGEST_TEXT
from xinnong.lending.models import LoanCheck, UseFound
from xinnong.lending.queries.loans import PRINCIPAL, figures_day
from xinnong.lending.queries.published_rules import check_rules_on
from xinnong.lending.services.aftercare_refusals import CheckDone, CheckShowsNothing
from xinnong.lending.services.commands import claim, refuse_all_but_staff, refuse_own_household
from xinnong.lending.services.evidence import checked_sum
from xinnong.lending.services.judging import judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xinnong.core.aftercare import CheckRules

MAKE: Final = """
INSERT INTO lending_loancheck (ref, loan_id, institution, n, due_on, officer, rules_on, made_on,
                               found, said, photos)
SELECT gen_random_uuid(), loan_id, %(institution)s, n, due_on, officer, %(rules_on)s, %(on)s,
       '', '', '{{}}'
FROM (
    SELECT s.loan_id, coalesce(last.n, 0) + 1 AS n,
           greatest(CASE WHEN last.n IS NULL THEN l.disbursed_on + %(first_days)s
                         ELSE last.done_on + least({bands}, {classes}) END, %(on)s) AS due_on,
           (SELECT coalesce(c.officer, c.drafted_by) FROM lending_contract AS c
            WHERE c.ref = l.contract_ref) AS officer
    FROM lending_standing AS s
    JOIN lending_loan AS l ON l.id = s.loan_id
    LEFT JOIN (SELECT DISTINCT ON (loan_id) loan_id, n, done_on FROM lending_loancheck
               WHERE institution = %(institution)s AND {among} ORDER BY loan_id, n DESC) AS last
           ON last.loan_id = s.loan_id
    CROSS JOIN LATERAL (
        SELECT coalesce((SELECT a.posted_debits_minor - a.posted_credits_minor
                         FROM ledger_account AS a
                         WHERE a.object_ref = l.ref AND a.kind = %(principal)s), 0) AS owed
    ) AS principal
    WHERE s.institution = %(institution)s AND l.state = 'active' AND l.disbursed_on <= %(on)s
      AND (last.n IS NULL OR last.done_on IS NOT NULL) AND s.{among}
) AS wanted
WHERE due_on <= %(on)s + %(ahead_days)s
ON CONFLICT DO NOTHING
"""


ALL: Final = "loan_id IS NOT NULL"
SOME: Final = "loan_id = ANY(%(loans)s)"


def make_checks(
    *, institution: str, on: date, now: datetime, loans: Sequence[int] | None = None
) -> int:
    """Put every check that is due soon on the list, once; answers how many are new.

    core.aftercare.check_wanted over all running loans of a lender, or some of them, in one statement.
    """
    rules = check_rules_on(on)
    named: dict[str, Any] = {
        "institution": institution, "on": on, "rules_on": rules.from_on, "principal": PRINCIPAL,
        "first_days": rules.first_days, "ahead_days": rules.ahead_days, "loans": loans,
    }  # fmt: skip
    among = ALL if loans is None else SOME
    with scoped(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute(
                MAKE.format(bands=_bands(rules), classes=_classes(rules), among=among), named
            )
            made = int(cursor.rowcount)
        if made:
            record(
                actor=SYSTEM_ACTOR, action="lending.make-checks", at=now, counts={"rows": made},
                concerns=Institution.objects.select_related("operator").get(code=institution),
            )  # fmt: skip
    return made


def _bands(rules: CheckRules) -> str:
    """core.aftercare.interval_days by what is owed; figures come from the published file."""
    cases = " ".join(
        f"WHEN principal.owed <= {band.up_to_minor} THEN {band.every_days}"
        for band in rules.bands
        if band.up_to_minor is not None
    )
    last = rules.bands[-1].every_days
    return f"(CASE {cases} ELSE {last} END)" if cases else str(last)


def _classes(rules: CheckRules) -> str:
    """The longest interval that a class leaves; NULL where it leaves any."""
    cases = " ".join(f"WHEN {number} THEN {days}" for number, days in rules.class_days.items())
    return f"(CASE s.asset_class {cases} END)" if cases else "NULL"


def do_check(
    *,
    actor: User,
    check: LoanCheck,
    found: str,
    said: str,
    photos: Sequence[str],
    now: datetime,
    key: UUID,
) -> LoanCheck:
    """Put on record what a check found; money used for something else has the loan judged so.

    The day's end then classes it 关注. Raises NotYours, OwnHousehold, CheckDone, CheckShowsNothing,
    EvidenceMissing, LoanNotActive and the day's refusals where the money was misused.
    """
    loan = check.loan
    refuse_all_but_staff(actor, check.institution)
    if loan.household_id is not None:
        refuse_own_household(actor, loan.household_id)
    sums = [checked_sum(photo, "photos") for photo in photos]
    text = said.strip()
    if found not in UseFound.values or not text or len(text) > LONGEST_TEXT:
        raise CheckShowsNothing
    if not sums and found != UseFound.UNCLEAR:
        raise CheckShowsNothing
    with transaction.atomic():
        claimed = claim(
            actor=actor, institution=check.institution, route="do-check", key=key, now=now,
            body={"check": str(check.ref), "found": found, "said": text, "photos": sums},
            subject=check.ref,
        )  # fmt: skip
        mine = LoanCheck.objects.select_for_update(of=("self",)).get(pk=check.pk)
        if not claimed.is_new:
            return mine
        if mine.done_at is not None:
            raise CheckDone
        on = figures_day(check.institution, timezone.localdate(now))
        mine.found, mine.said, mine.photos = found, text, sums
        mine.done_on, mine.done_at, mine.done_by = on, now, actor.ref
        mine.save(update_fields=["found", "said", "photos", "done_on", "done_at", "done_by"])
        _tell(actor, mine, on, now)
    return mine


def _tell(actor: User, check: LoanCheck, on: date, now: datetime) -> None:
    """The audit entry, and the judgement where the money went elsewhere."""
    institution = Institution.objects.select_related("operator").get(code=check.institution)
    record(
        actor=actor, action="lending.do-check", at=now, subject=check.loan.ref,
        counts={"photos": len(check.photos)}, concerns=institution,
    )  # fmt: skip
    if check.found == UseFound.MISUSED:
        judge(
            actor=actor, institution=institution, loan_ref=check.loan.ref, on=on, now=now,
            key=f"check-{check.ref}", misused=True,
        )  # fmt: skip
