"""What a step would do to a loan, in words and tables, before it is confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xinnong.core.waterfall import COMPONENTS
from xinnong.ledger.chart import kind_of
from xinnong.lending.loan_facts import OWED, class_text, schedule_table
from xinnong.lending.wording import rate_text
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xinnong.lending.models import LoanDue
    from xinnong.lending.services.previewing import Foreseen


def shown(effect: Foreseen, heading: str = "") -> dict[str, Any]:
    """One loan before and after, as the page of a step lays it out."""
    return {
        "heading": heading,
        "facts": effect_facts(effect),
        "parts": parts_table(effect) if effect.parts else None,
        "moves": moves_table(effect),
        **_schedules(effect),
    }


def _schedules(effect: Foreseen) -> dict[str, Table | str | None]:
    """Both schedules where they differ, else the one that stays."""
    old, new = effect.before.dues, effect.after.dues
    before = schedule_table(old, _("现在的还款计划"))
    if list(map(_agreed, old)) == list(map(_agreed, new)):
        return {"before": before, "after": None, "stays": _("还款计划不变。")}
    return {"before": before, "after": schedule_table(new, _("改后的还款计划")), "stays": ""}


def _agreed(due: LoanDue) -> tuple[object, ...]:
    return due.n, due.on, due.principal_minor, due.interest_minor, due.fee_minor


def effect_facts(effect: Foreseen) -> list[Definition]:
    """What would differ, old beside new."""
    old, new = effect.before, effect.after
    pairs = [
        (_("年利率"), rate_text(old.rates[0]), rate_text(new.rates[0])),
        (_("逾期年利率"), rate_text(old.rates[1]), rate_text(new.rates[1])),
        (_("到期日"), date_format(old.loan.matures_on), date_format(new.loan.matures_on)),
        (_("已到期未还"), figures.yuan(old.owed_minor), figures.yuan(new.owed_minor)),
        (_("状态"), old.loan.get_state_display(), new.loan.get_state_display()),
    ]
    facts = [Definition(term, f"{was} → {now}" if was != now else was) for term, was, now in pairs]
    facts += _money_facts(effect)
    if new.standing is not None:
        least = new.standing.least_class if new.standing.restructured else 1
        word = class_text(max(new.standing.asset_class, least))
        facts.append(Definition(_("五级分类"), word, note=_("日终时按逾期天数和判断重新分类。")))
    return facts


def _money_facts(effect: Foreseen) -> list[Definition]:
    """What came, and what becomes of the part that nothing was owed for."""
    facts = [Definition(_("收到"), figures.yuan(each.amount_minor)) for each in effect.paid]
    prepaid = sum(each.prepaid_minor for each in effect.paid)
    held = sum(each.held_minor for each in effect.paid)
    if prepaid:
        facts.append(Definition(_("其中提前还的"), figures.yuan(prepaid)))
    if held:
        note = _("先替借款人放着，到还款日自动扣；也可以退回本人的卡。")
        facts.append(Definition(_("多出来的"), figures.yuan(held), note=note))
    return facts


def parts_table(effect: Foreseen) -> Table:
    """Where the money goes, instalment by instalment, and what of each stays unpaid."""
    spent: dict[tuple[int, int], dict[str, int]] = {}
    for part in effect.parts:
        of = spent.setdefault((part.repayment_id, part.n), {})
        of[part.component] = of.get(part.component, 0) + part.amount_minor
    goes_on = effect.after.loan.pk == effect.before.loan.pk
    left = effect.after.unpaid if goes_on else {}
    dues = {due.n: due.on for due in (*effect.before.dues, *(effect.after.dues if goes_on else ()))}
    came = {part.repayment_id: part.repayment.on for part in effect.parts}
    rows = [
        [Cell(str(n)), Cell(_day(dues.get(n))), Cell(_day(came[repayment])),
         *_figures([of.get(name, 0) for name in COMPONENTS]),
         *_figures([sum(of.values()), left.get(n, 0)])]
        for (repayment, n), of in spent.items()
    ]  # fmt: skip
    columns = [
        Column(_("期")), Column(_("还款日")), Column(_("哪天的钱")),
        *(Column(OWED[name], is_figure=True) for name in COMPONENTS),
        Column(_("合计"), is_figure=True), Column(_("这期还欠"), is_figure=True),
    ]  # fmt: skip
    return Table(_("这笔钱还到哪里"), columns, rows)


def _figures(amounts: Sequence[int]) -> list[Cell]:
    return [Cell(figures.yuan(amount) if amount else "—") for amount in amounts]


def _day(on: Any) -> str:
    return date_format(on, "SHORT_DATE_FORMAT") if on else "—"


def moves_table(effect: Foreseen) -> Table:
    """What would be booked."""
    rows = [
        [Cell(_account(each.debit.kind)), Cell(_account(each.credit.kind)),
         Cell(figures.yuan(each.amount_minor))]
        for each in effect.moves
    ]  # fmt: skip
    columns = [Column(_("借方")), Column(_("贷方")), Column(_("金额"), is_figure=True)]
    return Table(_("会记的账"), columns, rows, empty_title=_("这一步不记账"))


def _account(code: str) -> str:
    kind = kind_of(code)
    return f"{code} {kind.en if figures.is_english() else kind.zh}"
