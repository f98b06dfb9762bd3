"""Applications, decisions, contracts and what waits, as tables and definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xinnong.areas.places import places
from xinnong.core.cost import day_interest_minor, most_interest_minor
from xinnong.core.money import parse_yuan
from xinnong.core.origination import last_day
from xinnong.core.products import late_percent
from xinnong.lending import wording
from xinnong.lending.models import ApplicationState, ContractState, DecisionKind
from xinnong.lending.queries.borrowers import borrower_names
from xinnong.lending.queries.lpr import lpr_percent_on
from xinnong.lending.queries.products import product_of
from xinnong.lending.reasons import reasons_of
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date, datetime
    from decimal import Decimal
    from uuid import UUID

    from xinnong.core.products import Product
    from xinnong.lending.models import (
        Application,
        AuthorityLimit,
        BankCard,
        Contract,
        ContractCondition,
        CreditReportQuery,
        Decision,
        Investigation,
        PaymentHold,
    )
    from xinnong.web.paging import Pager

FEN_A_YUAN = 100
APPLICATION_TONES: Mapping[str, str] = {
    ApplicationState.APPROVED: "good",
    ApplicationState.REFUSED: "bad",
    ApplicationState.IN_REVIEW: "warn",
    ApplicationState.SUBMITTED: "warn",
}
CONTRACT_TONES: Mapping[str, str] = {
    ContractState.IN_FORCE: "good",
    ContractState.DRAFTED: "warn",
    ContractState.SIGNED: "warn",
}


def moment(at: datetime) -> str:
    """A moment as people write it."""
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")


def day(on: date) -> str:
    """A day as people write it."""
    return date_format(on, "SHORT_DATE_FORMAT")


def title_of(application: Application) -> str:
    """The name of the product that was asked for."""
    return wording.title_of(product_of(application.offer.product))


def queue_table(
    found: Sequence[Application], names: Mapping[UUID, str], second: AbstractSet[int], pager: Pager
) -> Table:
    """Applications, newest first; the borrower's name leads to the decision page.

    `second`: the numbers of those that wait for a second person's word.
    """
    known = places()
    columns = [
        Column(_("借款人")), Column(_("村（社区）")), Column(_("产品")),
        Column(_("金额"), is_figure=True), Column(_("期限（月）"), is_figure=True),
        Column(_("来源")), Column(_("提交时间")), Column(_("状态")),
    ]  # fmt: skip
    rows = [
        [
            Cell(
                each.organisation_name or names.get(each.person, "—"),
                url=reverse("lending:application", args=[each.ref]),
            ),
            Cell(known.label(each.area12)),
            Cell(title_of(each)),
            Cell(figures.whole_yuan(each.amount_minor)),
            Cell(str(each.months)),
            Cell(each.get_channel_display()),
            Cell(moment(each.submitted_at)),
            Cell(
                _("等复核") if each.pk in second else each.get_state_display(),
                tone=APPLICATION_TONES.get(each.state, "plain"),
            ),
        ]
        for each in found
    ]
    return Table(
        _("贷款申请"), columns, rows, pager=pager,
        empty_title=_("没有这样的申请"),
        empty_hint=_("换一个状态或来源再看；农户用手机申请，或在柜台录入后，会出现在这里。"),
        is_caption_hidden=True,
    )  # fmt: skip


def wish_of(application: Application) -> list[Definition]:
    """What was asked for."""
    return [
        *_for_whom(application),
        Definition(_("产品"), title_of(application), note=application.offer.product.version),
        Definition(_("金额"), figures.whole_yuan(application.amount_minor)),
        Definition(_("期限"), _("%(months)s 个月") % {"months": application.months}),
        Definition(_("怎么还"), str(wording.METHODS[application.method])),
        Definition(_("用来做什么"), wording.purpose_text(application.purpose)),
        Definition(_("担保方式"), wording.word(application.security)),
        Definition(_("钱打给谁"), wording.word(application.payee)),
        Definition(_("来源"), application.get_channel_display()),
        Definition(_("提交时间"), moment(application.submitted_at)),
        Definition(_("有效期到"), day(application.expires_on)),
    ]


def _for_whom(application: Application) -> list[Definition]:
    if application.organisation is None:
        return []
    signs = borrower_names([application.person]).get(application.person, "")
    return [
        Definition(
            _("谁借"), application.organisation_name,
            note=_("由负责人 %(name)s 签字") % {"name": signs},
        )
    ]  # fmt: skip


def evidence_of(application: Application, promised_minor: int) -> list[Definition]:
    """The facts as they were known when it was handed in, and what is promised by now."""
    if application.line_minor is None or application.known_at is None:
        return [Definition(_("授信"), _("提交时没有授信"))]
    left = max(0, application.line_minor - promised_minor)
    rate = application.line_rate_percent
    return [
        Definition(_("授信额度"), figures.whole_yuan(application.line_minor)),
        Definition(_("已经答应借的"), figures.whole_yuan(promised_minor)),
        Definition(_("还可以借"), figures.whole_yuan(left)),
        Definition(_("额度的年利率"), wording.rate_text(rate) if rate is not None else "—"),
        Definition(_("等级和得分"), f"{application.grade} · {application.points}"),
        Definition(_("资料时间"), moment(application.known_at), note=_("按当时所知，不随后来改动")),
        Definition(_("依据的政策"), application.policy_sha256[:12]),
        Definition(_("依据的评分卡"), application.scorecard_sha256[:12] or "—"),
    ]


def decisions_table(decisions: Sequence[Decision], names: Mapping[UUID, str]) -> Table:
    """Every decision with who took it and why."""
    columns = [
        Column(_("谁决定")), Column(_("结果")), Column(_("金额"), is_figure=True),
        Column(_("年利率"), is_figure=True), Column(_("原因")), Column(_("时间")),
    ]  # fmt: skip
    rows = [
        [
            Cell(
                each.get_kind_display(),
                note="" if each.kind == DecisionKind.AUTO else names.get(each.decided_by, ""),
            ),
            Cell(each.get_outcome_display()),
            Cell(figures.whole_yuan(each.amount_minor)),
            Cell(wording.rate_text(each.rate_percent) if each.rate_percent is not None else "—"),
            Cell(" ".join(str(reason.says) for reason in reasons_of(each)) or "—"),
            Cell(moment(each.decided_at)),
        ]
        for each in decisions
    ]
    return Table(_("决定经过"), columns, rows)


def preview_of(
    application: Application, decision: Decision, product: Product, today: date
) -> list[Definition]:
    """What a contract drafted today would say."""
    rate = decision.rate_percent
    assert rate is not None, "an approval names a rate"
    late = late_percent(product, rate, lpr_percent=lpr_percent_on(today))
    conditions = product.conditions_for(security=application.security, payee=application.payee)
    ends_on = last_day(today, decision.months)
    facts = [
        Definition(_("可以借"), figures.whole_yuan(decision.amount_minor)),
        Definition(_("年利率"), wording.rate_text(rate)),
        Definition(_("逾期年利率"), wording.rate_text(late)),
        Definition(_("期限"), f"{day(today)} – {day(ends_on)}"),
        Definition(_("放款前要办好"), wording.words(conditions)),
        Definition(_("第一次怎么签"), wording.words(product.signing)),
    ]
    if product.cooling_off_days:
        facts.append(Definition(_("冷静期（天）"), str(product.cooling_off_days)))
    return facts


def visits_table(
    visits: Sequence[Investigation], names: Mapping[UUID, str], asked_minor: int
) -> Table:
    """What was seen on the spot; a need below what was asked stands out."""
    columns = [
        Column(_("上门日期")), Column(_("两人")), Column(_("看到的用途")),
        Column(_("按规模测算的需要"), is_figure=True), Column(_("结论")),
    ]  # fmt: skip
    rows = [
        [
            Cell(day(each.visited_on)),
            Cell(wording.listed(names.get(ref, "—") for ref in (each.first_by, each.second_by))),
            Cell(wording.purpose_text(each.purpose)),
            Cell(
                figures.whole_yuan(each.need_minor),
                tone="warn" if each.need_minor < asked_minor else "",
            ),
            Cell(each.get_finding_display()),
        ]
        for each in visits
    ]
    return Table(_("贷前调查"), columns, rows, empty_title=_("还没有上门看过"),
                 empty_hint=_("两个人一起去，拍下现场照片，回来登记。"))  # fmt: skip


def reports_table(reports: Sequence[CreditReportQuery]) -> Table:
    """Askings of the credit report; only this lender sees them."""
    columns = [
        Column(_("查询时间")), Column(_("目的")), Column(_("回执")),
        Column(_("逾期笔数"), is_figure=True), Column(_("在外余额"), is_figure=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(moment(each.asked_at)),
            Cell(each.get_purpose_display()),
            Cell(day(each.reported_on) if each.reported_on else _("等回执")),
            Cell("—" if each.overdue_loans is None else str(each.overdue_loans)),
            Cell("—" if each.owed_minor is None else figures.whole_yuan(each.owed_minor)),
        ]
        for each in reports
    ]
    return Table(_("征信查询"), columns, rows, empty_title=_("还没有查过征信"),
                 empty_hint=_("先请本人签书面授权，再登记查询。"))  # fmt: skip


def contract_facts(contract: Contract, terms: Mapping[str, Any]) -> list[Definition]:
    """The terms as both sides read them."""
    until = contract.cooling_off_until
    facts = [
        Definition(_("可以借"), figures.whole_yuan(contract.limit_minor)),
        Definition(_("年利率"), wording.rate_text(contract.rate_percent)),
        Definition(_("逾期年利率"), wording.rate_text(contract.late_percent)),
        Definition(_("期限"), f"{day(contract.starts_on)} – {day(contract.ends_on)}"),
        Definition(_("怎么还"), wording.method_text(terms)),
        Definition(_("用来做什么"), wording.purpose_text(str(terms["purpose"]))),
        Definition(_("担保方式"), wording.word(contract.security)),
        Definition(_("钱打给谁"), wording.word(contract.payee)),
        *_security(terms),
        Definition(_("条款校验码"), contract.sha256[:16]),
    ]
    if contract.signed_at is not None:
        facts.append(
            Definition(
                _("签约"), contract.get_signed_how_display(), note=moment(contract.signed_at)
            )
        )
    if until is not None:
        facts.append(Definition(_("可以取消到"), day(until)))
    return facts


def _security(terms: Mapping[str, Any]) -> list[Definition]:
    """Which organisation borrows, who answers for the loan, and what is mortgaged, by the terms."""
    borrows = terms.get("organisation")
    return [
        *([Definition(_("谁借"), borrows["name"], note=borrows["uscc"])] if borrows else []),
        *(
            Definition(
                _("保证人"), each["name"], note=figures.yuan(parse_yuan(each["amount_yuan"]))
            )
            for each in terms.get("guarantors", ())
        ),
        *(
            Definition(_("抵押物"), wording.word(each["kind"]), note=each["label"])
            for each in terms.get("collateral", ())
        ),
    ]


def conditions_said(
    wanted: Sequence[str], met: Mapping[str, ContractCondition], *, is_own: bool = False
) -> list[Definition]:
    """What must hold before money leaves, and whether it does; staff also see what shows it."""
    return [
        Definition(
            wording.word(code),
            _("已办好") if code in met else _("还没办"),
            note=wording.evidence_text(met[code].evidence) if code in met and not is_own else "",
            tone="good" if code in met else "warn",
        )
        for code in wanted
    ]


def cards_said(cards: Sequence[BankCard], waiting: Sequence[PaymentHold]) -> list[Definition]:
    """Bound cards by their last four digits, and how long a new one waits."""
    held = {hold.card_id: hold for hold in waiting if hold.card_id}
    return [
        Definition(
            card.bank,
            _("尾号 %(last4)s") % {"last4": card.last4},
            note=_("新绑的卡，%(until)s 以后才能用") % {"until": moment(held[card.pk].held_until)}
            if card.pk in held
            else card.get_verified_how_display(),
        )
        for card in cards
    ]


def limits_table(limits: Sequence[AuthorityLimit], names: Mapping[UUID, str]) -> Table:
    """Limits of authority, the newest first."""
    columns = [
        Column(_("岗位")), Column(_("一人可批"), is_figure=True),
        Column(_("两人可批"), is_figure=True), Column(_("起用日期")), Column(_("提出")),
        Column(_("确认")),
    ]  # fmt: skip
    rows = [
        [
            Cell(each.get_role_display()),
            Cell(figures.whole_yuan(each.alone_minor)),
            Cell(figures.whole_yuan(each.second_minor)),
            Cell(day(each.from_on)),
            Cell(names.get(each.proposed_by, "—")),
            Cell(names.get(each.confirmed_by, "—"))
            if each.confirmed_by
            else Cell(_("已撤回"))
            if each.withdrawn_at
            else Cell(_("等第二人确认"), tone="warn"),
        ]
        for each in limits
    ]
    return Table(_("审批权限"), columns, rows, empty_title=_("还没有设审批权限"),
                 empty_hint=_("没有权限时，谁也不能同意申请。"))  # fmt: skip


def cost_said(
    product: Product, rate_percent: Decimal, amount_minor: int, months: int, today: date
) -> list[Definition]:
    """What a loan would cost, in words that need no arithmetic."""
    ends_on = last_day(today, months)
    most = most_interest_minor(
        amount_minor, rate_percent, from_on=today, until_on=ends_on, day_count=product.day_count
    )
    fen = day_interest_minor(rate_percent, day_count=product.day_count)
    return [
        Definition(_("年利率"), wording.rate_text(rate_percent)),
        Definition(
            _("每 1,000 元用一天的利息"),
            _("%(yuan)s 元") % {"yuan": figures.decimal(fen / FEN_A_YUAN)},
            note=_("用几天算几天"),
        ),
        Definition(
            _("利息最多"),
            figures.yuan(most),
            note=_("一直用到 %(day)s、到期才还本；早还就少付") % {"day": day(ends_on)},
        ),
        Definition(_("最多一共还"), figures.yuan(amount_minor + most)),
        Definition(_("另外的费用"), _("没有另外的费用")),
    ]
