"""Templates a department downloads: the headers of a class, empty, as CSV or XLSX."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter

from xinnong.analytics.contracts.declarations import EXPLANATION_SHEET, Contract, Field

BOM = "\ufeff"
HEADER_WIDTH = 18
FILLABLE_ROWS = 100_000


def csv_template(contract: Contract) -> bytes:
    """Return one header line in UTF-8 with BOM, which spreadsheet programs open correctly."""
    return (BOM + ",".join(field.header for field in contract.fields) + "\r\n").encode()


def xlsx_template(contracts: Sequence[Contract]) -> bytes:
    """Return a workbook with one sheet per contract and a last sheet that explains the columns.

    Sheets of the household form are named by their table; every cell below the header is text, so
    that ids keep their digits.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    text = book.add_format({"num_format": "@"})
    heading = book.add_format({"bold": True, "bg_color": "#E8F0E4", "border": 1})
    for contract in contracts:
        _sheet(book, contract, heading, text)
    _explanations(book, contracts, heading)
    book.close()
    return target.getvalue()


def sheet_name(contract: Contract) -> str:
    """Return the name of the sheet that holds this class: `member` for field_form.member."""
    return contract.name.rsplit(".", maxsplit=1)[-1]


def _sheet(
    book: xlsxwriter.Workbook,
    contract: Contract,
    heading: object,
    text: object,
) -> None:
    sheet = book.add_worksheet(sheet_name(contract))
    sheet.freeze_panes(1, 0)
    for column, field in enumerate(contract.fields):
        sheet.write_string(0, column, field.header, heading)
        sheet.set_column(column, column, HEADER_WIDTH, text)
        choices = _choices(field)
        if choices:
            sheet.data_validation(
                1, column, FILLABLE_ROWS, column, {"validate": "list", "source": choices}
            )


def _choices(field: Field) -> list[str]:
    return ["是", "否"] if field.kind == "bool" else list(field.values)


def _explanations(
    book: xlsxwriter.Workbook, contracts: Sequence[Contract], heading: object
) -> None:
    sheet = book.add_worksheet(EXPLANATION_SHEET)
    titles = ("表", "列名", "必填", "主键", "类型", "说明", "可选值")
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, heading)
        sheet.set_column(column, column, HEADER_WIDTH)
    rows = ((contract, field) for contract in contracts for field in contract.fields)
    for number, (contract, field) in enumerate(rows, start=1):
        for column, value in enumerate(_explanation(contract, field)):
            sheet.write_string(number, column, value)


def _explanation(contract: Contract, field: Field) -> tuple[str, ...]:
    return (
        contract.title_zh,
        field.header,
        "是" if field.required else "",
        "是" if field.key else "",
        field.kind_details.title_zh,
        field.description_zh,
        "、".join(_choices(field)),
    )
