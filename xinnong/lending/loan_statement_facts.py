"""A loan's statement as figures, a table, rows of a file, and the data of its paper."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from xinnong.core.waterfall import COMPONENTS
from xinnong.ledger.exports import money
from xinnong.lending.loan_facts import OWED
from xinnong.lending.papers import LANGUAGE, typeset
from xinnong.lending.queries.loan_statements import Kind
from xinnong.lending.queries.products import product_of
from xinnong.lending.wording import title_of
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.utils.functional import _StrPromise

    from xinnong.ledger.exports import Row
    from xinnong.lending.queries.loan_statements import Line, LoanStatement

TEMPLATE: Final = "loan_statement.typ"
KINDS: Mapping[Kind, _StrPromise] = {
    Kind.DRAWN: _l("放款"),
    Kind.TAKEN_OVER: _l("续贷，接过旧贷款本金"),
    Kind.PAID: _l("还款"),
    Kind.REVERSED: _l("还款（已冲正，不算）"),
    Kind.RENEWED: _l("由续贷的新贷款还清"),
    Kind.WRITTEN_OFF: _l("核销，仍要还"),
    Kind.UNPAID: _l("钱没有付成，放款撤销"),
}
COLUMNS: Final = (
    "on", "kind", "amount_yuan", "channel", "reference", "fee_yuan", "interest_yuan",
    "penalty_yuan", "compound_yuan", "principal_yuan", "held_yuan", "principal_owed_yuan",
)  # fmt: skip


def sums_of(found: LoanStatement) -> list[Definition]:
    """What was owed, paid and charged."""
    charged = [
        Definition(_("这段时间产生的%(what)s") % {"what": OWED[name]}, figures.yuan(amount))
        for name, amount in found.earned.items()
        if amount
    ]
    return [
        Definition(_("期初欠的本金"), figures.yuan(found.opening_minor)),
        *charged,
        Definition(_("这段时间还的钱"), figures.yuan(found.paid_minor), note=_spent(found)),
        Definition(_("期末欠的本金"), figures.yuan(found.closing_minor)),
    ]


def _spent(found: LoanStatement) -> str:
    return " · ".join(
        f"{OWED[name]} {figures.yuan(found.paid(name))}" for name in COMPONENTS if found.paid(name)
    )


def lines_table(found: LoanStatement) -> Table:
    """Everything that happened, in order."""
    columns = [
        Column(_("日期")), Column(_("事项")), Column(_("金额"), is_figure=True),
        Column(_("其中本金"), is_figure=True), Column(_("其中利息和罚息"), is_figure=True),
        Column(_("还欠本金"), is_figure=True),
    ]  # fmt: skip
    return Table(
        _("往来明细"), columns, [_cells(line) for line in found.lines],
        empty_title=_("这段时间没有往来"), empty_hint=_("换一段日期再看。"),
    )  # fmt: skip


def _cells(line: Line) -> list[Cell]:
    return [
        Cell(date_format(line.on, "SHORT_DATE_FORMAT")),
        Cell(
            KINDS[line.kind],
            note=" ".join(each for each in (line.channel, line.reference) if each),
            tone="warn" if line.kind in {Kind.REVERSED, Kind.WRITTEN_OFF} else "",
        ),
        Cell(figures.yuan(line.amount_minor), note=_held(line)),
        Cell(_or_dash(line.parts.get("principal", 0))),
        Cell(_or_dash(_costs(line))),
        Cell(figures.yuan(line.balance_minor)),
    ]


def _held(line: Line) -> str:
    if not line.held_minor:
        return ""
    return _("其中 %(held)s 暂存，没有用掉") % {"held": figures.yuan(line.held_minor)}


def _costs(line: Line) -> int:
    return sum(amount for name, amount in line.parts.items() if name != "principal")


def _or_dash(minor: int) -> str:
    return figures.yuan(minor) if minor else "—"


def file_rows(found: LoanStatement) -> Iterator[Row]:
    """One row a line, amounts in yuan."""
    for line in found.lines:
        yield (
            line.on,
            line.kind.value,
            money(line.amount_minor),
            line.channel,
            line.reference,
            *(money(line.parts.get(name, 0)) for name in COMPONENTS),
            money(line.held_minor),
            money(line.balance_minor),
        )


def set_statement(found: LoanStatement, *, lender: str, name: str) -> bytes:
    """The statement as a PDF in Chinese. Raises TypesettingFailed."""
    with translation.override(LANGUAGE):
        data = paper_data(found, lender=lender, name=name)
    made_at = datetime.combine(found.until, time(), UTC)
    return typeset(TEMPLATE, data, made_at=made_at)


def paper_data(found: LoanStatement, *, lender: str, name: str) -> dict[str, object]:
    """What stands on the paper, in the language that is switched on."""
    table = lines_table(found)
    return {
        "title": _("贷款对账单"),
        "lender": lender,
        "span": _("%(from)s 至 %(until)s") % {"from": found.from_on, "until": found.until},
        "footer": _("贷款编号 %(ref)s") % {"ref": found.loan.ref},
        "facts": [
            [_("借款人"), name],
            [_("出借人"), lender],
            [_("产品"), title_of(product_of(found.loan.product))],
            *([str(each.term), str(each.value)] for each in sums_of(found)),
        ],
        "columns": [str(column.label) for column in table.columns],
        "rows": [[str(cell.text) for cell in row] for row in table.rows],
        "notes": [
            _("还款先还费用，再还利息，后还本金；合同另有约定的按合同。"),
            _("如有不对，请找客户经理或到网点核对；有异议可以提出更正。"),
        ],
    }
