"""The named people of the tests. They keep their jobs everywhere, so a test reads as a story.

Lin and Zhao are officers of rival banks; Chen manages Lin's bank, Fang keeps its books; Xu is cadre
of Lotus Village, Wu a farmer there; Mo can sign in and holds no role at all.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime

from xinnong.accounts import demo, services
from xinnong.accounts.models import ApiClient, Institution, User
from xinnong.accounts.services.tokens import create_client
from xinnong.areas.models import Area
from xinnong.areas.services import Row, import_areas

NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
COUNTY = "339981000000"
TOWN = "339981101000"
OTHER_TOWN = "339981102000"
LOTUS_VILLAGE = "339981101201"
REED_VILLAGE = "339981101202"
FAR_VILLAGE = "339981102201"
PASSWORD = "丰收 harvest 2026 测试"

AREAS = (
    Row(COUNTY, "county", "", "测试县", "Test County"),
    Row(TOWN, "town", COUNTY, "荷塘镇", "Hetang Town"),
    Row(OTHER_TOWN, "town", COUNTY, "远山镇", "Yuanshan Town"),
    Row(LOTUS_VILLAGE, "village", TOWN, "莲花村", "Lotus Village"),
    Row(REED_VILLAGE, "village", TOWN, "芦苇村", "Reed Village"),
    Row(FAR_VILLAGE, "village", OTHER_TOWN, "远村", "Far Village"),
)


@dataclass(frozen=True)
class People:
    """Everybody, by the name used in tests."""

    lin: User  # officer of BANK-01, whole county
    zhao: User  # officer of BANK-02, whole county
    chen: User  # manager of BANK-01
    fang: User  # accountant of BANK-01
    zhou: User  # steward of the police's data
    sun: User  # steward of BANK-01's loan data
    xu: User  # cadre of Lotus Village
    wu: User  # farmer
    zheng: User  # regulator
    xue: User  # analyst
    shen: User  # protection officer
    han: User  # health-insurance bureau
    kang: User  # counter of a designated hospital
    qin: User  # police
    jiang: User  # clerk of the channel CHAN-01
    tang: User  # approves for Hetang Town
    gu: User  # chief of the police
    ou: User  # system operator
    mo: User  # stranger: no role

    def by_role(self) -> dict[str, User]:
        """One person per role code, and the stranger."""
        everybody = [getattr(self, item.name) for item in fields(self)]
        found = {role: user for user in reversed(everybody) for role in user.roles}
        return {"stranger": self.mo, **found}


JOBS = {
    "lin": ("林客户经理", "officer", "BANK-01", [COUNTY]),
    "zhao": ("赵客户经理", "officer", "BANK-02", [COUNTY]),
    "chen": ("陈行长", "manager", "BANK-01", [COUNTY]),
    "fang": ("方会计", "accountant", "BANK-01", []),
    "zhou": ("周专员", "steward", "DEPT-POLICE", []),
    "sun": ("孙专员", "steward", "BANK-01", []),
    "xu": ("徐书记", "cadre", "GOV-339981", [LOTUS_VILLAGE]),
    "wu": ("吴农户", "farmer", "", []),
    "zheng": ("郑监管", "regulator", "GOV-339981", [COUNTY]),
    "xue": ("薛分析师", "analyst", "GOV-339981", [COUNTY]),
    "shen": ("沈负责人", "auditor", "GOV-339981", [COUNTY]),
    "han": ("韩科长", "bureau", "HIB-339981", []),
    "kang": ("康窗口", "counter", "HOSP-01", []),
    "qin": ("秦警官", "police", "PSB-339981", []),
    "jiang": ("江经办", "channel", "CHAN-01", []),
    "tang": ("唐镇长", "town", "TOWN-101", [TOWN]),
    "gu": ("顾局长", "chief", "PSB-339981", []),
    "ou": ("欧运维", "operator", "GOV-339981", []),
    "mo": ("莫生", "", "GOV-339981", []),
}


def settle() -> People:
    """A small county with everybody in it; nobody has a password (use force_login)."""
    import_areas(AREAS, valid_from=date(2020, 1, 1))
    institutions = found_institutions()
    return People(**{name: _employ(name, institutions) for name in JOBS})


def found_institutions() -> dict[str, Institution]:
    """The demo's operators and institutions in the test county."""
    operators = {
        code: services.set_operator(code=code, kind=kind, name=name, name_en=name_en)
        for code, kind, name, name_en in demo.OPERATORS
    }
    made: dict[str, Institution] = {}
    for place in demo.INSTITUTIONS:
        made[place.code] = services.set_institution(
            code=place.code,
            kind=place.kind,
            name=place.name,
            name_en=place.name_en,
            operator=operators[place.operator],
            parent=made.get(place.parent),
        )
    return made


def client_of(institution: str) -> ApiClient:
    """A program of an institution that sees the whole county, the same one every time."""
    code = f"test-{institution.lower()}"
    return ApiClient.objects.filter(code=code).first() or create_client(
        code=code,
        name="测试程序",
        institution=Institution.objects.get(code=institution),
        areas=[Area.objects.get(code=COUNTY)],
        now=NOW,
    )


def _employ(username: str, institutions: dict[str, Institution]) -> User:
    name, role, institution, areas = JOBS[username]
    return services.set_user(
        username=username,
        name=name,
        roles=[role] if role else [],
        institution=institutions.get(institution),
        areas=Area.objects.filter(code__in=areas),
        password=None,
        now=NOW,
    )
