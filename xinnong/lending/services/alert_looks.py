"""The hourly look for alerts: at what was touched since the last one, at everything once a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.models import AlertLook, Loan, PaymentHold, StatementLine
from xinnong.lending.queries.alert_traits import TOUCHED
from xinnong.lending.queries.published_rules import alert_rules_on
from xinnong.lending.services.alerts import find_alerts
from xinnong.lending.services.days import ALONE, lock

if TYPE_CHECKING:
    from datetime import date, datetime

LATECOMERS: Final = 200
"""So many of the newest rows are looked at again: a row may be written before one that it follows."""
LONGEST_COMMAND: Final = timedelta(hours=1)


def look_for_alerts(*, institution: str, on: date, now: datetime, whole: bool = False) -> int:
    """Find what borrowers share as far as something was touched; answers how many alerts are new.

    Looks at the whole book the first time of a calendar day, when other rules bind, and where
    `whole` is asked: numbers on file change with a refresh, and nothing else tells of it. Two looks
    at one lender follow each other.
    """
    with scoped(SYSTEM):
        lock(ALONE, f"lending.alerts {institution}")
        last = AlertLook.objects.filter(institution=institution).first()
        rules_on, today = alert_rules_on(on).from_on, timezone.localdate(now)
        newest = _newest(institution)
        if whole or last is None or last.whole_on != today or last.rules_on != rules_on:
            made = find_alerts(institution=institution, on=on, now=now)
            newest |= {"whole_on": today, "rules_on": rules_on}
        else:
            loans = touched_loans(last)
            made = find_alerts(institution=institution, on=on, now=now, loans=loans)
        AlertLook.objects.update_or_create(
            institution=institution, defaults=newest | {"looked_at": now}
        )
    return made


def touched_loans(last: AlertLook) -> list[int]:
    """Drawings made since the last look, and those whose borrower, phone or payer showed up since."""
    named: dict[str, Any] = {
        "institution": last.institution,
        "newest_loan": last.newest_loan - LATECOMERS,
        "newest_hold": last.newest_hold - LATECOMERS,
        "newest_line": last.newest_line - LATECOMERS,
        "since": last.looked_at - LONGEST_COMMAND,
    }
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, named)
        return sorted(number for (number,) in cursor)


def _newest(institution: str) -> dict[str, Any]:
    """The newest rows of what can be touched, read before they are looked at."""
    kinds = {"newest_loan": Loan, "newest_hold": PaymentHold, "newest_line": StatementLine}
    return {
        name: kind.objects.filter(institution=institution).aggregate(top=Max("id"))["top"] or 0  # type: ignore[attr-defined]  # every model has a manager
        for name, kind in kinds.items()
    }
