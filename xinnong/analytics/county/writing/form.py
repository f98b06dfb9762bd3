"""The habits of one department's file: format, encoding, header names, column order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from xinnong.analytics.contracts import Contract, Field
from xinnong.analytics.county.faults import Planted
from xinnong.analytics.county.randomness import Random
from xinnong.analytics.county.rendering import Style, clean_sql, text_sql
from xinnong.analytics.county.tables import Table

Extension = Literal["csv", "xlsx", "parquet", "jsonl"]
ISO: Final = Style()
Encoding = Literal["utf-8", "utf-8-sig", "gb18030"]


@dataclass(frozen=True, slots=True)
class Form:
    """How a department writes one class."""

    extension: Extension
    encoding: Encoding = "utf-8"
    separator: Literal[",", "\t", "|"] = ","
    style: Style = ISO
    titles: tuple[str, ...] = ()  # rows above the header
    shuffled: bool = False
    aliased: bool = False
    remark: str = ""  # header of a column of its own that no contract knows
    blank_lines: bool = False
    totals: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns of one file in file order, with the headers it uses."""

    contract: Contract
    form: Form
    fields: tuple[Field, ...]
    headers: tuple[str, ...]

    def select(self, table: Table, plan: Sequence[Planted], source: str) -> str:
        """Return SQL with one text column per header over the arrays of `table`."""
        clean = ", ".join(
            f'{clean_sql(field, table.columns[field.name], self.form.style)} AS "{field.name}"'
            for field in self.fields
        )
        dirty = ", ".join(
            f'{_spoiled(field, plan)} AS "{header}"'
            for field, header in zip(self.fields, self.headers, strict=False)
        )
        remark = f', {text_sql("")} AS "{self.form.remark}"' if self.form.remark else ""
        return f"SELECT {dirty}{remark} FROM (SELECT {clean}, fault FROM {source})"

    def totals_row(self, sums: Mapping[str, int]) -> tuple[str, ...]:
        """Return a totals row: 合计 first, then the sums (in hundredths) there are."""
        cells = [
            f"{sums[field.name] // 100}.{sums[field.name] % 100:02d}" if field.name in sums else ""
            for field in self.fields
        ]
        return ("合计", *cells[1:], *([""] if self.form.remark else []))


def layout(rng: Random, contract: Contract, form: Form) -> Layout:
    """Choose column order and headers for one file."""
    fields = list(contract.fields)
    if form.shuffled:
        fields = [fields[place] for place in rng.permutation(len(fields))]
    headers = [_header(rng, field, aliased=form.aliased) for field in fields]
    if form.remark:
        headers.append(form.remark)
    return Layout(contract, form, tuple(fields), tuple(headers))


def _header(rng: Random, field: Field, *, aliased: bool) -> str:
    names = (field.header, *field.aliases)
    return names[int(rng.integers(0, len(names)))] if aliased else field.header


def _spoiled(field: Field, plan: Sequence[Planted]) -> str:
    clean = f'"{field.name}"'
    cases = [
        f"WHEN {place} THEN {item.fault.text.format(x=clean)}"
        for place, item in enumerate(plan, start=1)
        if item.field == field.name
    ]
    return f"CASE fault {' '.join(cases)} ELSE {clean} END" if cases else clean
