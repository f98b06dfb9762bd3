"""The only writer of alerts: the night finds what borrowers share, a manager says what it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import connection

from xinnong.accounts.models import Institution, User
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import SYSTEM_ACTOR, record
from xinnong.lending.models import AlertDecision, AlertKind, AlertLoan, AlertState, Loan, LoanAlert
from xinnong.lending.queries.alert_traits import of_all, of_loans, of_marks
from xinnong.lending.queries.published_rules import alert_rules_on
from xinnong.lending.services.aftercare_refusals import AlertMoved, AlertUndecided
from xinnong.lending.services.commands import claim, refuse_all_but_staff
from xinnong.lending.services.lender_scope import of_lender
from xinnong.lending.services.refusals import NotYours, SamePerson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xinnong.core.borrowed_names import AlertRules

LONGEST_REASON: Final = 300
SHARED: Final = """
WITH trait AS MATERIALIZED ({traits}),
bound (kind, least) AS (VALUES {bounds}),
shown AS (SELECT DISTINCT kind, mark, borrower FROM trait),
shared AS (
    SELECT kind, mark, count(*) AS borrowers
    FROM shown JOIN bound USING (kind)
    GROUP BY kind, mark, least
    HAVING count(*) >= least
)
SELECT kind, mark, borrowers, array_agg(DISTINCT loan_id ORDER BY loan_id)
FROM shared JOIN trait USING (kind, mark)
GROUP BY kind, mark, borrowers
ORDER BY kind, mark
"""
"""Only the marks that are shared by enough are sorted; the many of one borrower are hashed."""
MARKS: Final = "SELECT DISTINCT kind, mark FROM ({traits}) AS trait"


@dataclass(frozen=True, slots=True)
class Shared:
    """core.borrowed_names.Pattern as the statement finds it."""

    kind: str
    mark: str
    borrowers: int
    loans: tuple[int, ...]


def shared_traits(
    institution: str, rules: AlertRules, on: date, *, loans: Sequence[int] | None = None
) -> list[Shared]:
    """What enough borrowers of a lender share on a day. In the system's scope.

    With `loans` only what one of these drawings shows, as core.borrowed_names.patterns_with; what
    others show of it is looked up by its mark, so that the whole book is not read.
    """
    if not rules.thresholds or (loans is not None and not loans):
        return []
    bounds = ", ".join(f"('{kind}', {limit.least})" for kind, limit in rules.thresholds.items())
    named: dict[str, Any] = {"institution": institution, "on": on, "nobody": SYSTEM_ACTOR}
    traits = of_all(rules.thresholds)
    with connection.cursor() as cursor:
        if loans is not None:
            cursor.execute(
                MARKS.format(traits=of_loans(rules.thresholds)), named | {"loans": list(loans)}
            )
            named |= _marks(cursor.fetchall(), rules)
            traits = of_marks(rules.thresholds)
        cursor.execute(SHARED.format(traits=traits, bounds=bounds), named)
        found = [Shared(kind, mark, count, tuple(ids)) for kind, mark, count, ids in cursor]
    return found if loans is None else [f for f in found if not set(loans).isdisjoint(f.loans)]


def _marks(rows: Iterable[tuple[str, str]], rules: AlertRules) -> dict[str, list[str]]:
    """Marks by kind, under the names that the statement has for them."""
    marks: dict[str, list[str]] = {f"{kind}_marks": [] for kind in rules.thresholds}
    for kind, mark in rows:
        marks[f"{kind}_marks"].append(mark)
    return marks


def find_alerts(
    *, institution: str, on: date, now: datetime, loans: Sequence[int] | None = None
) -> int:
    """Raise an alert for what is newly shared and let known ones grow; answers how many are new.

    What was put aside as a false alarm comes back only with a borrower who was not in it. With
    `loans` only what these drawings show is looked at.
    """
    rules = alert_rules_on(on)
    with scoped(SYSTEM):
        found = shared_traits(institution, rules, on, loans=loans)
        known = _Known(institution, {each.mark for each in found})
        made = sum(_keep(institution, each, known, rules.from_on, on) for each in found)
        if made:
            record(
                actor=SYSTEM_ACTOR, action="lending.find-alerts", at=now, counts={"rows": made},
                concerns=Institution.objects.select_related("operator").get(code=institution),
            )  # fmt: skip
    return made


class _Known:
    """A lender's alerts of some marks, the newest of each, with their loans."""

    def __init__(self, institution: str, marks: set[str]) -> None:
        rows = LoanAlert.objects.filter(institution=institution, mark__in=marks).order_by("id")
        self.alerts = {(each.kind, each.mark): each for each in rows}
        members = AlertLoan.objects.filter(alert__in=[each.pk for each in self.alerts.values()])
        self.loans: dict[int, set[int]] = {}
        for alert, loan in members.values_list("alert_id", "loan_id"):
            self.loans.setdefault(alert, set()).add(loan)

    def persons(self, alert: LoanAlert) -> set[UUID]:
        """The borrowers an alert is about."""
        return _borrowers(self.loans.get(alert.pk, set()))


def _borrowers(loans: Iterable[int]) -> set[UUID]:
    return set(Loan.objects.filter(pk__in=list(loans)).values_list("person", flat=True))


def _keep(institution: str, found: Shared, known: _Known, rules_on: date, on: date) -> bool:
    """Write down what is new about one pattern; whether it is an alert of its own."""
    alert = known.alerts.get((found.kind, found.mark))
    if alert is not None and alert.state == AlertState.FALSE_ALARM:
        if _borrowers(found.loans) <= known.persons(alert):
            return False
        alert = None
    is_new = alert is None
    if alert is None:
        alert = LoanAlert.objects.create(
            ref=new_ref(), institution=institution, kind=found.kind, mark=found.mark,
            borrowers=found.borrowers, rules_on=rules_on, found_on=on,
        )  # fmt: skip
    elif alert.borrowers < found.borrowers:
        LoanAlert.objects.filter(pk=alert.pk).update(borrowers=found.borrowers)
    fresh = [loan for loan in found.loans if is_new or loan not in known.loans.get(alert.pk, set())]
    AlertLoan.objects.bulk_create(
        AlertLoan(
            alert=alert, loan_id=loan, institution=institution,
            holds=alert.state == AlertState.LOOK_INTO,
        )
        for loan in fresh
    )  # fmt: skip
    return is_new


def decide_alert(
    *, actor: User, alert: LoanAlert, state: str, reason: str, now: datetime, key: UUID
) -> LoanAlert:
    """Say that an alert is looked into, so that its borrowers' draws wait, or a false alarm.

    Raises NotYours, SamePerson where the actor is what the alert is about, AlertUndecided without
    a reason, AlertMoved where it is put aside already or says so already.
    """
    refuse_all_but_staff(actor, alert.institution)
    if not actor.can(Permission.CONFIRM_LOANS):
        raise NotYours
    if alert.kind == AlertKind.STAFF and alert.mark == str(actor.ref):
        raise SamePerson
    text = reason.strip()
    if state not in {AlertState.LOOK_INTO, AlertState.FALSE_ALARM} or not text:
        raise AlertUndecided
    if len(text) > LONGEST_REASON:
        raise AlertUndecided
    with scoped(of_lender(alert.institution, actor)):
        claimed = claim(
            actor=actor, institution=alert.institution, route="decide-alert", key=key, now=now,
            body={"alert": str(alert.ref), "state": state, "reason": text}, subject=alert.ref,
        )  # fmt: skip
        mine = LoanAlert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
        if not claimed.is_new:
            return mine
        if mine.state in {AlertState.FALSE_ALARM, state}:
            raise AlertMoved
        _decide(actor, mine, state, text, now)
    return mine


def _decide(actor: User, alert: LoanAlert, state: str, reason: str, now: datetime) -> None:
    alert.state = state
    alert.save(update_fields=["state"])
    AlertDecision.objects.create(
        alert=alert, institution=alert.institution, state=state, reason=reason,
        decided_by=actor.ref, decided_at=now,
    )  # fmt: skip
    holds = state == AlertState.LOOK_INTO
    AlertLoan.objects.filter(alert=alert).update(holds=holds)
    record(
        actor=actor, action="lending.decide-alert", at=now, subject=alert.ref,
        counts={"rows": alert.borrowers},
        concerns=Institution.objects.select_related("operator").get(code=alert.institution),
    )  # fmt: skip
