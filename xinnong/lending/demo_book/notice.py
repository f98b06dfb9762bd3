"""How far the demo's book is, for the pages that would otherwise look half empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from procrastinate.contrib.django.models import ProcrastinateJob

from xinnong.accounts.models import lender_code
from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import user_of
from xinnong.lending.demo_book.plan import BOOK_DAYS, LENDER
from xinnong.lending.demo_checks import stand_in
from xinnong.lending.loan_tables import day
from xinnong.lending.queries.loans import open_day_of
from xinnong.web.panels import Figure, Panel

if TYPE_CHECKING:
    from django.http import HttpRequest

TASK: Final = "lending.make_demo_book"
KEY: Final = "lending.demo-book"
SECONDS: Final = 3
NOTE: Final = _l(
    "演示用的贷款正在后台一天一天生成，约需几分钟，请过一会儿再看。做完以前，本行不能放款、收款。"
)


@dataclass(frozen=True, slots=True)
class Progress:
    """The day the book has come to, and the last one."""

    open_on: date | None
    last_on: date

    @property
    def percent(self) -> int:
        """How much of the days is done."""
        if self.open_on is None:
            return 0
        left = (self.last_on - self.open_on + timedelta(1)).days
        return max(0, min(99, 100 - left * 100 // BOOK_DAYS))


def progress_for(request: HttpRequest) -> Progress | None:
    """How far the book is, for staff of the demo's bank; None where none is being made."""
    user = user_of(request)
    is_concerned = user.can(Permission.HANDLE_LOANS) or user.can(Permission.READ_LEDGER)
    if not stand_in() or not is_concerned or lender_code(user.institution) != LENDER:
        return None
    last_on = cache.get_or_set(KEY, _last_day_asked, SECONDS)
    return Progress(open_day_of(LENDER), date.fromisoformat(last_on)) if last_on else None


def _last_day_asked() -> str:
    """The last day of the job that waits or works; "" where there is none."""
    jobs = ProcrastinateJob.objects.filter(task_name=TASK, status__in=("todo", "doing"))
    asked = jobs.values_list("args", flat=True).first()
    return str(asked["last_on"]) if asked else ""


def demo_panel(request: HttpRequest) -> Panel | None:
    """The first page says that the book is being made, and how far it is."""
    found = progress_for(request)
    if found is None:
        return None
    shown = [Figure(f"{found.percent} %", _("已完成"))]
    if found.open_on is not None:
        shown.append(Figure(day(found.open_on), _("做到哪一天")))
    return Panel(_("演示贷款正在生成"), shown, note=str(NOTE))
