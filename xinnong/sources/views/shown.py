"""Batches and deliveries as tables and charts: words and figures, no reading of data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinnong.sources.forms import class_title
from xinnong.sources.models import Batch, BatchReason, BatchState, Delivery, DeliveryState
from xinnong.sources.queries import ClassStatus
from xinnong.sources.rounds import Freshness, Outcome, Round
from xinnong.sources.samples import examples_of
from xinnong.sources.wording import deliverer_name
from xinnong.web import figures
from xinnong.web.charts.marks import Amount, Share, share
from xinnong.web.paging import Pager
from xinnong.web.refusals import Wording, wording_of
from xinnong.web.tables import Cell, Column, Definition, Table

STATE_TONES: Final = {
    BatchState.LIVE: "good",
    BatchState.CHECKED: "plain",
    BatchState.UNCHANGED: "plain",
    BatchState.CHECKING: "warn",
    BatchState.REFUSED: "bad",
    BatchState.BROKEN: "bad",
    BatchState.WITHDRAWN: "warn",
}
DELIVERY_TONES: Final = {
    DeliveryState.RECEIVED: "plain",
    DeliveryState.CHECKING: "warn",
    DeliveryState.DONE: "good",
    DeliveryState.BROKEN: "bad",
}
OUTCOMES: Final = {
    Outcome.ON_TIME: (gettext_lazy("按时"), "good", "k1"),
    Outcome.LATE: (gettext_lazy("迟到"), "warn", "k3"),
    Outcome.BROKEN: (gettext_lazy("有误"), "bad", "k0"),
    Outcome.DUE: (gettext_lazy("待送"), "plain", "k4"),
    Outcome.MISSING: (gettext_lazy("逾期未送"), "bad", "k0"),
}
FRESHNESS: Final = {
    Freshness.FRESH: (gettext_lazy("新"), "good"),
    Freshness.STALE: (gettext_lazy("过期"), "warn"),
    Freshness.NEVER: (gettext_lazy("从未报送"), "bad"),
}


@dataclass(frozen=True, slots=True)
class RoundMark:
    """One period of a class as the calendar shows it."""

    period: str
    word: str
    tone: str
    url: str


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One class on the calendar."""

    title: str
    url: str
    newest: str
    freshness: str
    tone: str
    rows: str
    rounds: Sequence[RoundMark]


@dataclass(frozen=True, slots=True)
class DepartmentCard:
    """One deliverer and its classes."""

    name: str
    lines: Sequence[ClassLine]
    late: int


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One code of a report with what to do about it."""

    code: str
    says: str
    advice: str
    rows: str


def calendar_of(statuses: Iterable[ClassStatus]) -> list[DepartmentCard]:
    """One card for each deliverer, in the order of the contracts."""
    grouped: dict[str, list[ClassStatus]] = defaultdict(list)
    for status in statuses:
        grouped[status.contract.deliverer].append(status)
    return [
        DepartmentCard(
            name=deliverer_name(name),
            lines=[_class_line(status) for status in group],
            late=sum(status.freshness is not Freshness.FRESH for status in group),
        )
        for name, group in grouped.items()
    ]


def _class_line(status: ClassStatus) -> ClassLine:
    word, tone = FRESHNESS[status.freshness]
    return ClassLine(
        title=class_title(status.contract.name),
        url=reverse("sources:contract", args=[status.contract.name]),
        newest=status.newest.isoformat() if status.newest else "—",
        freshness=str(word),
        tone=tone,
        rows=figures.count(status.rows),
        rounds=[_round_mark(status.contract.rhythm, one) for one in status.rounds],
    )


def _round_mark(rhythm: str, one: Round) -> RoundMark:
    word, tone, _css = OUTCOMES[one.outcome]
    url = reverse("sources:batch", args=[one.batch_ref]) if one.batch_ref else ""
    return RoundMark(period_of(rhythm, one), str(word), tone, url)


def period_of(rhythm: str, one: Round) -> str:
    """A period as short as its rhythm allows: 2026-11-23, 11-16…11-22, 2026-11, 2026."""
    if rhythm == "daily":
        return f"{one.first:%m-%d}"
    if rhythm == "weekly":
        return f"{one.first:%m-%d}…{one.last:%m-%d}"
    return f"{one.first:%Y-%m}" if rhythm == "monthly" else f"{one.first:%Y}"


def deliveries_table(deliveries: Iterable[Delivery]) -> Table:
    """The latest deliveries with their states."""
    columns = [Column(_("文件")), Column(_("收到时间")), Column(_("状态"))]
    rows = [
        [
            Cell(found.file, url=reverse("sources:delivery", args=[found.ref])),
            Cell(moment(found.received_at)),
            _delivery_state(found),
        ]
        for found in deliveries
    ]
    return Table(
        _("最近的报送"), columns, rows,
        empty_title=_("还没有从网页或接口报送过"), empty_hint=_("点“报送文件”开始。"),
    )  # fmt: skip


def _delivery_state(found: Delivery) -> Cell:
    """Where a delivery stands; one that is over tells of files of which nothing came in."""
    refused = [batch.state == BatchState.REFUSED for batch in found.batches.all()]
    if found.refused or (refused and all(refused)):
        return Cell(str(BatchState.REFUSED.label), tone="bad")
    if any(refused):
        return Cell(_("有文件整批退回"), tone="warn")
    return Cell(found.get_state_display(), tone=DELIVERY_TONES[DeliveryState(found.state)])


def batches_table(batches: Iterable[Batch], *, caption: str, pager: Pager | None = None) -> Table:
    """Reports with their four counts."""
    columns = [Column(_("文件")), Column(_("数据类")), Column(_("数据日期")), Column(_("状态"))]
    columns += [Column(label, is_figure=True) for label in (_("读入"), *map(str, COUNT_LABELS))]
    return Table(
        caption, columns, [_batch_row(found) for found in batches], pager=pager,
        empty_title=_("没有符合条件的批次"), empty_hint=_("放宽筛选，或先报送一个文件。"),
    )  # fmt: skip


COUNT_LABELS: Final = (
    gettext_lazy("入库"),
    gettext_lazy("修复后入库"),
    gettext_lazy("退回"),
    gettext_lazy("重复"),
)


def _batch_row(found: Batch) -> list[Cell]:
    counts = (found.read, found.accepted, found.repaired, found.quarantined, found.duplicate)
    as_of = found.as_of.isoformat() if found.as_of else "—"
    return [
        Cell(found.file, url=reverse("sources:batch", args=[found.ref])),
        Cell(class_title(found.class_name) or "—"),
        Cell(as_of),
        state_cell(found),
        *(Cell(figures.count(number)) for number in counts),
    ]


def state_cell(found: Batch) -> Cell:
    """The state as a badge."""
    return Cell(found.get_state_display(), tone=STATE_TONES[BatchState(found.state)])


def delivery_rows(delivery: Delivery) -> Table:
    """The reports of one delivery so far."""
    found = delivery.batches.exclude(state=BatchState.CHECKING).order_by("pk")
    return batches_table(found, caption=_("各文件的结果"))


def counts_share(found: Batch) -> Share:
    """The four counts as parts of the rows read."""
    numbers = (found.accepted, found.repaired, found.quarantined, found.duplicate)
    amounts = [
        Amount(str(label), number, figures.count(number))
        for label, number in zip(COUNT_LABELS, numbers, strict=True)
    ]
    whole = _("读入 %(read)s 行，四项相加正好等于读入。") % {"read": figures.count(found.read)}
    return share(
        amounts, ident="counts", title=_("每一行的去向"), description=whole,
        headings=(_("去向"), _("行数")),
        percents=[figures.percent(number, found.read) for number in numbers],
        shades=("k1", "k2", "k3", "k4"),
    )  # fmt: skip


def code_lines(found: Batch, kind: BatchReason.Kind) -> list[CodeLine]:
    """Codes of one kind, the most frequent first."""
    lines = found.codes.filter(kind=kind).order_by("-rows", "code")
    return [
        CodeLine(line.code, str(words.says), str(words.advice), figures.count(line.rows))
        for line in lines
        for words in [wording_of(line.code)]
    ]


def sample_table(found: Batch) -> Table | None:
    """Some turned-back cells, masked; None where there are none to show."""
    examples = examples_of(found)
    if not examples:
        return None
    columns = [Column(_("数据行号"), is_figure=True), Column(_("列名"))]
    columns += [Column(_("值（个人信息已遮盖）")), Column(_("说明"))]
    rows = [
        [
            Cell(one.row),
            Cell(one.header or "—"),
            Cell(one.shown or "—"),
            Cell(str(wording_of(one.code).says), note=one.code),
        ]
        for one in examples
    ]
    return Table(_("退回的例子"), columns, rows)


def refusal_of(found: Batch | Delivery) -> Wording | None:
    """Why the whole file was turned back, in plain words."""
    if not found.refused:
        return None
    words = wording_of(found.refused, found.refused_params)
    return Wording(f"{words.says}{_figures(found.refused_params)}", words.advice)


def _figures(params: Mapping[str, object]) -> str:
    """What a refusal counted or named, in brackets."""
    if {"rows", "previous"} <= params.keys():
        return _("（这次 %(rows)s 行，上一期 %(previous)s 行）") % params
    return _("（列名：%(column)s）") % params if "column" in params else ""


def facts_of(found: Batch) -> list[Definition]:
    """What is known of the file beside its rows."""
    known = [
        Definition(_("状态"), found.get_state_display(), tone=STATE_TONES[BatchState(found.state)]),
        Definition(_("数据日期"), found.as_of.isoformat() if found.as_of else "—"),
        Definition(_("收到时间"), moment(found.received_at)),
        Definition(_("批次号"), str(found.pk)),
        Definition(_("编码"), found.encoding or "—"),
        Definition(_("校验用时"), _("%(seconds)s 秒") % {"seconds": found.seconds}),
        Definition(_("文件指纹"), found.sha256[:12] or "—", note="SHA-256"),
    ]
    if found.withdrawn_at is not None:
        known.append(Definition(_("撤回"), moment(found.withdrawn_at), note=found.withdrawn_for))
    return known


def moment(at: object) -> str:
    """An instant in local time, to the minute."""
    return date_format(timezone.localtime(at), "Y-m-d H:i")  # type: ignore[arg-type]
