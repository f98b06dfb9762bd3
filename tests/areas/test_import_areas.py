"""A county's list comes in, changes over the years, and never loses a code."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.people import AREAS, COUNTY, FAR_VILLAGE, LOTUS_VILLAGE, REED_VILLAGE, TOWN
from xinnong.areas.models import Area
from xinnong.areas.queries import area_rows, current_code, valid_on
from xinnong.areas.services import Imported, import_areas, read_list
from xinnong.cli.demo_users import demo_areas
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
    assert current_code(REED_VILLAGE) == LOTUS_VILLAGE
    assert current_code("339981999999") is None
    assert import_areas(merged, valid_from=LATER) == Imported(0, 0, 0, 6)


def test_it_ends_a_village_that_left_the_list() -> None:
    import_areas(AREAS, valid_from=FIRST)
    without = [row for row in AREAS if row.code != FAR_VILLAGE]
    assert import_areas(without, valid_from=LATER) == Imported(0, 0, 1, 5)
    assert valid_on(date(2024, 6, 30)).count() == 6
    assert valid_on(LATER).count() == 5
    assert len(area_rows()) == 6


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
