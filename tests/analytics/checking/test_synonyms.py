"""A value that is replaced by its standard writing makes the row a repaired one, of whatever kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.intake import counts, csv_of, deliver, header, sound_rows
from xinnong.analytics.contracts import load_contracts

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("class_name", "field", "proper", "other", "code"),
    [
        ("production", "unit", "公斤", "kg", "unit.synonym"),
        ("production", "unit", "口(网箱)", "口", "unit.synonym"),
        ("sale", "unit", "斤", "市斤", "unit.synonym"),
        ("vehicle", "kind", "其他", "其它", "enum.synonym"),
    ],
)
def test_it_counts_a_synonym_as_repaired(
    class_name: str, field: str, proper: str, other: str, code: str, tmp_path: Path
) -> None:
    place = [f.name for f in load_contracts()[class_name].fields].index(field)
    rows = sound_rows(load_contracts()[class_name], 4)
    for row, word in zip(rows, (proper, other, other, proper), strict=True):
        row[place] = word
    path = tmp_path / f"{class_name}_20261031.csv"
    path.write_text(csv_of([header(class_name), *rows]), encoding="utf-8")
    report = deliver(path, tmp_path / "work")
    assert counts(report) == (4, 2, 2, 0, 0)
    assert report.repairs == {code: 2}
