"""The invented county: codes, names, retired villages, and a map without gaps."""

from __future__ import annotations

from collections import Counter

from xinnong.analytics.county.areas import COUNTY_CODE, areas, town_shapes

REAL_TOWNS = [
    "安阳",
    "玉海",
    "锦湖",
    "东山",
    "上望",
    "莘塍",
    "汀田",
    "飞云",
    "仙降",
    "南滨",
    "潘岱",
    "云周",
    "塘下",
    "马屿",
    "陶山",
    "湖岭",
    "高楼",
    "桐浦",
    "林川",
    "曹村",
    "平阳坑",
    "芳庄",
    "北麂",
]


def test_it_has_the_proportions_of_the_county_it_stands_for() -> None:
    towns = [row for row in areas() if row.level == "town"]
    assert Counter(row.code12[6] for row in towns) == {"0": 12, "1": 9, "2": 2}
    living = [row for row in areas() if row.level == "village" and not row.retired_to]
    assert len(living) == 870


def test_codes_are_unique_and_hang_together() -> None:
    codes = {row.code12: row for row in areas()}
    assert len(codes) == len(areas())
    for row in areas():
        assert len(row.code12) == 12
        assert row.code12.startswith(COUNTY_CODE[:6])
        if row.level == "village":
            assert row.parent == row.code12[:9] + "000"
            assert codes[row.parent].level == "town"
            assert 200 <= int(row.code12[9:]) <= 399


def test_retired_villages_name_a_living_one_of_their_town() -> None:
    codes = {row.code12: row for row in areas()}
    retired = [row for row in areas() if row.retired_to]
    assert len(retired) == 10
    for row in retired:
        assert row.retired_to is not None
        assert codes[row.retired_to].retired_to is None
        assert row.retired_to[:9] == row.code12[:9]


def test_names_are_unique_and_none_is_a_real_town() -> None:
    names = [row.name_zh for row in areas()]
    english = [row.name_en for row in areas()]
    assert len(set(names)) == len(names)
    assert len(set(english)) == len(english)
    assert not [name for name in names for town in REAL_TOWNS if name.startswith(town)]


def test_english_names_say_what_the_chinese_ones_do() -> None:
    """The terms of the official English: 街道 is a subdistrict, never a street."""
    terms = {"县": "County", "街道": "Subdistrict", "镇": "Town", "乡": "Township", "村": "Village"}
    wrong = [
        row.name_en
        for row in areas()
        for chinese, english in terms.items()
        if row.name_zh.endswith(chinese) and row.name_en.split()[-1] != english
    ]
    assert wrong == []


def test_every_town_has_a_shape_inside_the_picture() -> None:
    towns = {row.code12 for row in areas() if row.level == "town"}
    assert {shape.code12 for shape in town_shapes()} == towns
    for shape in town_shapes():
        points = [point for ring in shape.rings for point in ring]
        assert all(0 <= x <= 1000 and 0 <= y <= 800 for x, y in [*points, shape.label])


def test_neighbours_share_their_borders() -> None:
    """Each stretch of border belongs to one town (outside) or to two in opposite directions."""
    edges: Counter[tuple[tuple[int, int], tuple[int, int]]] = Counter()
    for shape in town_shapes():
        for ring in shape.rings:
            edges.update(zip(ring, ring[1:] + ring[:1], strict=True))
    assert set(edges.values()) == {1}
    inner = sum((b, a) in edges for a, b in edges)
    assert inner > len(edges) / 2
