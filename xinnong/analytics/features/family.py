"""Family: who can work and who depends on them. Never marriage, illness, assistance or sex."""

from __future__ import annotations

from xinnong.analytics.features.declaration import Feature
from xinnong.analytics.features.household import HouseholdFacts

BIRTH = ("person.birth",)


def _ages(h: HouseholdFacts) -> list[int] | None:
    ages = [member.age(h.today) for member in h.members]
    known = [age for age in ages if age is not None]
    return known if len(known) == len(ages) else None


def _workers(h: HouseholdFacts) -> int | None:
    ages = _ages(h)
    return None if ages is None else sum(18 <= age <= 64 for age in ages)


def _dependants_ratio(h: HouseholdFacts) -> int | None:
    workers = _workers(h)
    return None if workers is None else (len(h.members) - workers) * 100 // len(h.members)


def _schooling(h: HouseholdFacts) -> int | None:
    ages = _ages(h)
    return None if ages is None else sum(6 <= age <= 22 for age in ages)


def _village_years(h: HouseholdFacts) -> int | None:
    rows = h.of("hukou_member")
    current = [row for row in rows if row["out_on"] is None or row["out_on"] > h.today]
    arrivals = [row["in_on"] for row in current if row["in_on"] is not None]
    return max(h.months_since(min(arrivals)), 0) // 12 if arrivals else None


FEATURES = (
    Feature(
        "members", "family", "count", "家庭人数", "Members", ("person.state", "hukou_member.relation"),
        "户内在册人数。", "People of the household.",
        "member_members", lambda h: len(h.members),
    ),
    Feature(
        "workers", "family", "count", "劳动力", "Workers", BIRTH,
        "18 至 64 周岁人数。", "Members aged 18 to 64.",
        "CASE WHEN member_births = member_members THEN member_workers END", _workers,
        unknown="births",
    ),
    Feature(
        "dependants_ratio", "family", "percent", "抚养占比", "Dependants", BIRTH,
        "非劳动力人数占家庭人数的百分比。", "Members outside working age in percent of all members.",
        "CASE WHEN member_births = member_members THEN"
        " CAST(FLOOR((member_members - member_workers) * 100 / member_members) AS BIGINT) END",
        _dependants_ratio, unknown="births",
    ),
    Feature(
        "village_years", "family", "year", "在村年数", "Years in the village",
        ("hukou_member.in_on", "hukou_member.out_on"),
        "现户籍成员中最早迁入至今的整年数。",
        "Whole years since the first present member of the register moved in.",
        "CASE WHEN hukou_member_first_in_on IS NOT NULL THEN CAST(FLOOR(GREATEST({month}"
        " - YEAR(hukou_member_first_in_on) * 12 - MONTH(hukou_member_first_in_on), 0) / 12)"
        " AS BIGINT) END",
        _village_years, unknown="record",
    ),
    Feature(
        "schooling_members", "family", "count", "就学年龄人数", "Members of school age", BIRTH,
        "6 至 22 周岁人数。", "Members aged 6 to 22.",
        "CASE WHEN member_births = member_members THEN member_schooling END", _schooling,
        unknown="births",
    ),
)  # fmt: skip
