"""Which institution delivers which classes, and whose batches somebody may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xinnong.accounts.models import Actor, Institution
from xinnong.accounts.permissions import Permission
from xinnong.analytics.contracts import Contract, load_contracts

LENDERS: Final = "贷款机构"
"""Deliverer of the classes whose rows belong to the lender that sends them."""

DEPARTMENTS: Final[Mapping[str, str]] = {
    "公安": "DEPT-POLICE",
    "住建": "DEPT-HOUSING",
    "自然资源和规划": "DEPT-LAND",
    "农业农村": "DEPT-AGRI",
    "人力社保": "DEPT-LABOUR",
    "民政": "DEPT-CIVIL",
    "市场监管": "DEPT-MARKET",
    "大数据局": "DEPT-DATA",
}
"""The eight departments of the contracts and the codes of their institutions."""

COUNTY_SERVICE: Final = frozenset({"产业链", "入户采集", "机构与网点", "评议组", "乡镇"})
"""Deliverers whose files the county's credit service hands in."""

LENDING_KINDS: Final = frozenset(
    {
        Institution.Kind.BANK,
        Institution.Kind.BRANCH,
        Institution.Kind.SMALL_LOAN,
        Institution.Kind.FUND,
    }
)


def classes_of(actor: Actor) -> frozenset[str]:
    """Names of the classes this actor delivers; empty for whoever delivers nothing."""
    if not actor.can(Permission.DELIVER_BATCH) or actor.institution is None:
        return frozenset()
    institution = actor.institution
    return frozenset(
        name for name, contract in load_contracts().items() if _delivers(institution, contract)
    )


def readable_classes(actor: Actor) -> frozenset[str]:
    """Names of the classes whose reports this actor reads: the own ones, or all by oversight."""
    if actor.can(Permission.DELIVER_BATCH):
        return classes_of(actor)
    if actor.can(Permission.READ_BATCHES):
        return frozenset(load_contracts())
    return frozenset()


def _delivers(institution: Institution, contract: Contract) -> bool:
    if institution.kind == Institution.Kind.DEPARTMENT:
        return DEPARTMENTS.get(contract.deliverer) == institution.code
    if institution.kind == Institution.Kind.SERVICE:
        return contract.deliverer in COUNTY_SERVICE
    return contract.deliverer == LENDERS and institution.kind in LENDING_KINDS


def lender_of(actor: Actor | None, class_name: str) -> str:
    """Code of the lender that owns a batch of this class, or '' where the county does."""
    contract = load_contracts().get(class_name)
    institution = actor.institution if actor else None
    if contract is None or institution is None or contract.deliverer != LENDERS:
        return ""
    return institution.code if institution.kind in LENDING_KINDS else ""
