"""A county's list comes in, changes over the years, and never loses a code."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.people import AREAS, COUNTY, FAR_VILLAGE, LOTUS_VILLAGE, REED_VILLAGE, TOWN
from xinnong.areas.models import Area
from xinnong.areas.services import Imported, Row, import_areas, read_list
from xinnong.cli.demo_users import demo_areas
from xinnong.cli.dispatch import dispatch
from xinnong.core.errors import InvalidDocument

pytestmark = pytest.mark.django_db
FIRST = date(2020, 1, 1)
LATER = date(2024, 7, 1)


def test_it_imports_a_tree() -> None:
    assert import_areas(AREAS, valid_from=FIRST) == Imported(6, 0, 0, 0)
    lotus = Area.objects.get(code=LOTUS_VILLAGE)
    assert lotus.parent is not None
    assert (lotus.prefix, lotus.parent.prefix) == (LOTUS_VILLAGE, "339981101")


def test_it_changes_nothing_the_second_time() -> None:
    import_areas(AREAS, valid_from=FIRST)
    assert import_areas(AREAS, valid_from=LATER) == Imported(0, 0, 0, 6)


def test_it_retires_a_village_into_its_successor() -> None:
    import_areas(AREAS, valid_from=FIRST)
    merged = [
        replace(row, retired_to=LOTUS_VILLAGE) if row.code == REED_VILLAGE else row for row in AREAS
    ]
    assert import_areas(merged, valid_from=LATER) == Imported(0, 0, 1, 5)
    reed = Area.objects.get(code=REED_VILLAGE)
    assert reed.valid_to == date(2024, 6, 30)
    assert reed.retired_to == Area.objects.get(code=LOTUS_VILLAGE)
    assert import_areas(merged, valid_from=LATER) == Imported(0, 0, 0, 6)


def test_it_ends_a_village_that_left_the_list() -> None:
    import_areas(AREAS, valid_from=FIRST)
    without = [row for row in AREAS if row.code != FAR_VILLAGE]
    assert import_areas(without, valid_from=LATER) == Imported(0, 0, 1, 5)
    assert Area.objects.get(code=FAR_VILLAGE).valid_to == date(2024, 6, 30)
    assert Area.objects.filter(valid_to__isnull=True).count() == 5


def test_it_loads_the_whole_demo_county() -> None:
    rows = demo_areas()
    done = import_areas(rows, valid_from=FIRST)
    assert (done.added, Area.objects.count()) == (len(rows), len(rows))


def test_it_reads_a_file_as_a_county_would_send_it() -> None:
    text = "\ufeffcode,level,parent,name_zh\r\n339981,county,,测试县\r\n339981101,town,339981,荷塘镇\r\n"
    assert [(row.code, row.parent) for row in read_list(text)] == [
        (COUNTY, ""),
        (TOWN, COUNTY),
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("33998110,town,339981000000,镇", "areas.code_form"),
        ("339982101,town,339981000000,镇", "areas.parent_wrong"),
        ("33998110x000,town,339981000000,镇", "areas.code_form"),
        ("339981101000,street,339981000000,镇", "areas.level_unknown"),
        ("339981101201,village,339981101000,村", "areas.parent_missing"),
        ("339981101000,town,339981000000,", "areas.name_missing"),
        ("339981000000,county,,县", "areas.code_twice"),
        ("３３９９８１１０１０００,town,339981000000,镇", "areas.code_form"),
        (f"339981101000,town,339981000000,{'镇' * 65}", "areas.text_form"),
        ("339981101000,town,339981000000,镇\0", "areas.text_form"),
        ("339981101000,town,339981000000,<b>\x07", "areas.text_form"),
        ("339981101000,town", "areas.parent_wrong"),
    ],
)
def test_it_names_every_fault_and_changes_nothing(line: str, code: str) -> None:
    text = f"code,level,parent,name_zh\n339981000000,county,,测试县\n{line}\n"
    with pytest.raises(InvalidDocument) as refused:
        read_list(text)
    assert code in {problem.code for problem in refused.value.problems}
    assert Area.objects.count() == 0


def test_it_names_missing_columns_and_an_empty_list() -> None:
    for text, code in [
        ("a,b\n", "areas.column_missing"),
        ("code,level,parent,name_zh\n", "areas.empty"),
    ]:
        with pytest.raises(InvalidDocument) as refused:
            read_list(text)
        assert {problem.code for problem in refused.value.problems} == {code}


def test_it_refuses_a_cell_without_end() -> None:
    """By the reader's own limit, or by ours where another part of the process has lifted it."""
    text = f"code,level,parent,name_zh\n339981000000,county,,{'x' * 200_000}\n"
    with pytest.raises(InvalidDocument) as refused:
        read_list(text)
    assert {problem.code for problem in refused.value.problems} <= {
        "areas.not_csv",
        "areas.text_form",
    }


def test_it_names_successors_that_lead_in_a_circle() -> None:
    circle = [
        replace(
            row, retired_to={LOTUS_VILLAGE: REED_VILLAGE, REED_VILLAGE: LOTUS_VILLAGE}[row.code]
        )
        if row.code in {LOTUS_VILLAGE, REED_VILLAGE}
        else row
        for row in AREAS
    ]
    with pytest.raises(InvalidDocument) as refused:
        import_areas(circle, valid_from=FIRST)
    assert {problem.code for problem in refused.value.problems} == {"areas.successor_circular"}
    assert Area.objects.count() == 0


def test_it_refuses_half_a_list_unless_told() -> None:
    rows = demo_areas()
    import_areas(rows, valid_from=FIRST)
    half = rows[: len(rows) // 2]
    with pytest.raises(InvalidDocument) as refused:
        import_areas(half, valid_from=LATER)
    assert [problem.code for problem in refused.value.problems] == ["areas.many_would_end"]
    assert not Area.objects.filter(valid_to=date(2024, 6, 30)).exists()
    assert import_areas(half, valid_from=LATER, many_may_end=True).retired > 100


def test_it_begins_a_real_countys_list_from_the_official_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The demo has as many towns, of the same kinds, as the county it is modelled on."""
    assert dispatch(["areas-list", "330381"]) == 0
    listed = capsys.readouterr().out
    towns = [row for row in read_list(listed) if row.level == "town"]
    assert Counter(_kind(row) for row in towns) == {"street": 12, "town": 9, "township": 2}
    demo = [row for row in demo_areas() if row.level == "town" and not row.retired_to]
    assert Counter(map(_kind, demo)) == Counter(map(_kind, towns))
    path = tmp_path / "list.csv"
    path.write_bytes((listed + "330381101201,village,330381101000,某村\n").encode("gb18030"))
    assert dispatch(["areas-import", str(path), "--valid-from", "2026-01-01"]) == 0
    assert json.loads(capsys.readouterr().out)["added"] == 25
    assert dispatch(["areas-list", "339981"]) == 1


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00\x01", b"\x80" * 99, b"PK\x03\x04"])
def test_it_refuses_what_is_no_list(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    assert dispatch(["areas-import", str(path), "--valid-from", "2026-01-01"]) in {1, 2}
    assert dispatch(["areas-import", str(tmp_path), "--valid-from", "2026-01-01"]) == 2
    assert Area.objects.count() == 0


def _kind(row: Row) -> str:
    """Digits 7 to 9 of the statistics code: streets, towns, townships."""
    return {"0": "street", "1": "town", "2": "township"}[row.code[6]]
