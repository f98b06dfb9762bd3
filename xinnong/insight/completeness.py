"""How many households each data class reaches, department by department, small cells as bounds."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xinnong.analytics.contracts import load_contracts
from xinnong.insight.drawing import TENTHS, bound_of, tenths
from xinnong.insight.suppression import LEAST
from xinnong.sources.wording import deliverer_name, in_language
from xinnong.web import figures as write
from xinnong.web.charts.marks import Amount, Bars, bars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xinnong.profiles.models import SourceCompleteness


@dataclass(frozen=True, slots=True)
class Department:
    """A deliverer: how many classes it delivers, from least to most reach, and a bar for each."""

    name: str
    summary: str
    chart: Bars


def by_department(rows: Sequence[SourceCompleteness]) -> list[Department]:
    """Group the classes by who delivers them, both in the order of the contracts."""
    contracts = load_contracts()
    known = [row for row in rows if row.source_class in contracts]
    groups: defaultdict[str, list[Amount]] = defaultdict(list)
    for row in sorted(known, key=lambda row: contracts[row.source_class].number):
        groups[contracts[row.source_class].deliverer].append(_reached(row))
    return [
        _department(at, deliverer_name(deliverer), amounts)
        for at, (deliverer, amounts) in enumerate(groups.items())
    ]


def _department(at: int, name: str, amounts: Sequence[Amount]) -> Department:
    chart = bars(
        amounts,
        ident=f"completeness-{at}",
        title=_("%(department)s：各类数据覆盖的农户") % {"department": name},
        description=_("有至少一条记录的农户占全部农户的比例。"),
        headings=(_("数据类"), _("占比")),
        ceiling=TENTHS,
    )
    return Department(name, _summary(amounts), chart)


def _summary(amounts: Sequence[Amount]) -> str:
    """Name the least and the greatest reach as they are written in the bars, bounds included."""
    ordered = sorted(amounts, key=lambda amount: amount.number or 0)
    low, high = ordered[0].text, ordered[-1].text
    reach = low if low == high else _("%(low)s 到 %(high)s") % {"low": low, "high": high}
    words = ngettext("%(count)s 类，覆盖 %(reach)s", "%(count)s 类，覆盖 %(reach)s", len(amounts))
    return words % {"count": len(amounts), "reach": reach}


def _reached(row: SourceCompleteness) -> Amount:
    """The share of households a class reaches; fewer than ten, or all but so few, is a bound."""
    part, whole = row.households_with_fact, row.households
    number, text = tenths(part, whole), write.percent(part, whole)
    if 0 < part < LEAST or 0 < whole - part < LEAST:
        bound, text = bound_of(part, whole)
        number = bound or 0
    contract = load_contracts()[row.source_class]
    return Amount(in_language(contract.title_zh, contract.title_en), number, text)
