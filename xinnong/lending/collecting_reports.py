"""Late loans, contacts and alerts as programs read them: yuan and days as text, nothing in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xinnong.core.collecting import bucket_of
from xinnong.core.money import yuan
from xinnong.lending.loan_reports import row_report
from xinnong.lending.queries.alerts import decisions_about
from xinnong.lending.queries.collecting import contacts_of, owed_now_minor, promise_states
from xinnong.lending.queries.loans import figures_day, standing_of
from xinnong.lending.queries.published_rules import alert_rules_on

if TYPE_CHECKING:
    from datetime import date, datetime

    from xinnong.core.collecting import PromiseState
    from xinnong.lending.models import CollectionContact, Loan, LoanAlert


def late_report(row: Any) -> dict[str, Any]:
    """A late loan in the queue, as queries.collecting.late_page finds it."""
    loan = row.loan
    return {
        "loan": str(loan.ref),
        "household": loan.household.ref if loan.household else None,
        "area12": loan.area12,
        "product": loan.product.code,
        "bucket": bucket_of(row.days_past_due),
        "days_past_due": row.days_past_due,
        "owed_yuan": yuan(row.owed_minor),
        "last_contact_at": _moment(row.last_at),
        "promise": row.promise,
        "promised_on": _day(row.promised_on),
        "promised_yuan": _sum(row.promised_minor),
        "next_at": _moment(row.next_at),
    }


def collection_report(loan: Loan, *, today: date) -> dict[str, Any]:
    """What a loan owes now, and everything done to collect it, the newest first."""
    on = figures_day(loan.institution, today)
    standing, contacts = standing_of(loan), contacts_of(loan)
    states = promise_states(loan, contacts, on=on)
    return {
        "loan": str(loan.ref),
        "on": on.isoformat(),
        "days_past_due": standing.days_past_due if standing else 0,
        "owed_yuan": yuan(owed_now_minor(loan)),
        "contacts": [contact_report(each, states.get(each.pk)) for each in contacts],
    }


def contact_report(contact: CollectionContact, promise: PromiseState | None) -> dict[str, Any]:
    """One contact as it was put on record, and what became of its promise."""
    return {
        "ref": str(contact.ref),
        "kind": contact.kind,
        "party": contact.party,
        "at": contact.at.isoformat(),
        "said": contact.said,
        "owed_yuan": yuan(contact.owed_minor),
        "promised_yuan": _sum(contact.promised_minor),
        "promised_on": _day(contact.promised_on),
        "promise": promise.value if promise else None,
        "next_step": contact.next_step or None,
        "next_at": _moment(contact.next_at),
    }


def alert_row(alert: LoanAlert) -> dict[str, Any]:
    """An alert in a list; its number is the one to object under."""
    return {
        "ref": str(alert.ref),
        "number": alert.pk,
        "kind": alert.kind,
        "state": alert.state,
        "borrowers": alert.borrowers,
        "found_on": alert.found_on.isoformat(),
    }


def alert_report(alert: LoanAlert, loans: list[Loan]) -> dict[str, Any]:
    """An alert with the rule that raised it, its drawings, and what people said of it."""
    limit = alert_rules_on(alert.rules_on).thresholds.get(alert.kind)
    return {
        **alert_row(alert),
        "least_borrowers": limit.least if limit else None,
        "within_days": limit.days if limit else None,
        "loans": [{**row_report(each), "person": str(each.person)} for each in loans],
        "decisions": [
            {"state": each.state, "reason": each.reason, "decided_at": each.decided_at.isoformat()}
            for each in decisions_about(alert)
        ],
    }


def _sum(amount_minor: int | None) -> str | None:
    return None if amount_minor is None else yuan(amount_minor)


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
