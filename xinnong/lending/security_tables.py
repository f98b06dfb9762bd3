"""Guarantors and mortgaged things as tables and definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from xinnong.core.collateral import KINDS, haircuts_on
from xinnong.lending import wording
from xinnong.lending.loan_tables import day
from xinnong.lending.models import CollateralState, GuarantorState
from xinnong.lending.queries.securities import (
    GUARANTEE,
    MORTGAGE,
    covers_minor,
    live_collateral,
    live_guarantors,
    owners_of,
    values_of,
)
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from xinnong.lending.models import Application, Collateral, Guarantor

GUARANTOR_TONES: Mapping[str, str] = {GuarantorState.SIGNED: "good", GuarantorState.NAMED: "warn"}
COLLATERAL_TONES: Mapping[str, str] = {
    CollateralState.REGISTERED: "good", CollateralState.NAMED: "warn",
}  # fmt: skip


def secured_by(application: Application) -> str:
    """Who and what stands behind an application, in a line; "" where nothing is asked for."""
    if application.security == GUARANTEE:
        named = [each.name for each in live_guarantors(application)]
    elif application.security == MORTGAGE:
        named = [each.label for each in live_collateral(application)]
    else:
        return ""
    return wording.listed(named) or _("还没有登记，去登记")


def guarantors_table(found: Sequence[Guarantor]) -> Table:
    """Who answers for the loan, for how much, and whether they signed."""
    columns = [
        Column(_("保证人")), Column(_("担保金额"), is_figure=True),
        Column(_("一年的收入"), is_figure=True), Column(_("家底"), is_figure=True),
        Column(_("同意书日期")), Column(_("状态")),
    ]  # fmt: skip
    rows = [
        [
            Cell(each.name, note=wording.word(each.kind)),
            Cell(figures.whole_yuan(each.amount_minor)),
            Cell("—" if each.income_minor is None else figures.whole_yuan(each.income_minor)),
            Cell(
                "—" if each.net_assets_minor is None else figures.whole_yuan(each.net_assets_minor)
            ),
            Cell(day(each.consented_on)),
            Cell(each.get_state_display(), tone=GUARANTOR_TONES.get(each.state, "plain")),
        ]
        for each in found
    ]
    return Table(_("保证人"), columns, rows, empty_title=_("还没有保证人"),
                 empty_hint=_("请保证人带身份证、收入凭证和书面同意书到场登记。"))  # fmt: skip


def thing_facts(thing: Collateral, *, on: date) -> list[Definition]:
    """Everything on record about one thing."""
    table = haircuts_on(on)
    cut = table.percent.get(thing.kind) if table else None
    owners = owners_of(thing)
    facts = [
        Definition(_("什么"), wording.word(thing.kind), note=thing.label),
        Definition(_("产权证号或编号"), thing.certificate, note=wording.word(thing.registry)),
        Definition(
            _("所有权人"), wording.listed(owner.name for owner in owners) or "—",
            note=_("登记 %(all)s 位，已同意 %(consented)s 位")
            % {"all": thing.owners_count, "consented": len(owners)},
            tone="" if len(owners) >= thing.owners_count else "warn",
        ),
        *(
            Definition(
                _("估价"), figures.whole_yuan(value.value_minor),
                note=f"{wording.word(f'value.{value.method}')} · {value.valuer} · {day(value.valued_on)}",
            )
            for value in values_of(thing)
        ),
        Definition(_("在先的抵押"), figures.whole_yuan(thing.prior_minor)),
        Definition(
            _("折算后能担保"), figures.whole_yuan(covers_minor(thing, on=on)),
            note=_("取较低的估价，打去 %(cut)s%%，再减在先的抵押") % {"cut": cut}
            if cut is not None else "",
        ),
        Definition(_("查档"), thing.search_reference, note=day(thing.searched_on)),
    ]  # fmt: skip
    return [*facts, *_secured_facts(thing)]


def _secured_facts(thing: Collateral) -> list[Definition]:
    facts = []
    if thing.insured_until is not None:
        facts.append(
            Definition(
                _("保险"), thing.insurer, note=f"{thing.policy_number} · {day(thing.insured_until)}"
            )
        )
    elif KINDS[thing.kind].is_insured:
        facts.append(Definition(_("保险"), _("还没办"), tone="warn"))
    if thing.registered_on is not None:
        facts.append(Definition(_("抵押登记"), thing.registration, note=day(thing.registered_on)))
    if thing.cancelled_on is not None:
        facts.append(Definition(_("注销登记"), thing.cancellation, note=day(thing.cancelled_on)))
    return facts


def insurances_table(found: Sequence[Collateral], names: Mapping[UUID, str]) -> Table:
    """Insurance to renew, the first to end first."""
    columns = [Column(_("借款人")), Column(_("抵押物")), Column(_("保险")), Column(_("保到哪天"))]
    rows = [
        [
            Cell(
                names.get(each.person, "—"),
                url=reverse("lending:security", args=[each.application.ref]),
            ),
            Cell(wording.word(each.kind), note=each.label),
            Cell(each.insurer, note=each.policy_number),
            Cell(day(each.insured_until) if each.insured_until else "—", tone="warn"),
        ]
        for each in found
    ]
    return Table(
        _("保险快到期的抵押物"), columns, rows,
        empty_title=_("没有快到期的保险"),
        empty_hint=_("到期前 30 天会出现在这里，续保并登记新保单后消失。"),
    )  # fmt: skip


def releases_table(found: Sequence[Collateral], names: Mapping[UUID, str]) -> Table:
    """Mortgages whose registration is to be cancelled, the oldest first."""
    columns = [
        Column(_("借款人")), Column(_("抵押物")), Column(_("抵押登记")), Column(_("登记日期")),
    ]  # fmt: skip
    rows = [
        [
            Cell(
                names.get(each.person, "—"),
                url=reverse("lending:security", args=[each.application.ref]),
            ),
            Cell(wording.word(each.kind), note=each.label),
            Cell(each.registration),
            Cell(day(each.registered_on) if each.registered_on else "—"),
        ]
        for each in found
    ]
    return Table(
        _("待注销的抵押"), columns, rows,
        empty_title=_("没有待注销的抵押"),
        empty_hint=_("贷款结清以后，要注销的抵押会出现在这里，办完才消失。"),
        is_caption_hidden=True,
    )  # fmt: skip
