"""Which files the county sends: class, data date, department's habits, and who makes the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from xinnong.analytics.county.classes import (
    agriculture,
    chains,
    housing,
    land,
    lending,
    market,
    police,
    visits,
    welfare,
)
from xinnong.analytics.county.rendering import Style
from xinnong.analytics.county.tables import Table
from xinnong.analytics.county.world import World
from xinnong.analytics.county.writing import Form

Build = Callable[[World], Table]

FORMS_ZIP: Final = "field_forms.zip"
POLICE: Final = Form("csv", encoding="gb18030", shuffled=True)
POLICE_BOOKS: Final = Form("csv", encoding="gb18030", style=Style("compact"), aliased=True)
PIPES: Final = Form("csv", separator="|", shuffled=True)
TABS: Final = Form("csv", separator="\t", aliased=True, blank_lines=True)
PLAIN: Final = Form("csv")
SLASHES: Final = Form("csv", encoding="utf-8-sig", style=Style("slashes", "YN"), remark="备注")
CHINESE_DATES: Final = Form("csv", encoding="gb18030", style=Style("chinese"), totals=True)
COLUMNS: Final = Form("parquet", aliased=True)
LINES: Final = Form("jsonl", shuffled=True)


def sheet(office: str, title: str, *, dates: Style | None = None, totals: bool = False) -> Form:
    """Return the habits of a department that sends a workbook with titles above the header."""
    return Form(
        "xlsx", style=dates or Style(), titles=(f"穗浦县{office}", title), aliased=True,
        shuffled=True, totals=totals,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file (or run of files) of a class with one data date."""

    class_name: str
    as_of: date
    form: Form
    build: Build
    single: bool = False  # never cut into several files: a full delivery
    repeated: bool = False  # its last file is sent twice
    zipped: str = ""  # name of the zip it travels in
    first_number: int = 1  # where several senders share class and date

    @property
    def stem(self) -> str:
        """File name without part number and extension."""
        return f"{self.class_name}_{self.as_of:%Y%m%d}"

    @property
    def key(self) -> str:
        """Name of the delivery, unique in the county."""
        return f"{self.stem}_{self.first_number}"


def deliveries(as_of: date) -> tuple[Delivery, ...]:
    """Return everything the departments send for a county as of a day."""
    return (
        *_state_registers(as_of),
        *_farming(as_of),
        *_welfare(as_of),
        *_market_and_courts(as_of),
        *_own(as_of),
    )


def _state_registers(day: date) -> list[Delivery]:
    unsafe = sheet("住房和城乡建设局", "农村危房鉴定情况表", dates=Style("chinese"))
    flats = sheet("住房和城乡建设局", "城镇住房登记表")
    forests = sheet("自然资源和规划局", "林权登记台账", dates=Style("serial"), totals=True)
    return [
        Delivery("person", day, POLICE, police.person),
        Delivery("hukou_member", day, POLICE_BOOKS, police.hukou_member),
        Delivery("residence", day, PIPES, police.residence),
        Delivery("vehicle", day, TABS, police.vehicle),
        Delivery("urban_flat", day, flats, housing.urban_flat),
        Delivery("village_house", day, SLASHES, housing.village_house),
        Delivery("unsafe_house", day, unsafe, housing.unsafe_house),
        Delivery("real_estate", day, TABS, land.real_estate),
        Delivery("encumbrance", day, COLUMNS, land.encumbrance),
        Delivery("homestead", day, PIPES, land.homestead, single=True),
        Delivery("forest_right", day, forests, land.forest_right),
    ]


def _farming(day: date) -> list[Delivery]:
    transfers = sheet("农业农村局", "土地流转合同备案表")
    entities = sheet("农业农村局", "新型农业经营主体名录")
    machines = sheet("农业农村局", "拖拉机和联合收割机登记表", dates=Style("slashes"), totals=True)
    years = _year_ends(day, 5)
    paid = [
        Delivery("subsidy", end, CHINESE_DATES, partial(agriculture.subsidy, year=end.year),
                 repeated=end == years[-2])
        for end in years
    ]  # fmt: skip
    shares = [
        Delivery(
            "collective_share", end, PLAIN, partial(agriculture.collective_share, year=end.year)
        )
        for end in _year_ends(day, 4)[:-1]
    ]
    return [
        Delivery("land_contract", day, SLASHES, agriculture.land_contract),
        Delivery("land_transfer", day, transfers, agriculture.land_transfer),
        *paid,
        Delivery("farm_entity", day, entities, agriculture.farm_entity, single=True),
        Delivery("farm_machine", day, machines, agriculture.farm_machine, single=True),
        *shares,
    ]


def _welfare(day: date) -> list[Delivery]:
    relief = sheet("民政局", "社会救助对象名单", dates=Style("compact"))
    insured = [
        Delivery("social_insurance", date(day.year - back, day.month, min(day.day, 28)), COLUMNS,
                 partial(welfare.social_insurance, back_years=back))
        for back in (2, 1)
    ]  # fmt: skip
    covered = [
        Delivery("medical_cover", end, COLUMNS, partial(welfare.medical_cover, year=end.year))
        for end in _year_ends(day, 6)
    ]
    return [
        *insured,
        Delivery("social_insurance", day, COLUMNS, partial(welfare.social_insurance, back_years=0)),
        Delivery("employment", day, PIPES, welfare.employment),
        *covered,
        Delivery("marriage", day, POLICE_BOOKS, welfare.marriage),
        Delivery("assistance", day, relief, welfare.assistance),
    ]


def _market_and_courts(day: date) -> list[Delivery]:
    fines = sheet("市场监督管理局", "行政处罚信息公示表")
    graded = [
        Delivery("tax", end, PLAIN, partial(market.tax, year=end.year))
        for end in _year_ends(day, 4)[:-1]
    ]
    return [
        Delivery("business", day, SLASHES, market.business),
        Delivery("penalty", day, fines, market.penalty),
        *graded,
        Delivery("dishonest", day, LINES, market.dishonest),
        Delivery("litigation", day, LINES, market.litigation),
    ]


def _own(day: date) -> list[Delivery]:
    honours = sheet("各乡镇街道", "荣誉名单", dates=Style("chinese"))
    years = _year_ends(day, 3)
    produced = [
        Delivery("production", e, PLAIN, partial(chains.production, year=e.year)) for e in years
    ]
    sold = [Delivery("sale", e, COLUMNS, partial(chains.sale, year=e.year)) for e in years]
    lenders = ((lending.BANK, PIPES), (lending.BRANCH, TABS), (lending.SMALL_LOANS, SLASHES),
               (lending.FUND, LINES))  # fmt: skip
    lent = [
        Delivery("loan_history", day, form, partial(lending.loan_history, lender=lender),
                 first_number=1 + 100 * place)
        for place, (lender, form) in enumerate(lenders)
    ]  # fmt: skip
    forms = {
        "member": visits.form_member, "asset": visits.form_asset, "debt": visits.form_debt,
        "income_expense": visits.form_income,
    }  # fmt: skip
    collected = [
        Delivery(f"field_form.{name}", day, PLAIN, build, zipped=FORMS_ZIP)
        for name, build in forms.items()
    ]
    return [
        *produced, *sold, *lent, *collected,
        Delivery("consent", day, TABS, visits.consent),
        Delivery("bank_return", day, CHINESE_DATES, lending.bank_return),
        Delivery("review_result", day, PLAIN, visits.review_result),
        Delivery("honour", day, honours, visits.honour),
    ]  # fmt: skip


def _year_ends(day: date, count: int) -> list[date]:
    """Return the last day of `count` years up to this one, this year's cut at `day`."""
    years = range(day.year - count + 1, day.year + 1)
    return [min(date(year, 12, 31), day) for year in years]
