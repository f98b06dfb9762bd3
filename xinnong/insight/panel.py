"""The figures of whoever works with households, on their first page: from file to line."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from xinnong.accounts.models import User
from xinnong.accounts.permissions import Permission
from xinnong.accounts.roles import OwnerKind
from xinnong.credit.models import LineKind
from xinnong.insight.queries import Figures, figures_of
from xinnong.registry.queries import current_run
from xinnong.web import figures
from xinnong.web.panels import Figure, Panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from xinnong.accounts.models import Actor

TOWN_DIGITS = 9


def own_areas_panel(request: HttpRequest) -> Panel | None:
    """Households, pre-approved lines and the own lender's granted lines in one's areas."""
    user = request.user
    if not isinstance(user, User) or not user.can(Permission.FIND_HOUSEHOLDS):
        return None
    title, run = _("我负责的农户"), current_run()
    if run is None:
        return Panel(title, [], note=_("还没有全县结果；部门数据入库并计算后，这里会有数字。"))
    found = figures_of(run, user.area_prefixes)
    kinds = [LineKind.PRE, *([LineKind.GRANTED] if _is_lender(user) else [])]
    by_kind = {
        kind: [found[area, kind] for area in user.area_prefixes if (area, kind) in found]
        for kind in kinds
    }
    households = sum(one.households for one in by_kind[LineKind.PRE])
    shown = [Figure(figures.count(households), _("建档农户"), url=_list(user))]
    shown += [_lined(user, kind, rows, households) for kind, rows in by_kind.items()]
    return Panel(
        title,
        shown,
        note=_("预授信是内部测算，不是承诺；授信已取得授权，可以提供给农户。"),
    )


def _lined(user: Actor, kind: str, rows: Sequence[Figures], households: int) -> Figure:
    lined = sum(one.lined for one in rows)
    label = _("有%(kind)s额度") % {"kind": LineKind(kind).label}
    note = _("占 %(share)s") % {"share": figures.percent(lined, households)}
    return Figure(figures.count(lined), label, note, _list(user, kind=kind, state="lined"))


def _list(user: Actor, **filters: str) -> str:
    """The list behind a figure; for one village or town the list is narrowed to it."""
    prefixes = user.area_prefixes
    if len(prefixes) == 1 and len(prefixes[0]) >= TOWN_DIGITS:
        filters["town"] = prefixes[0][:TOWN_DIGITS]
        if len(prefixes[0]) > TOWN_DIGITS:
            filters["village"] = prefixes[0]
    query = f"?{urlencode(filters)}" if filters else ""
    return reverse("journeys:workbench") + query


def _is_lender(user: Actor) -> bool:
    return user.institution is not None and user.institution.operator.kind == OwnerKind.LENDER
