"""Reads of warnings: whom one would reach, what became of it, and a cadre's own."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import translation

from xinnong.accounts.models import AreaGrant
from xinnong.accounts.roles import Cadre, OwnerKind
from xinnong.accounts.scope import Scope, scoped
from xinnong.areas.models import PREFIX_DIGITS
from xinnong.areas.places import places
from xinnong.core.neighbour_warnings import SHOWN_FOR, towns_of
from xinnong.guard.models import (
    CadreNumber,
    CadreWarning,
    CaseState,
    NeighbourWarning,
    Number,
    Verdict,
)
from xinnong.guard.warning_wording import warning_said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from xinnong.accounts.models import User
    from xinnong.guard.models import Case

LISTED = 50
NAMED = 3


@dataclass(frozen=True, slots=True)
class Around:
    """The villages around a case, and the cadres of each."""

    villages: tuple[str, ...]
    cadres: Mapping[UUID, tuple[str, ...]]

    @property
    def without(self) -> list[str]:
        """Villages where nobody signs in: somebody has to telephone."""
        reached = {village for mine in self.cadres.values() for village in mine}
        return [village for village in self.villages if village not in reached]


@dataclass(frozen=True, slots=True)
class Reached:
    """What became of a warning."""

    warning: NeighbourWarning
    cadres: int
    messages: int
    without_number: int
    told: int
    last_sent_at: datetime | None


def around(case: Case) -> Around:
    """Every village in use of the towns that the case's villages belong to, with their cadres.

    The list of areas says which town a village belongs to and not which villages touch: a town is
    the neighbourhood. Codes that are on no list warn nobody.
    """
    known = places()
    named = {*case.villages, *case.numbers.exclude(village="").values_list("village", flat=True)}
    here = [code for code in named if known.of(code) is not None]
    villages = tuple(sorted(p.code for town in towns_of(here) for p in known.villages(town)))
    return Around(villages, _cadres_of(villages))


def _cadres_of(villages: Sequence[str]) -> dict[UUID, tuple[str, ...]]:
    grants = AreaGrant.objects.filter(user__is_active=True, user__roles__contains=[Cadre.code])
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    for ref, code, level in grants.values_list("user__ref", "area__code", "area__level"):
        prefix = code[: PREFIX_DIGITS[level]]
        mine = [village for village in villages if village.startswith(prefix)]
        if mine:
            found[ref].update(mine)
    return {ref: tuple(sorted(mine)) for ref, mine in sorted(found.items())}


def text_for(case: Case) -> str:
    """What the cadres around a case would read, in Chinese, as messages go out."""
    known = places()
    with translation.override("zh-hans"):
        here = [known.label(code) for code in case.villages if known.of(code) is not None]
        named = "、".join(here[:NAMED]) + (" 等村" if len(here) > NAMED else "")
        return warning_said(named)


def warnings_of(case: Case) -> list[Reached]:
    """The warnings of a case with what became of them, the newest first."""
    numbers = set(CadreNumber.objects.values_list("cadre", flat=True))
    return [_reached(each, numbers) for each in case.warnings.order_by("-pk")]


def _reached(warning: NeighbourWarning, numbers: set[UUID]) -> Reached:
    rows = list(warning.cadres.all())
    sent = [each.sent_at for each in rows if each.sent_at is not None]
    return Reached(
        warning=warning,
        cadres=len(rows),
        messages=len(sent),
        without_number=sum(each.sent_at is None and each.cadre not in numbers for each in rows),
        told=sum(each.told_at is not None for each in rows),
        last_sent_at=max(sent, default=None),
    )


@dataclass(frozen=True, slots=True)
class Notices:
    """How many numbers of a case were told, are about to be, and could still be."""

    sent: int
    waiting: int
    left: int
    last_at: datetime | None


def notices_of(case: Case) -> Notices:
    """What became of messages to the numbers of a case."""
    rows = list(case.notices.values_list("mark", "sent_at"))
    held = case.numbers.filter(holds=True).exclude(mark__in=[mark for mark, _at in rows])
    sent = [at for _mark, at in rows if at is not None]
    left = Number.objects.filter(mark__in=held.values("mark")).count()
    return Notices(len(sent), len(rows) - len(sent), left, max(sent, default=None))


def warnings_for(cadre: User) -> list[CadreWarning]:
    """A cadre's own warnings, the newest first. A named read across owners."""
    with scoped(_window(cadre.ref)):
        rows = CadreWarning.objects.filter(cadre=cadre.ref).select_related("warning__case")
        return list(rows.order_by("-pk")[:LISTED])


def fresh_warnings_for(cadre: User, now: datetime) -> list[CadreWarning]:
    """Those that still hold: of open cases that nobody called a false alarm, not a week old.

    A named read across owners.
    """
    holds = Q(warning__case__state=CaseState.OPEN) & ~Q(warning__case__verdict=Verdict.NOT)
    with scoped(_window(cadre.ref)):
        rows = CadreWarning.objects.filter(holds, cadre=cadre.ref)
        fresh = rows.filter(warning__approved_at__gt=now - SHOWN_FOR)
        return list(fresh.select_related("warning__case").order_by("-pk")[:LISTED])


def has_number(cadre: User) -> bool:
    """Whether a message can reach this cadre. A named read across owners."""
    with scoped(_window(cadre.ref)):
        return CadreNumber.objects.filter(cadre=cadre.ref).exists()


def _window(actor: UUID) -> Scope:
    """The police's rows, for one question of somebody who is none of them."""
    return Scope(actor=actor, kinds=(OwnerKind.POLICE.value,))
