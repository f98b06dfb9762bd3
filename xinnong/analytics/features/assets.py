"""Assets: what the household owns, by register where one exists."""

from __future__ import annotations

from datetime import date
from typing import Final

from xinnong.analytics.features.declaration import Feature
from xinnong.analytics.features.household import HouseholdFacts, Row, hundredths
from xinnong.analytics.features.windows import month_index, months_before

MACHINE_LIFE_MONTHS: Final = 96
VEHICLE_LIFE_MONTHS: Final = 120
WHOLE_SHARE: Final = 10_000
VALUED = ("house_value", "machine_value", "vehicle_value", "production_counted", "deposits_counted")


def _house_value(h: HouseholdFacts) -> int:
    flats, estates = _units(h.of("urban_flat")), _units(h.of("real_estate"))
    worth = sum(_unit_worth(h, flats.get(unit), estates.get(unit)) for unit in {*flats, *estates})
    licensed, unlicensed = _village_houses(h.of("village_house"))
    price = h.norms.house_fen_m2
    return (
        worth + licensed * price // 100 + unlicensed * price * h.norms.unlicensed_percent // 10_000
    )


def _units(rows: list[Row]) -> dict[str, list[Row]]:
    units: dict[str, list[Row]] = {}
    for row in rows:
        units.setdefault(row["unit_no"], []).append(row)
    return units


def _unit_worth(h: HouseholdFacts, flats: list[Row] | None, estates: list[Row] | None) -> int:
    """Value one dwelling once, from the newer register; the title register wins a tie."""
    homes = [row for row in estates or () if row["use"] is not None and "住宅" in row["use"]]
    estate_areas = [row["area_m2"] for row in homes if row["area_m2"] is not None]
    town = max(row["town"] for row in flats) if flats else h.area12[:9]
    price = h.norms.flat_fen_m2_by_town.get(town, h.norms.flat_fen_m2)
    title_wins = bool(estate_areas) and (not flats or _newest(estates) >= _newest(flats))
    rows = estates if title_wins else flats
    areas = estate_areas if title_wins else [row["area_m2"] for row in flats or ()]
    if not rows or not areas:
        return 0
    share = min(sum(row["share_parts"] for row in rows), WHOLE_SHARE)
    worth: int = hundredths(max(areas)) * share * price // 1_000_000
    return worth


def _newest(rows: list[Row] | None) -> date:
    newest: date = max(row["as_of"] for row in rows or ())
    return newest


def _village_houses(rows: list[Row]) -> tuple[int, int]:
    """Floor space of licensed and unlicensed houses, hundredths of m²; joint builders once."""
    licensed: dict[object, int] = {}
    unlicensed: dict[object, int] = {}
    for row in rows:
        builder = row["person_key"] if row["permit_no"] is None else None
        house = (row["permit_no"], row["area12"], builder)
        floor = hundredths(row["floor_m2"])
        target = licensed if row["licensed"] else unlicensed
        target[house] = max(target.get(house, 0), floor)
    return sum(licensed.values()), sum(unlicensed.values())


def _land_mu_years(h: HouseholdFacts) -> int:
    month = month_index(h.today)
    months = 0
    for row in h.of("land_contract"):
        until = month_index(row["until_on"]) if row["until_on"] else month + 12
        months += hundredths(row["area_mu"]) * max(until - month, 0)
    for row in h.of("land_transfer"):
        if row["from_on"] <= h.today:
            left = hundredths(row["area_mu"]) * max(month_index(row["to_on"]) - month, 0)
            months += left if row["role"] == "lessee" else -left
    return max(months, 0) // 12


def _forest_mu(h: HouseholdFacts) -> int:
    rights = h.of("forest_right")
    valid = [r for r in rights if r["until_on"] is None or r["until_on"] > h.today]
    return sum(hundredths(row["area_mu"]) for row in valid)


def _machine_value(h: HouseholdFacts) -> int:
    return sum(
        row["price_minor"] * _months_left(h, row["bought_on"], MACHINE_LIFE_MONTHS) // 96
        for row in h.of("farm_machine")
    )


def _vehicle_value(h: HouseholdFacts) -> int:
    return sum(
        (row["price_minor"] or 0)
        * _months_left(h, row["registered_on"], VEHICLE_LIFE_MONTHS)
        // 120
        for row in h.of("vehicle")
        if row["state"] in ("正常", "抵押")
    )


def _months_left(h: HouseholdFacts, day: object, life: int) -> int:
    return max(life - h.months_since(day), 0)  # type: ignore[arg-type]


def _livestock_crop_value(h: HouseholdFacts) -> int | None:
    return _output_12m(h) if h.of("production") else None


def _output_12m(h: HouseholdFacts) -> int:
    since = months_before(h.today, 12)
    recent = [row for row in h.of("production") if row["recorded_on"] > since]
    return sum(row["expected_output_minor"] or 0 for row in recent)


def _shares(h: HouseholdFacts) -> int:
    return sum(hundredths(row["shares"]) for row in h.of("collective_share"))


def _deposits(h: HouseholdFacts) -> int | None:
    return _deposits_counted(h) if h.of("field_form.member") else None


def _deposits_counted(h: HouseholdFacts) -> int:
    return sum(row["value_minor"] for row in h.of("field_form.asset") if row["kind"] == "存款")


def _assets_total(h: HouseholdFacts) -> int | None:
    land, forest, shares = (h.value(n) for n in ("land_mu_years", "forest_mu", "collective_shares"))
    plain = h.total(VALUED)
    if plain is None or land is None or forest is None or shares is None:
        return None
    rights = land * h.norms.land_fen_mu_year // 100 + forest * h.norms.forest_fen_mu // 100
    return plain + rights + shares * h.norms.share_fen // 100


def against_town(h: HouseholdFacts, name: str) -> int | None:
    """Percent of the town's median of a feature, at most 999; unknown without a median."""
    value, median = h.value(name), h.medians.get(name)
    if value is None or median is None or median <= 0:
        return None
    return min(max(value, 0) * 100 // median, 999)


FEATURES = (
    Feature(
        "house_value", "assets", "fen", "房屋价值", "Houses",
        ("urban_flat.area_m2", "real_estate.area_m2", "village_house.floor_m2"),
        "城镇住宅：面积×份额×本镇单价，同一单元只计一次，以较新的登记为准，同日以不动产登记为准；"
        "农房：建筑面积×单价，未办证计半。",
        "Town dwellings: area × share × the town's price, each unit once, from the newer register, "
        "on the same day from the title register; village houses: floor area × price, half without "
        "a licence.",
        "COALESCE(house_worth, 0)"
        " + CAST(FLOOR(COALESCE(village_house_floor_parts, 0) * {house} / 100) AS BIGINT)"
        " + CAST(FLOOR(COALESCE(village_house_unlicensed_parts, 0) * {house} * {unlicensed}"
        " / 10000) AS BIGINT)",
        _house_value,
    ),
    Feature(
        "land_mu_years", "assets", "mu_year_hundredths", "承包地权利", "Land rights",
        ("land_contract.area_mu", "land_contract.until_on"),
        "确权面积×剩余年数，加转入、减转出；无终止日期按一年计。",
        "Contracted area × remaining years, plus land rented in, less land rented out; one year "
        "where no end is given.",
        "CAST(FLOOR(GREATEST(COALESCE(land_contract_mu_months, 0)"
        " + COALESCE(land_transfer_mu_months, 0), 0) / 12) AS BIGINT)",
        _land_mu_years,
        also_reads=("land_transfer.area_mu", "land_transfer.to_on"),
    ),
    Feature(
        "forest_mu", "assets", "mu_hundredths", "林权面积", "Forest rights",
        ("forest_right.area_mu", "forest_right.until_on"),
        "未到期林权面积之和。", "Area of forest rights that have not ended.",
        "COALESCE(forest_right_area, 0)", _forest_mu,
    ),
    Feature(
        "machine_value", "assets", "fen", "农机现值", "Farm machines",
        ("farm_machine.price", "farm_machine.bought_on"),
        "购置价按八年直线折旧。", "Price after straight-line ageing over eight years.",
        "COALESCE(farm_machine_worth, 0)", _machine_value,
    ),
    Feature(
        "vehicle_value", "assets", "fen", "车辆现值", "Vehicles",
        ("vehicle.price", "vehicle.registered_on", "vehicle.state"),
        "购置价按十年直线折旧，查封、注销不计。",
        "Price after straight-line ageing over ten years; seized and deregistered ones count zero.",
        "COALESCE(vehicle_worth, 0)", _vehicle_value,
    ),
    Feature(
        "livestock_crop_value", "assets", "fen", "在养在地价值", "Livestock and crops",
        ("production.expected_output", "production.recorded_on"),
        "近十二个月生产记录的预计产值之和。", "Expected output of production recorded in 12 months.",
        "CASE WHEN production_records IS NULL THEN NULL ELSE production_output_12m END",
        _livestock_crop_value, unknown="record",
    ),
    Feature(
        "collective_shares", "assets", "share_hundredths", "集体股份", "Collective shares",
        ("collective_share.shares",), "股数之和。", "Sum of shares.",
        "COALESCE(collective_share_parts, 0)", _shares,
    ),
    Feature(
        "deposits", "assets", "fen", "存款", "Deposits",
        ("field_form.member.form_no", "field_form.asset.value"),
        "入户表所列存款。", "Deposits stated on the field form.",
        "CASE WHEN form_people IS NULL THEN NULL ELSE COALESCE(field_form_asset_deposits, 0) END",
        _deposits, unknown="form",
    ),
    Feature(
        "production_counted", "assets", "fen", "在养在地价值（计入合计）", "Production in the total",
        ("production.expected_output", "production.recorded_on"),
        "无记录按零计入合计。", "Zero in the total where nothing is recorded.",
        "COALESCE(production_output_12m, 0)", _output_12m, shown=False,
    ),
    Feature(
        "deposits_counted", "assets", "fen", "存款（计入合计）", "Deposits in the total",
        ("field_form.asset.value",), "无入户表按零计入合计。", "Zero in the total without a form.",
        "COALESCE(field_form_asset_deposits, 0)", _deposits_counted, shown=False,
    ),
    Feature(
        "assets_total", "assets", "fen", "资产合计", "Total assets", (),
        "房屋、农机、车辆、在养在地、存款，加承包地、林权、集体股份按县定单价折算。",
        "Houses, machines, vehicles, production and deposits, plus land, forest and shares at the "
        "county's unit values.",
        "house_value + machine_value + vehicle_value + production_counted + deposits_counted"
        " + CAST(FLOOR(land_mu_years * {land} / 100) AS BIGINT)"
        " + CAST(FLOOR(forest_mu * {forest} / 100) AS BIGINT)"
        " + CAST(FLOOR(collective_shares * {share} / 100) AS BIGINT)",
        _assets_total, level=2, unknown="parts",
        parts=(*VALUED, "land_mu_years", "forest_mu", "collective_shares"),
    ),
    Feature(
        "assets_vs_town", "assets", "percent", "资产与本镇中位数之比", "Assets against the town", (),
        "资产合计占本镇已知户中位数的百分比，最高 999。",
        "Total assets in percent of the median of the town's known households, at most 999.",
        "CASE WHEN assets_total IS NOT NULL AND assets_median > 0"
        " THEN CAST(LEAST(FLOOR(GREATEST(assets_total, 0) * 100 / assets_median), 999) AS BIGINT)"
        " END",
        lambda h: against_town(h, "assets_total"), level=3, unknown="area",
        parts=("assets_total",),
    ),
)  # fmt: skip
