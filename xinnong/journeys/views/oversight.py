"""Who read whom, who searched for what, who did what: the pages of whoever oversees.

Reviewing is itself recorded. No name, id or figure of a household stands here: a number leads to
nothing for whoever may not open it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinnong.accounts.models import ApiClient, User
from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, signed_in, user_of
from xinnong.audit.queries import entries_page
from xinnong.audit.queries.log import indices_of
from xinnong.audit.services import SYSTEM_ACTOR, record
from xinnong.core.ids import household_ref
from xinnong.journeys.access import institution_name
from xinnong.journeys.forms import ReadFilter
from xinnong.journeys.seen_wording import ASKED
from xinnong.journeys.views.tables import moment, reads_cells
from xinnong.journeys.wording import ACTIONS, COUNTED, said
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.queries import (
    RECENT_READS,
    busiest_readers,
    listings_page,
    reads_page,
)
from xinnong.web import figures
from xinnong.web.paging import PAGE_ROWS, Pager, page_of, turn_of
from xinnong.web.tables import Cell, Column, Table

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from xinnong.audit.models import Entry
    from xinnong.privacy.models import Listing, Read
    from xinnong.privacy.queries import Reader

MOST_REFS = 20


@allowed(Permission.READ_READS)
def reads(request: HttpRequest) -> HttpResponse:
    """Every reading the overseer may see, newest first, and who opened the most households."""
    form = ReadFilter(request.GET)
    turn = turn_of(request.GET)
    found = reads_page(form.conditions(), turn=turn, limit=PAGE_ROWS + 1)
    shown, pager = page_of(
        found, size=PAGE_ROWS, address=request.GET, key=lambda read: str(read.pk)
    )
    _note_review(request, "reads", len(shown))
    busiest = [] if form.conditions() or turn.key else busiest_readers()
    context = {
        "title": _("谁看过谁"),
        "filter": form,
        "summary": _busiest_table(busiest) if busiest else None,
        "table": _reads_table(shown, pager),
        "note": _("本单位人员每次打开农户档案、看全号和接口读取都在这里。您的查看也会记录。"),
        **tabs_of("reads"),
    }
    return render(request, "journeys/oversight.html", context)


@allowed(Permission.READ_READS)
def searches(request: HttpRequest) -> HttpResponse:
    """Every search, list and export: what kind of question, and how many it showed."""
    found = listings_page({}, turn=turn_of(request.GET), limit=PAGE_ROWS + 1)
    shown, pager = page_of(found, size=PAGE_ROWS, address=request.GET, key=lambda row: str(row.pk))
    _note_review(request, "searches", len(shown))
    context = {
        "title": _("查找和导出"),
        "table": _listings_table(shown, pager),
        "note": _("只记查的是哪一类，不记输入了什么。"),
        **tabs_of("searches"),
    }
    return render(request, "journeys/oversight.html", context)


@allowed(Permission.READ_AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    """The audit log: who did what, with its counts."""
    turn = turn_of(request.GET)
    found = entries_page(
        before=None if turn.is_back else turn.number,
        since=turn.number if turn.is_back else None,
        limit=PAGE_ROWS + 1,
    )
    shown, pager = page_of(
        found, size=PAGE_ROWS, address=request.GET, key=lambda entry: str(entry.pk)
    )
    context = {
        "title": _("审计日志"),
        "table": _entries_table(shown, pager),
        "note": _("只增不改：每次办理写一条，与办理同时生效。"),
        **tabs_of("audit"),
    }
    return render(request, "journeys/oversight.html", context)


@signed_in
def my_record(request: HttpRequest) -> HttpResponse:
    """What one has opened oneself, as the overseer sees it."""
    mine = {"actor": user_of(request).ref}
    found = reads_page(mine, turn=turn_of(request.GET), limit=PAGE_ROWS + 1)
    shown, pager = page_of(
        found, size=PAGE_ROWS, address=request.GET, key=lambda read: str(read.pk)
    )
    context = {
        "title": _("我的查看记录"),
        "table": replace(
            _reads_table(shown, pager),
            empty_title=_("您还没有看过农户档案"),
            empty_hint=_("以后每次查看都会记在这里。"),
        ),
        "note": _("最新的在前。个人信息保护负责人看到的也是这些。"),
    }
    return render(request, "journeys/oversight.html", context)


def _note_review(request: HttpRequest, what: str, rows: int) -> None:
    """Remember that the overseer looked, too."""
    record(
        actor=user_of(request),
        action=f"journeys.review-{what}",
        at=timezone.now(),
        counts={"rows": rows},
    )


def tabs_of(current: str) -> dict[str, object]:
    """The pages of oversight, the current one marked."""
    names = {
        "reads": _("谁看过谁"),
        "searches": _("查找和导出"),
        "audit": _("审计日志"),
        "log": _("存证日志"),
    }
    tabs = [(reverse(f"journeys:{code}"), name, code == current) for code, name in names.items()]
    return {"tabs": tabs}


def _busiest_table(readers: Sequence[Reader]) -> Table:
    columns = [
        Column(_("谁看了")),
        Column(_("单位")),
        Column(_("看过的户数"), is_figure=True),
        Column(_("次数"), is_figure=True),
        Column(_("看全号"), is_figure=True),
        Column(_("最近一次")),
    ]
    rows = [
        [
            Cell(reader.name, url=f"{reverse('journeys:reads')}?actor={reader.actor}"),
            Cell(reader.institution or "—"),
            Cell(figures.count(reader.households)),
            Cell(figures.count(reader.reads)),
            Cell(figures.count(reader.unmasked), tone="warn" if reader.unmasked else ""),
            Cell(moment(reader.last_at)),
        ]
        for reader in readers
    ]
    caption = _("看得最多的人（最近 %(count)s 次查看）") % {"count": figures.count(RECENT_READS)}
    return Table(caption, columns, rows)


def _reads_table(found: Sequence[Read], pager: Pager) -> Table:
    columns = [
        Column(_("时间")),
        Column(_("谁看了")),
        Column(_("单位")),
        Column(_("目的")),
        Column(_("看了什么")),
        Column(_("户号")),
    ]
    rows = [[*reads_cells(read), Cell(_ref_of(read.household_id))] for read in found]
    return Table(
        _("谁看过谁"),
        columns,
        rows,
        pager=pager,
        empty_title=_("没有这样的查看记录"),
        empty_hint=_(
            "这里只有本单位人员的查看，其他单位的由他们自己的负责人检查。有筛选条件的，放宽再看。"
        ),
        is_caption_hidden=True,
    )


def _listings_table(found: Sequence[Listing], pager: Pager) -> Table:
    names = _names(row.actor for row in found)
    columns = [
        Column(_("时间")),
        Column(_("谁查的")),
        Column(_("查的是什么")),
        Column(_("目的")),
        Column(_("列出户数"), is_figure=True),
        Column(_("户号")),
    ]
    rows = [
        [
            Cell(moment(row.at)),
            Cell(names.get(row.actor, _("已停用的账户"))),
            Cell(said(ASKED, row.asked)),
            Cell(str(Purpose(row.purpose).label)),
            Cell(figures.count(row.shown)),
            Cell(_refs_of(row.households)),
        ]
        for row in found
    ]
    return Table(
        _("查找和导出"),
        columns,
        rows,
        pager=pager,
        empty_title=_("本单位还没有人查过"),
        empty_hint=_(
            "本单位人员的每次查找、列表和导出都会记在这里；其他单位的由他们自己的负责人检查。"
        ),
        is_caption_hidden=True,
    )


def _entries_table(found: Sequence[Entry], pager: Pager) -> Table:
    names = _names(entry.actor for entry in found)
    columns = [
        Column(_("时间")),
        Column(_("谁办的")),
        Column(_("单位")),
        Column(_("办了什么")),
        Column(_("数量")),
        Column(_("编号")),
        Column(_("存证"), is_figure=True),
    ]
    indices = indices_of(entry.pk for entry in found)
    rows = [
        [
            Cell(moment(entry.at)),
            Cell(names.get(entry.actor, _("已停用的账户"))),
            Cell(institution_name(entry.institution) if entry.institution else "—"),
            Cell(said(ACTIONS, entry.action), note=_run_note(entry.run_id)),
            Cell(_counts(entry.counts)),
            Cell(str(entry.subject or entry.ref)),
            _proof_cell(entry, indices.get(entry.pk)),
        ]
        for entry in found
    ]
    return Table(
        _("审计日志"),
        columns,
        rows,
        pager=pager,
        empty_title=_("日志还是空的"),
        empty_hint=_("第一次报送、计算或导出之后，这里就有记录。"),
        is_caption_hidden=True,
    )


def _proof_cell(entry: Entry, index: int | None) -> Cell:
    """The entry's number in the log, which opens its proof."""
    number = _("等编号") if index is None else figures.count(index)
    return Cell(number, url=reverse("journeys:entry", args=[entry.ref]), note=_("核对"))


def _names(actors: Any) -> dict[UUID, str]:
    """Names of people, programs and the installation itself, by reference."""
    wanted = set(actors)
    known = dict(User.objects.filter(ref__in=wanted).values_list("ref", "name"))
    known |= dict(ApiClient.objects.filter(ref__in=wanted).values_list("ref", "name"))
    return {SYSTEM_ACTOR: _("系统"), **known}


def _counts(counts: Mapping[str, int]) -> str:
    return _("，").join(
        f"{said(COUNTED, name)} {figures.count(number)}" for name, number in counts.items()
    )


def _run_note(run_id: int | None) -> str:
    return _("第 %(run)s 次计算") % {"run": run_id} if run_id else ""


def _ref_of(number: int | None) -> str:
    return household_ref(number) if number else "—"


def _refs_of(numbers: Sequence[int]) -> str:
    """Public numbers of the first few households."""
    named = _("、").join(household_ref(number) for number in numbers[:MOST_REFS])
    return named + ("…" if len(numbers) > MOST_REFS else "") or "—"
