"""How well alerts found a gang: victims before the first, minutes, precision, and who was wronged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xinnong.analytics.gangs.simulate import Truth
from xinnong.analytics.gangs.world import MINUTE
from xinnong.core.detection.engine import Alert

HEEDED = frozenset({"alert", "urgent"})


@dataclass(frozen=True, slots=True)
class Found:
    """What one replay showed.

    `victims` (numbers with an account made on them), `accounts`, `minutes` (from the gang's arrival) and
    `harmed` (minutes from its first account, 0 where the alert came before it) are those of the slowest gang;
    a gang never found counts all of its victims and has no minutes. `cases` are alerts that stand at the end, and `right`
    those about a gang; `innocents` are numbers in any of them that were no victims.
    """

    victims: int
    accounts: int
    minutes: float | None
    harmed: float | None
    cases: int
    right: int
    innocents: int
    legitimate: int

    @property
    def wrong(self) -> int:
        """Cases about nobody."""
        return self.cases - self.right


def measure(alerts: Sequence[Alert], truth: Truth) -> Found:
    """Hold the alerts of one replay to the truth."""
    heeded = [each for each in alerts if each.severity in HEEDED and not each.shadow]
    gangs = sorted({name for name, _ in truth.victims.values()})
    firsts = {gang: _first(heeded, truth, gang) for gang in gangs}
    lost = [_lost(truth, gang, firsts[gang]) for gang in gangs]
    replaced = {each.supersedes for each in heeded}
    standing = [each for each in heeded if each.alert_id not in replaced]
    right = [each for each in standing if _is_right(each, truth)]
    flagged = {phone for each in standing for phone in each.phones}
    return Found(
        victims=max((each.victims for each in lost), default=0),
        accounts=max((each.accounts for each in lost), default=0),
        minutes=_slowest([each.minutes for each in lost]),
        harmed=_slowest([each.harmed for each in lost]),
        cases=len(standing),
        right=len(right),
        innocents=len(flagged - truth.victims.keys()),
        legitimate=truth.legitimate,
    )


def _is_right(alert: Alert, truth: Truth) -> bool:
    """Mostly about victims; or, where nobody is named, about a village where a gang was in those days."""
    if alert.phones:
        victims = sum(phone in truth.victims for phone in alert.phones)
        return victims * 2 > len(alert.phones)
    day = 24 * 3600 * 1_000_000
    return any(
        village in alert.villages and starts <= alert.at <= starts + 3 * day
        for starts, village, _ in truth.arrivals
    )


def _first(alerts: Sequence[Alert], truth: Truth, gang: str) -> int | None:
    """The instant of the first right alert about a gang."""
    villages = {village for _, village, name in truth.arrivals if name == gang}
    for each in alerts:
        named = any(truth.victims.get(phone, ("", 0))[0] == gang for phone in each.phones)
        if _is_right(each, truth) and (
            named or (not each.phones and villages & set(each.villages))
        ):
            return each.at
    return None


def _slowest(minutes: Sequence[float | None]) -> float | None:
    """The longest; None where one gang was never found, or where there is none."""
    known = [each for each in minutes if each is not None]
    return max(known) if known and len(known) == len(minutes) else None


class _Lost(NamedTuple):
    """What one gang did before an instant, and the minutes to it: since it came, since its first account."""

    victims: int
    accounts: int
    minutes: float | None
    harmed: float | None


def _lost(truth: Truth, gang: str, first: int | None) -> _Lost:
    """What a gang did until its first alert; all of it where none came."""
    own = {phone: at for phone, (name, at) in truth.victims.items() if name == gang}
    last = first if first is not None else max(at for at, _, _ in truth.accounts)
    made = [phone for at, phone, _ in truth.accounts if phone in own and at <= last]
    victims, accounts = len(set(made)), len(made)
    arrived = min(at for at, _, name in truth.arrivals if name == gang)
    if first is None:
        return _Lost(victims, accounts, None, None)
    began = min(at for at, phone, _ in truth.accounts if phone in own)
    harmed = max(0, first - began) / MINUTE
    return _Lost(victims, accounts, (first - arrived) / MINUTE, harmed)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
