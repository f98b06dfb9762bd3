"""What was computed, from what, and how long it took; the documents it was computed with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed
from xinnong.journeys.access import may
from xinnong.journeys.views.tables import day, moment
from xinnong.journeys.wording import STAGES, said
from xinnong.registry.models import INTERRUPTED, RunState
from xinnong.registry.queries import current_run, recent_runs, run_by_ref, stages_of
from xinnong.web import figures
from xinnong.web.panels import Figure, Panel
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from xinnong.registry.models import Run, RunStage

TONES = {RunState.CURRENT: "good", RunState.RUNNING: "warn", RunState.FAILED: "bad"}
MOST_RUNS = 30
SHORT_SUM = 8


@allowed(Permission.READ_RUNS)
def runs(request: HttpRequest) -> HttpResponse:
    """List the newest runs."""
    return render(request, "journeys/runs.html", {"table": _runs_table(recent_runs(MOST_RUNS))})


@allowed(Permission.READ_RUNS)
def run(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Show one run: what went in, what came out, its stages."""
    found = run_by_ref(ref)
    if found is None:
        raise Http404
    context = {
        "run": found,
        "tone": TONES.get(RunState(found.state), ""),
        "facts": _facts_of(found),
        "stages": _stages_table(stages_of(found)),
    }
    return render(request, "journeys/run.html", context)


def latest_run_panel(request: HttpRequest) -> Panel | None:
    """Show whoever looks after the runs how the last one stands."""
    if not may(request, Permission.READ_RUNS):
        return None
    newest, current = next(iter(recent_runs(1)), None), current_run()
    if newest is None:
        return Panel(_("全县计算"), [], note=_("还没有计算过。先导入部门数据，再刷新。"))
    shown = [
        Figure(str(newest.get_state_display()), _("最近一次计算"), note=moment(newest.started_at))
    ]
    if current is not None:
        shown += [
            Figure(figures.count(current.households), _("农户"), note=_("单位：户")),
            Figure(figures.count(current.persons), _("人口"), note=_("单位：人")),
            Figure(day(current.as_of), _("数据截至")),
        ]
    return Panel(
        _("全县计算"), shown, url=reverse("journeys:runs"), url_label=_("看历次计算和各步用时")
    )


def _runs_table(found: Iterable[Run]) -> Table:
    columns = [
        Column(_("数据截至")),
        Column(_("状态")),
        Column(_("开始")),
        Column(_("用时"), is_figure=True),
        Column(_("批次"), is_figure=True),
        Column(_("农户"), is_figure=True),
        Column(_("人口"), is_figure=True),
    ]
    rows = [
        [
            Cell(day(one.as_of), url=reverse("journeys:run", args=[one.ref])),
            Cell(str(one.get_state_display()), tone=TONES.get(RunState(one.state), "plain")),
            Cell(moment(one.started_at)),
            Cell(_seconds(one)),
            Cell(figures.count(one.batches)),
            Cell(figures.count(one.households)),
            Cell(figures.count(one.persons)),
        ]
        for one in found
    ]
    return Table(
        _("历次计算"),
        columns,
        rows,
        empty_title=_("还没有计算过"),
        empty_hint=_("先导入部门数据，再刷新。"),
        is_caption_hidden=True,
    )


def _facts_of(found: Run) -> list[Definition]:
    shown = [
        Definition(_("数据截至"), day(found.as_of)),
        Definition(_("只用此前知道的数据"), moment(found.known_at)),
        Definition(_("开始"), moment(found.started_at)),
        Definition(_("用时"), _seconds(found)),
        Definition(_("批次"), figures.count(found.batches)),
        Definition(_("农户"), figures.count(found.households)),
        Definition(_("人口"), figures.count(found.persons)),
        Definition(_("评分卡"), found.card_sha256[:SHORT_SUM] or "—"),
        Definition(_("授信政策"), found.policy_sha256[:SHORT_SUM] or "—"),
        Definition(_("输入校验和"), found.input_sha256[:SHORT_SUM] or "—"),
    ]
    if found.fault:
        why = _("被中断") if found.fault == INTERRUPTED else found.fault
        shown.append(Definition(_("没有完成的原因"), why, tone="bad"))
    return shown


def _stages_table(stages: Iterable[RunStage]) -> Table:
    columns = [
        Column(_("步骤")),
        Column(_("秒"), is_figure=True),
        Column(_("行数"), is_figure=True),
        Column(_("内存峰值（MB）"), is_figure=True),
    ]
    rows = [
        [
            Cell(said(STAGES, stage.name)),
            Cell(figures.decimal(stage.seconds)),
            Cell(figures.count(stage.rows)),
            Cell(figures.count(stage.peak_mb)),
        ]
        for stage in stages
    ]
    return Table(
        _("各步用时"),
        columns,
        rows,
        empty_title=_("没有各步的记录"),
        empty_hint=_("没有完成的计算不留各步用时。"),
    )


def _seconds(found: Run) -> str:
    if found.finished_at is None:
        return "—"
    took = round((found.finished_at - found.started_at).total_seconds())
    return _("%(seconds)s 秒") % {"seconds": figures.count(took)}
