"""The worked households of docs/algorithms/features.md and survivorship.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from tests.analytics.features.generated import SERVICE, TODAY, TOWN, Household
from tests.analytics.lakes import key
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.contracts.declarations import CONSENT_SCOPES
from xinnong.analytics.features.household import Member

Facts = Mapping[str, Sequence[Mapping[str, Any]]]
FULL: Final = {SERVICE: frozenset(CONSENT_SCOPES)}
HUSBAND, WIFE, CHILD = key(1), key(2), key(3)
DAY: Final = date(2026, 9, 30)


def facts(told: Facts) -> Facts:
    """Fill rows up with what every linked row has: all columns, batch, row and date."""
    found = {}
    for name, rows in told.items():
        columns = load_contracts()[name].lake_columns()
        nothing = {column: None for column, _ in columns if column != "row_hash"}
        tail = {"as_of": DAY, "batch": 1}
        found[name] = [
            {**nothing, **tail, "row": place, **row} for place, row in enumerate(rows, start=1)
        ]
    return found


MEMBERS: Final = (
    Member(HUSBAND, date(1980, 5, 1), scopes=FULL),
    Member(WIFE, date(1982, 8, 1), scopes=FULL),
    Member(CHILD, date(2012, 6, 1)),
)
FAMILY: Final = facts({
    "urban_flat": [
        {"person_key": WIFE, "unit_no": "U1", "area_m2": Decimal("88.00"), "share_parts": 5_000,
         "town": TOWN, "share": "1/2"},
    ],
    "village_house": [
        {"person_key": HUSBAND, "permit_no": "P1", "area12": TOWN + "201",
         "floor_m2": Decimal("120.00"), "licensed": True},
        {"person_key": HUSBAND, "permit_no": "P2", "area12": TOWN + "201",
         "floor_m2": Decimal("60.00"), "licensed": False},
    ],
    "real_estate": [],
    "land_contract": [
        {"person_key": HUSBAND, "contract_no": "L1", "area_mu": Decimal("4.50"),
         "until_on": date(2050, 12, 31)},
    ],
    "land_transfer": [
        {"person_key": HUSBAND, "role": "lessee", "area_mu": Decimal("10.00"),
         "from_on": date(2024, 1, 1), "to_on": date(2029, 11, 30)},
    ],
    "vehicle": [
        {"person_key": HUSBAND, "price_minor": 12_000_000, "registered_on": date(2021, 11, 5),
         "state": "正常"},
    ],
    "farm_machine": [
        {"person_key": HUSBAND, "price_minor": 4_800_000, "bought_on": date(2024, 11, 1)},
    ],
    "production": [
        {"person_key": HUSBAND, "season": "2026", "crop": "甘蔗", "unit": "亩",
         "scale": Decimal("14.00"), "input_cost_minor": 8_400_000,
         "expected_output_minor": 14_000_000, "recorded_on": date(2026, 3, 1)},
    ],
    "subsidy": [
        {"person_key": HUSBAND, "program": "耕地地力保护补贴", "amount_minor": 45_000,
         "paid_on": date(2026, 6, 1)},
    ],
    "encumbrance": [], "dishonest": [], "litigation": [],
    "person": [], "hukou_member": [
        {"person_key": HUSBAND, "hukou_no": "1", "relation": "户主", "in_on": date(1980, 5, 13)},
    ],
})  # fmt: skip
WORKED: Final = (
    "house_value", "land_mu_years", "vehicle_value", "machine_value", "livestock_crop_value",
    "farm_net_income", "subsidies", "court_sum_open", "members", "workers", "dependants_ratio",
    "village_years", "worst_dpd_24m", "deposits",
)  # fmt: skip
FROM: Final = {
    "house_value": "half of a flat of 88 m², a licensed house of 120 m², an unlicensed one of 60 m²",
    "land_mu_years": "4.5 mu to 2050-12, 10 mu rented in to 2029-11",
    "vehicle_value": "120,000 yuan, registered 2021-11: 60 of 120 months left",
    "machine_value": "48,000 yuan, bought 2024-11: 72 of 96 months left",
    "livestock_crop_value": "expected output of 14 mu of sugar cane",
    "farm_net_income": "output less input of the last 12 months",
    "subsidies": "one payment within 12 months",
    "court_sum_open": "the courts' lists were delivered and name nobody",
    "members": "husband, wife, child",
    "workers": "46 and 44 years old; the child is 14",
    "dependants_ratio": "one of three",
    "village_years": "first on the register since 1980-05",
    "worst_dpd_24m": "no lender's own records on this basis",
    "deposits": "no field form",
}

CONSENTS: Final = (
    ("both adults hold land, both consented", (True, True), (HUSBAND, WIFE)),
    ("both adults hold land, one consented", (True, False), (HUSBAND, WIFE)),
    ("one adult holds land and consented; the other has no land", (True, False), (HUSBAND,)),
    ("one adult holds land; only the other consented", (False, True), (HUSBAND,)),
    ("no land, one adult consented: the register says none", (True, False), ()),
    ("no land, nobody consented", (False, False), ()),
    ("only the child holds land, one adult consented", (True, False), (CHILD,)),
)


def consenting(number: int, given: Sequence[bool], holders: Sequence[str]) -> Household:
    """A household of two adults and a child in which some consented and some hold land."""
    people = (HUSBAND, WIFE, CHILD)
    members = [
        Member(key(number * 10 + place), member.birth,
               scopes=FULL if place < len(given) and given[place] else {})
        for place, member in enumerate(MEMBERS)
    ]  # fmt: skip
    held = [
        {"person_key": key(number * 10 + people.index(who)), "contract_no": f"L{place}",
         "area_mu": Decimal("2.00"), "until_on": date(2036, 11, 30)}
        for place, who in enumerate(holders)
    ]  # fmt: skip
    return Household(number, members, facts({"land_contract": held, "land_transfer": []}))


DISPUTES: Final[Sequence[Facts]] = (
    facts({
        "vehicle": [{"person_key": HUSBAND, "price_minor": 12_000_000, "state": "正常",
                     "registered_on": date(2021, 11, 5)}],
        "field_form.asset": [{"form_no": "f1", "kind": "交通工具", "value_minor": 9_000_000,
                              "as_of": date(2026, 10, 31)}],
    }),
    facts({
        "production": [{"person_key": HUSBAND, "input_cost_minor": 8_400_000,
                        "expected_output_minor": 14_000_000, "recorded_on": date(2026, 3, 1)}],
        "field_form.income_expense": [{"form_no": "f2", "kind": "种植",
                                       "last_year_minor": 7_000_000}],
    }),
    facts({
        "real_estate": [{"person_key": WIFE, "unit_no": "U1", "use": "城镇住宅",
                         "area_m2": Decimal("88.00"), "share_parts": 10_000,
                         "as_of": date(2026, 3, 31)}],
        "urban_flat": [{"person_key": WIFE, "unit_no": "U1", "area_m2": Decimal("91.50"),
                        "share_parts": 10_000, "town": TOWN}],
    }),
    facts({
        "real_estate": [{"person_key": WIFE, "unit_no": "U2", "use": "城镇住宅",
                         "area_m2": Decimal("70.00"), "share_parts": 10_000}],
        "urban_flat": [{"person_key": WIFE, "unit_no": "U2", "area_m2": Decimal("72.00"),
                        "share_parts": 10_000, "town": TOWN}],
    }),
    facts({
        "farm_machine": [{"person_key": HUSBAND, "price_minor": 4_800_000,
                          "bought_on": date(2024, 11, 1)}],
        "field_form.asset": [{"form_no": "f5", "kind": "农机具", "value_minor": 4_800_000}],
    }),
)  # fmt: skip
"""Five households: a register against a form, an own record against a form, two registers of
different dates, two of the same date, and two sources that agree."""

assert TODAY > DAY
