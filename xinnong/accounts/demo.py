"""The invented operators, institutions and people of the demo county. Running it again is harmless."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xinnong.accounts.models import Institution, Operator, User
from xinnong.accounts.services import (
    give_one_password,
    set_institution,
    set_operator,
    set_user,
)
from xinnong.areas.models import Area

COUNTY: Final = "339981000000"
TOWN: Final = "339981101000"
AREAS_VALID_FROM: Final = date(2020, 1, 1)
KIND = Institution.Kind

OPERATORS: Final = (
    ("GOV-339981", "a", "穗浦县农户信用服务中心", "Suipu Rural Credit Service"),
    ("BANK-01", "b", "穗浦农村商业银行", "Suipu Rural Commercial Bank"),
    ("BANK-02", "b", "农业银行穗浦支行", "Agricultural Bank, Suipu Branch"),
    ("SLC-01", "b", "穗浦惠农小额贷款公司", "Suipu Huinong Small Loans"),
    ("FUND-01", "b", "望禾农村资金互助社", "Wanghe Mutual Fund"),
    ("HIB-339981", "c", "穗浦县医疗保障局", "Suipu Health Insurance Bureau"),
    ("PSB-339981", "d", "穗浦县公安局", "Suipu Public Security Bureau"),
)


class NotTheDemoCounty(Exception):
    """The invented county is not loaded here, so nothing may stand in for a real service."""


def refuse_outside_demo() -> None:
    """Keep stand-ins away from an installation that serves real people. Raises NotTheDemoCounty."""
    if not Area.objects.filter(code=COUNTY).exists():
        raise NotTheDemoCounty


@dataclass(frozen=True, slots=True)
class Place:
    """One institution: code, kind, operator, parent, names."""

    code: str
    kind: str
    operator: str
    parent: str
    name: str
    name_en: str


INSTITUTIONS: Final = (
    Place("GOV-339981", KIND.SERVICE, "GOV-339981", "", "县农户信用服务中心", "Credit Service"),
    Place("DEPT-POLICE", KIND.DEPARTMENT, "GOV-339981", "GOV-339981", "县公安局（数据）", "Police"),
    Place("DEPT-HOUSING", KIND.DEPARTMENT, "GOV-339981", "GOV-339981", "县住建局", "Housing"),
    Place("DEPT-LAND", KIND.DEPARTMENT, "GOV-339981", "GOV-339981", "县自然资源局", "Land"),
    Place("DEPT-AGRI", KIND.DEPARTMENT, "GOV-339981", "GOV-339981", "县农业农村局", "Agriculture"),
    Place("DEPT-LABOUR", KIND.DEPARTMENT, "GOV-339981", "GOV-339981", "县人力社保局", "Labour"),
    Place("DEPT-CIVIL", KIND.DEPARTMENT, "GOV-339981", "GOV-339981", "县民政局", "Civil Affairs"),
    Place("DEPT-MARKET", KIND.DEPARTMENT, "GOV-339981", "GOV-339981", "县市场监管局", "Market"),
    Place("DEPT-DATA", KIND.DEPARTMENT, "GOV-339981", "GOV-339981", "县大数据局", "Data Bureau"),
    Place("BANK-01", KIND.BANK, "BANK-01", "", "穗浦农村商业银行", "Suipu Rural Commercial Bank"),
    Place("BANK-01-01", KIND.BRANCH, "BANK-01", "BANK-01", "望禾支行", "Wanghe Branch"),
    Place("BANK-02", KIND.BANK, "BANK-02", "", "农业银行穗浦支行", "Agricultural Bank"),
    Place("SLC-01", KIND.SMALL_LOAN, "SLC-01", "", "惠农小额贷款公司", "Huinong Small Loans"),
    Place("FUND-01", KIND.FUND, "FUND-01", "", "望禾农村资金互助社", "Wanghe Mutual Fund"),
    Place("HIB-339981", KIND.BUREAU, "HIB-339981", "", "县医疗保障局", "Health Insurance Bureau"),
    Place("HOSP-01", KIND.HOSPITAL, "HIB-339981", "HIB-339981", "望禾镇卫生院", "Wanghe Hospital"),
    Place("PHAR-01", KIND.PHARMACY, "HIB-339981", "HIB-339981", "望禾大药房", "Wanghe Pharmacy"),
    Place("PSB-339981", KIND.POLICE, "PSB-339981", "", "县公安局", "Public Security Bureau"),
    Place(
        "CHAN-01", KIND.CHANNEL, "HIB-339981", "HIB-339981", "农商银行外拓中心", "Bank Field Team"
    ),
    Place(
        "CHAN-02", KIND.CHANNEL, "HIB-339981", "HIB-339981", "便民信息服务公司", "Bianmin Services"
    ),
    Place("TOWN-101", KIND.TOWN, "GOV-339981", "GOV-339981", "望禾镇人民政府", "Wanghe Town"),
)


@dataclass(frozen=True, slots=True)
class DemoUser:
    """One invented person who can sign in; `does` says what to try."""

    username: str
    name: str
    role: str
    institution: str
    reach: str
    does: str | Promise


PEOPLE: Final = (
    DemoUser(
        "officer",
        "林知秋",
        "officer",
        "BANK-01",
        "county",
        _("找农户，看档案、评分和额度；处理贷款申请、柜台办理、签合同"),
    ),
    DemoUser(
        "manager",
        "陈望山",
        "manager",
        "BANK-01",
        "county",
        _("看县域情况；开通两步验证后复核大额贷款、导出额度"),
    ),
    DemoUser(
        "manager.two",
        "卢夏至",
        "manager",
        "BANK-01",
        "county",
        _("与 manager 互相复核：审批权限、贷款产品都要两个人"),
    ),
    DemoUser(
        "accountant",
        "方处暑",
        "accountant",
        "BANK-01",
        "",
        _("看本行账簿，核对、结账；看贷款产品，试算还款"),
    ),
    DemoUser(
        "officer.two",
        "赵小满",
        "officer",
        "BANK-02",
        "county",
        _("另一家银行：只见本行的授信和贷款，本行核心记账"),
    ),
    DemoUser(
        "steward.police", "周立夏", "steward", "DEPT-POLICE", "", _("报送公安数据，看退回原因")
    ),
    DemoUser(
        "steward.data", "吴清和", "steward", "DEPT-DATA", "", _("报送大数据局数据，看退回原因")
    ),
    DemoUser("steward.county", "何谷雨", "steward", "GOV-339981", "", _("报送入户采集和评议数据")),
    DemoUser("steward.bank", "孙白露", "steward", "BANK-01", "", _("报送本行贷款数据")),
    DemoUser("cadre", "徐春分", "cadre", "GOV-339981", "village", _("看本村农户")),
    DemoUser(
        "cadre.two",
        "杜清明",
        "cadre",
        "GOV-339981",
        "far",
        _("邻村出了案件：看公安发来的提醒，告诉村里（后台做好案件以后）"),
    ),
    DemoUser(
        "farmer",
        "农户本人",
        "farmer",
        "",
        "",
        _("看自己的档案，看谁查过；打开“借钱”申请贷款；出示医保码"),
    ),
    DemoUser(
        "farmer.two",
        "借了钱的农户",
        "farmer",
        "",
        "",
        _("已有一笔贷款：看欠多少、为什么、怎么还（后台做好贷款以后）"),
    ),
    DemoUser(
        "farmer.three",
        "号码被冒用的农户",
        "farmer",
        "",
        "",
        _("在“我的账号”看公安为什么停用自己的账号，已经申诉（后台做好案件以后）"),
    ),
    DemoUser("regulator", "郑霜降", "regulator", "GOV-339981", "county", _("看全县覆盖和授信情况")),
    DemoUser("analyst", "许惊蛰", "analyst", "GOV-339981", "county", _("看评分分布和模型版本")),
    DemoUser("auditor", "沈寒露", "auditor", "GOV-339981", "county", _("看谁查过谁")),
    DemoUser("auditor.bank", "钱小暑", "auditor", "BANK-01", "county", _("看本行谁查过谁")),
    DemoUser(
        "bureau",
        "韩芒种",
        "bureau",
        "HIB-339981",
        "",
        _("看村推活动、停用渠道、挂失医保码、向公安提出处置请求；开通两步验证后审批活动、登记文书"),
    ),
    DemoUser("channel", "江小雪", "channel", "CHAN-01", "", _("备案外拓队伍和进村活动")),
    DemoUser(
        "channel.two", "万大暑", "channel", "CHAN-02", "", _("另一家渠道：只见自己的队伍和活动")
    ),
    DemoUser("town", "唐立秋", "town", "TOWN-101", "town", _("开通两步验证后审批本镇的进村活动")),
    DemoUser(
        "hospital", "柳清明", "counter", "HOSP-01", "", _("核销农户出示的医保码，替到场的人开通")
    ),
    DemoUser("pharmacy", "苏小寒", "counter", "PHAR-01", "", _("药店收银：核销医保码")),
    DemoUser(
        "police",
        "秦大雪",
        "police",
        "PSB-339981",
        "",
        _("办案件，经办联合处置；登记和签字要开通两步验证"),
    ),
    DemoUser("chief", "顾冬至", "chief", "PSB-339981", "", _("审批联合处置；要开通两步验证")),
    DemoUser("operator", "运维员", "operator", "GOV-339981", "", _("看批次和运行情况")),
)


def seed(*, password: str, now: datetime, village: str = "") -> list[User]:
    """Make or refresh the demo's operators, institutions and people; returns the people in order.

    Needs the demo county's areas. `village` is the cadre's twelve-digit village; by default the
    first one of a fixed town.
    """
    with transaction.atomic():
        operators = {
            code: set_operator(code=code, kind=kind, name=name, name_en=name_en)
            for code, kind, name, name_en in OPERATORS
        }
        institutions = _institutions(operators)
        reach = _reach(village)
        people = [
            set_user(
                username=person.username,
                name=person.name,
                roles=[person.role],
                institution=institutions.get(person.institution),
                areas=reach[person.reach],
                password=None,
                now=now,
            )
            for person in PEOPLE
        ]
        give_one_password(people, password)
        return people


def _institutions(operators: dict[str, Operator]) -> dict[str, Institution]:
    county = Area.objects.get(code=COUNTY)
    made: dict[str, Institution] = {}
    for place in INSTITUTIONS:
        made[place.code] = set_institution(
            code=place.code,
            kind=place.kind,
            name=place.name,
            name_en=place.name_en,
            operator=operators[place.operator],
            parent=made.get(place.parent),
            area=county,
        )
    return made


def _reach(village: str) -> dict[str, list[Area]]:
    """Areas by reach: none, the county, one village and its town."""
    villages = Area.objects.filter(level="village", valid_to__isnull=True).order_by("code")
    chosen = villages.filter(code=village or None).first()
    chosen = chosen or villages.filter(code__gte=TOWN).first() or villages.get()
    return {
        "": [],
        "county": [Area.objects.get(code=COUNTY)],
        "town": list(Area.objects.filter(code=f"{chosen.code[:9]}000")),
        "village": [chosen],
        "far": _beside_the_last(villages),
    }


def _beside_the_last(villages: QuerySet[Area]) -> list[Area]:
    """A village of the last one's town, not itself where there is another: that of the demo's case."""
    last = villages.last()
    if last is None:
        return []
    near = villages.filter(code__startswith=last.code[:9]).exclude(pk=last.pk)
    return [near.last() or last]
