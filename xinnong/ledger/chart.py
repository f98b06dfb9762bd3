"""The chart of accounts: what kinds of account there are, read from `chart.toml` beside this file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import ClassVar, Final

from django.utils.translation import get_language

from xinnong.core.errors import Refused
from xinnong.core.ledger import Side

SIDES: Final = {"debit": Side.DEBIT, "credit": Side.CREDIT}
FLAGS: Final = ("no_negative_balance", "debits_must_not_exceed_credits")


class Nature(StrEnum):
    """What an account speaks of; memorandum accounts stand off the balance sheet."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"
    MEMORANDUM = "memorandum"


class Holding(StrEnum):
    """How many accounts stand under a code, and whether they carry a running balance."""

    CONTROL = "control"
    OWN = "own"
    CUSTOMER = "customer"
    ESCROW = "escrow"
    POOL = "pool"


_DEBIT_NATURES: Final = frozenset({Nature.ASSET, Nature.EXPENSE, Nature.MEMORANDUM})


class AccountKindUnknown(Refused):
    """The chart has no such code."""

    code: ClassVar[str] = "ledger.kind_unknown"


@dataclass(frozen=True, slots=True)
class AccountKind:
    """One code of the chart. `core` is the default code of a bank's own general ledger."""

    code: str
    zh: str
    en: str
    nature: Nature
    side: Side
    holding: Holding
    flags: frozenset[str]
    core: str

    @property
    def running(self) -> bool:
        """Whether its accounts carry a running balance; balances of the others are sums."""
        return self.holding not in {Holding.CONTROL, Holding.OWN}

    @property
    def of_object(self) -> bool:
        """Whether each account belongs to a loan, a fund, a till or so."""
        return self.holding is not Holding.CONTROL


@cache
def chart() -> Mapping[str, AccountKind]:
    """Every kind of account by code, in the order of the codes."""
    text = files("xinnong.ledger").joinpath("chart.toml").read_text(encoding="utf-8")
    return {code: _kind(code, said) for code, said in sorted(tomllib.loads(text).items())}


def kind_of(code: str) -> AccountKind:
    """One kind of account. Raises AccountKindUnknown."""
    try:
        return chart()[code]
    except KeyError:
        raise AccountKindUnknown(kind=code) from None


def kind_name(kind: AccountKind) -> str:
    """The name of a kind in the language of the page."""
    return kind.en if (get_language() or "").startswith("en") else kind.zh


def _kind(code: str, said: Mapping[str, str]) -> AccountKind:
    nature = Nature(said["nature"])
    usual = Side.DEBIT if nature in _DEBIT_NATURES else Side.CREDIT
    kind = AccountKind(
        code=code,
        zh=said["zh"],
        en=said["en"],
        nature=nature,
        side=SIDES[said["side"]] if "side" in said else usual,
        holding=Holding(said["holding"]),
        flags=frozenset({said["flag"]} if "flag" in said else ()),
        core=said["core"],
    )
    assert kind.flags <= set(FLAGS), code
    assert kind.running or not kind.flags, f"{code}: only running balances can be limited"
    return kind
