"""The roles, one readable class each: whose data, which verbs, which of them need a second factor.

A role never widens where a person may look: areas and institution stand on the user. A verb in
`approving` works only in a session that passed a second factor, so an approver without one is no
approver.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xinnong.accounts.permissions import Permission as P  # noqa: N817  # stands in every line


class OwnerKind(StrEnum):
    """The four operators; every table belongs to exactly one of them, or is public."""

    COUNTY = "a"
    LENDER = "b"
    HEALTH = "c"
    POLICE = "d"


class Role:
    """What one job may do. `kinds`: the operators whose tables it may read."""

    code: ClassVar[str]
    label: ClassVar[str | Promise]
    kinds: ClassVar[frozenset[OwnerKind]]
    permissions: ClassVar[frozenset[P]]
    approving: ClassVar[frozenset[P]] = frozenset()


class CreditOfficer(Role):
    """Finds households in the officer's areas, reads files with evidence, handles applications."""

    code = "officer"
    label = _("客户经理")
    kinds = frozenset({OwnerKind.LENDER})
    permissions = frozenset(
        {
            P.FIND_HOUSEHOLDS,
            P.READ_HOUSEHOLD,
            P.READ_SCORE,
            P.READ_LINE,
            P.READ_FACTS,
            P.READ_WHO_LOOKED,
            P.UNMASK_IDENTITY,
            P.READ_LEDGER,
            P.HANDLE_LOANS,
        }
    )


class BranchManager(Role):
    """An officer who also confirms, exports and publishes a policy; with a second factor."""

    code = "manager"
    label = _("支行行长")
    kinds = frozenset({OwnerKind.LENDER})
    permissions = CreditOfficer.permissions | {
        P.EXPORT_LINES,
        P.PUBLISH_POLICY,
        P.PUBLISH_PRODUCT,
        P.CONFIRM_LOANS,
        P.RESOLVE_LOANS,
        P.SET_AUTHORITY,
        P.READ_PORTFOLIO,
        P.EXPORT_LOANS,
        P.REPORT_BUREAU,
        P.READ_COUNTY,
        P.BREAK_GLASS,
        P.REQUEST_ORDERS,
    }
    approving = frozenset(
        {
            P.EXPORT_LINES,
            P.PUBLISH_POLICY,
            P.PUBLISH_PRODUCT,
            P.CONFIRM_LOANS,
            P.RESOLVE_LOANS,
            P.SET_AUTHORITY,
            P.EXPORT_LOANS,
            P.REPORT_BUREAU,
            P.BREAK_GLASS,
        }
    )


class Accountant(Role):
    """Keeps a lender's books and carries its payments; closes and sends with a second factor."""

    code = "accountant"
    label = _("会计")
    kinds = frozenset({OwnerKind.LENDER})
    permissions = frozenset({P.READ_LEDGER, P.KEEP_LEDGER, P.CLOSE_LEDGER, P.CARRY_PAYMENTS})
    approving = frozenset({P.CLOSE_LEDGER, P.CARRY_PAYMENTS})


class DataSteward(Role):
    """Delivers the files of the steward's department and reads what was refused and why."""

    code = "steward"
    label = _("数据专员")
    kinds = frozenset({OwnerKind.COUNTY, OwnerKind.LENDER})
    permissions = frozenset({P.DELIVER_BATCH, P.READ_BATCHES})


class Cadre(Role):
    """Works with the households of the cadre's own village."""

    code = "cadre"
    label = _("村干部")
    kinds = frozenset({OwnerKind.COUNTY})
    permissions = frozenset(
        {P.FIND_HOUSEHOLDS, P.READ_HOUSEHOLD, P.COUNT_HEADS, P.REVOKE_ECARD, P.READ_WARNINGS}
    )


class TownOfficer(Role):
    """Approves visits of field teams in the own town as the second of two, with a second factor."""

    code = "town"
    label = _("乡镇审批人")
    kinds = frozenset({OwnerKind.COUNTY})
    permissions = frozenset({P.READ_ACTIVITIES, P.APPROVE_ACTIVITY})
    approving = frozenset({P.APPROVE_ACTIVITY})


class Farmer(Role):
    """Sees the own household's file and who looked at it, borrows, shows the own e-credential."""

    code = "farmer"
    label = _("农户本人")
    kinds = frozenset[OwnerKind]()
    permissions = frozenset({P.READ_OWN_FILE, P.APPLY_FOR_LOAN, P.HOLD_ECARD})


class Regulator(Role):
    """Reads county figures without persons."""

    code = "regulator"
    label = _("金融工作服务中心")
    kinds = frozenset({OwnerKind.COUNTY})
    permissions = frozenset({P.READ_COUNTY, P.READ_BATCHES})


class Analyst(Role):
    """Validates scorecards on figures without names; publishing with a second factor."""

    code = "analyst"
    label = _("模型分析师")
    kinds = frozenset({OwnerKind.COUNTY})
    permissions = frozenset({P.READ_COUNTY, P.READ_RUNS, P.PUBLISH_SCORECARD})
    approving = frozenset({P.PUBLISH_SCORECARD})


class ProtectionOfficer(Role):
    """Reviews who read whom and the audit log; reads no files. Keeps the watch with a second factor."""

    code = "auditor"
    label = _("个人信息保护负责人")
    kinds = frozenset({OwnerKind.COUNTY, OwnerKind.LENDER})
    permissions = frozenset(
        {P.READ_AUDIT, P.READ_READS, P.KEEP_WATCH, P.READ_COUNTY, P.READ_LEDGER}
    )
    approving = frozenset({P.KEEP_WATCH})


class HealthBureau(Role):
    """The health-insurance bureau's own tables only. Stopping is quick; permitting asks for a second factor."""

    code = "bureau"
    label = _("医保局")
    kinds = frozenset({OwnerKind.HEALTH})
    permissions = frozenset(
        {
            P.READ_ACTIVITIES,
            P.APPROVE_ACTIVITY,
            P.LICENSE_CHANNEL,
            P.STOP_CHANNEL,
            P.FILE_DOCUMENT,
            P.REQUEST_ORDERS,
            P.REVOKE_ECARD,
            P.KEEP_TERMINALS,
        }
    )
    approving = frozenset({P.APPROVE_ACTIVITY, P.LICENSE_CHANNEL, P.FILE_DOCUMENT})


class ChannelClerk(Role):
    """Files a channel's own teams and activities, and what came of them."""

    code = "channel"
    label = _("渠道经办人")
    kinds = frozenset({OwnerKind.HEALTH})
    permissions = frozenset({P.FILE_ACTIVITY, P.READ_ACTIVITIES})


class CareCounter(Role):
    """The counter of a designated hospital or pharmacy: redeems codes and activates credentials."""

    code = "counter"
    label = _("定点医药机构窗口")
    kinds = frozenset({OwnerKind.HEALTH})
    permissions = frozenset({P.REDEEM_ECARD, P.ACTIVATE_ECARD})


class PoliceOfficer(Role):
    """The police's own cases; signs orders as the handler, registers and publishes with a second factor."""

    code = "police"
    label = _("公安民警")
    kinds = frozenset({OwnerKind.POLICE})
    permissions = frozenset(
        {
            P.READ_CASES,
            P.HANDLE_CASES,
            P.REVEAL_NUMBERS,
            P.MANAGE_FEEDS,
            P.PUBLISH_RULEBOOK,
            P.SIGN_ORDERS,
        }
    )
    approving = frozenset({P.MANAGE_FEEDS, P.PUBLISH_RULEBOOK, P.SIGN_ORDERS})


class PoliceChief(Role):
    """An officer of the rank that approves orders; the second key of every one of them."""

    code = "chief"
    label = _("公安机关负责人")
    kinds = frozenset({OwnerKind.POLICE})
    permissions = PoliceOfficer.permissions | {P.APPROVE_ORDERS}
    approving = PoliceOfficer.approving | {P.APPROVE_ORDERS}


class SystemOperator(Role):
    """Installs, refreshes and manages users; sees no person's file in the browser."""

    code = "operator"
    label = _("系统运维")
    kinds = frozenset({OwnerKind.COUNTY})
    permissions = frozenset(
        {P.READ_RUNS, P.READ_BATCHES, P.MANAGE_USERS, P.MANAGE_CLIENTS, P.MANAGE_AREAS}
    )
    approving = frozenset({P.MANAGE_USERS, P.MANAGE_CLIENTS})


ROLES: Final[tuple[type[Role], ...]] = (
    CreditOfficer,
    BranchManager,
    Accountant,
    DataSteward,
    Cadre,
    Farmer,
    Regulator,
    Analyst,
    ProtectionOfficer,
    HealthBureau,
    ChannelClerk,
    TownOfficer,
    CareCounter,
    PoliceOfficer,
    PoliceChief,
    SystemOperator,
)
BY_CODE: Final[dict[str, type[Role]]] = {role.code: role for role in ROLES}


def permissions_of(codes: Iterable[str]) -> frozenset[P]:
    """Union of the roles' verbs; an unknown code grants nothing."""
    held = [BY_CODE[code].permissions for code in codes if code in BY_CODE]
    return frozenset[P]().union(*held)


def kinds_of(codes: Iterable[str]) -> frozenset[OwnerKind]:
    """Union of the operators whose tables the roles may read."""
    held = [BY_CODE[code].kinds for code in codes if code in BY_CODE]
    return frozenset[OwnerKind]().union(*held)


def approving_of(codes: Iterable[str]) -> frozenset[P]:
    """The roles' verbs that need a second factor; empty for a person who approves nothing."""
    held = [BY_CODE[code].approving for code in codes if code in BY_CODE]
    return frozenset[P]().union(*held)
