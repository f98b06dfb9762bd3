"""Late loans, contacts, checks and alerts as tables and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from xinnong.areas.places import places
from xinnong.core.collecting import BUCKETS, PromiseState
from xinnong.lending import wording
from xinnong.lending.loan_tables import day, moment
from xinnong.lending.models import AlertState, ContactKind, UseFound
from xinnong.lending.queries.products import product_of
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from django.utils.functional import _StrPromise

    from xinnong.lending.models import (
        CollectionContact,
        Loan,
        LoanAlert,
        LoanCheck,
        Reminder,
        Standing,
    )
    from xinnong.web.paging import Pager

PROMISES: Mapping[str, _StrPromise] = {
    PromiseState.OPEN: _l("还没到日子"),
    PromiseState.KEPT: _l("说到做到"),
    PromiseState.PARTLY: _l("只还了一部分"),
    PromiseState.BROKEN: _l("没有兑现"),
    "none": _l("没有承诺"),
}
PROMISE_TONES: Mapping[str, str] = {
    PromiseState.OPEN: "plain",
    PromiseState.KEPT: "good",
    PromiseState.PARTLY: "warn",
    PromiseState.BROKEN: "bad",
}
BUCKET_WORDS: Mapping[str, _StrPromise] = {
    "1-30": _l("1–30 天"),
    "31-60": _l("31–60 天"),
    "61-90": _l("61–90 天"),
    "91-180": _l("91–180 天"),
    "over-180": _l("180 天以上"),
}
FOUND_TONES: Mapping[str, str] = {
    UseFound.AS_STATED: "good",
    UseFound.UNCLEAR: "warn",
    UseFound.MISUSED: "bad",
}
ALERT_TONES: Mapping[str, str] = {
    AlertState.OPEN: "warn",
    AlertState.LOOK_INTO: "bad",
    AlertState.FALSE_ALARM: "good",
}
assert set(BUCKET_WORDS) == set(BUCKETS), "every bucket has words"


def title_of(loan: Loan) -> str:
    """The name of a loan's product."""
    return wording.title_of(product_of(loan.product))


def late_table(rows: Sequence[Standing], names: Mapping[UUID, str], pager: Pager | None) -> Table:
    """Late loans; the borrower's name leads to the loan's collection record."""
    known = places()
    columns = [
        Column(_("借款人")), Column(_("村（社区）")), Column(_("产品")),
        Column(_("逾期天数"), is_figure=True), Column(_("现在要还"), is_figure=True),
        Column(_("上次联系")), Column(_("承诺")), Column(_("下一步")),
    ]  # fmt: skip
    return Table(
        _("逾期贷款"),
        columns,
        [_late_row(each, names, known.label(each.loan.area12)) for each in rows],
        pager=pager,
        empty_title=_("这里没有逾期贷款"),
        empty_hint=_("换一个条件再看；没有逾期就不用催收。"),
    )


def _late_row(row: Standing, names: Mapping[UUID, str], place: str) -> list[Cell]:
    loan, promise = row.loan, row.promise  # type: ignore[attr-defined]  # annotated by the query
    last_at, next_at = row.last_at, row.next_at  # type: ignore[attr-defined]
    promised = "—" if promise == "none" else str(PROMISES[promise])
    return [
        Cell(names.get(loan.person, "—"), url=reverse("lending:collection", args=[loan.ref])),
        Cell(place),
        Cell(title_of(loan)),
        Cell(figures.count(row.days_past_due)),
        Cell(figures.yuan(row.owed_minor)),  # type: ignore[attr-defined]
        Cell(moment(last_at) if last_at else _("还没联系过"), tone="" if last_at else "warn"),
        Cell(
            promised,
            tone=PROMISE_TONES.get(promise, ""),
            note="" if promise == "none" else day(row.promised_on),  # type: ignore[attr-defined]
        ),
        Cell(moment(next_at) if next_at else "—", tone=_late_tone(next_at)),
    ]


def _late_tone(next_at: object) -> str:
    return "bad" if next_at is not None and next_at < timezone.now() else ""  # type: ignore[operator]


def contacts_table(
    contacts: Sequence[CollectionContact],
    states: Mapping[int, PromiseState],
    names: Mapping[UUID, str],
) -> Table:
    """Everything done about a loan, the newest first."""
    columns = [
        Column(_("时间")), Column(_("做了什么")), Column(_("和谁")), Column(_("说了什么")),
        Column(_("当时要还"), is_figure=True), Column(_("下一步")), Column(_("谁做的")),
    ]  # fmt: skip
    rows = [
        [
            Cell(moment(each.at)),
            Cell(each.get_kind_display()),
            Cell(each.get_party_display()),
            Cell(
                contact_text(each, None),
                url=_letter_url(each),
                note=str(PROMISES[states[each.pk]]) if each.pk in states else "",
            ),
            Cell(figures.yuan(each.owed_minor)),
            Cell(
                each.get_next_step_display() or "—",
                note=moment(each.next_at) if each.next_at else "",
            ),
            Cell(names.get(each.by, "—")),
        ]
        for each in contacts
    ]
    return Table(
        _("催收记录"),
        columns,
        rows,
        empty_title=_("还没有催收过"),
        empty_hint=_("先打电话问清原因；只找借款人本人和保证人。"),
    )


def _letter_url(contact: CollectionContact) -> str:
    if contact.kind != ContactKind.LETTER:
        return ""
    return reverse("lending:letter_paper", args=[contact.letter.ref])


def contact_text(contact: CollectionContact, state: PromiseState | None) -> str:
    """What was said; a promise with its amount and day, a letter with its day."""
    if contact.kind == ContactKind.LETTER:
        return _("限 %(day)s 前还") % {"day": contact.said}
    if contact.promised_minor is None or contact.promised_on is None:
        return contact.said
    promised = _("%(day)s 前还 %(amount)s") % {
        "day": day(contact.promised_on),
        "amount": figures.yuan(contact.promised_minor),
    }
    told = f"{promised}；{contact.said}"
    return told if state is None else f"{told}（{PROMISES[state]}）"


def reminder_text(reminder: Reminder) -> str:
    """A reminder as its borrower reads it."""
    amount = figures.yuan(reminder.amount_minor)
    if reminder.kind == "due_tomorrow":
        return _("明天要还 %(amount)s，请把钱存到本人卡上。") % {"amount": amount}
    if reminder.kind == "due_soon":
        return _("再过 7 天要还 %(amount)s。") % {"amount": amount}
    if reminder.kind == "corrected":
        return _("有一笔还款原来记错了，已经更正，现在记的是 %(amount)s。请看还款记录。") % {
            "amount": amount
        }
    if reminder.kind == "undone":
        return _(
            "有一笔 %(amount)s 的还款冲正了，不再算还款。如果这笔钱您真的付了，请带付款凭证来找我们。"
        ) % {"amount": amount}
    if reminder.kind == "excused":
        return _("这次晚到账是技术原因，不算逾期，不收罚息；已收的 %(amount)s 已经退减。") % {
            "amount": amount
        }
    return _("已经晚了 %(days)s 天，现在要还 %(amount)s。有困难请尽早来商量。") % {
        "days": reminder.days_past_due,
        "amount": amount,
    }


def reminders_table(reminders: Sequence[Reminder]) -> Table:
    """Every reminder that went out, the newest first."""
    rows = [[Cell(day(each.on)), Cell(reminder_text(each))] for each in reminders]
    return Table(_("已经提醒过"), [Column(_("日期")), Column(_("提醒了什么"))], rows)


def reminders_list(reminders: Sequence[Reminder]) -> list[Definition]:
    """Reminders by their day."""
    return [Definition(day(each.on), reminder_text(each)) for each in reminders]


def checks_table(
    checks: Sequence[LoanCheck],
    names: Mapping[UUID, str],
    staff: Mapping[UUID, str],
    on: date,
    pager: Pager,
) -> Table:
    """Checks by their day; the borrower's name leads to the check."""
    known = places()
    columns = [
        Column(_("借款人")), Column(_("村（社区）")), Column(_("产品")), Column(_("第几次")),
        Column(_("最晚哪天做")), Column(_("谁负责")), Column(_("结果")),
    ]  # fmt: skip
    rows = [
        [
            Cell(names.get(each.loan.person, "—"), url=reverse("lending:check", args=[each.ref])),
            Cell(known.label(each.loan.area12)),
            Cell(title_of(each.loan)),
            Cell(str(each.n)),
            Cell(day(each.due_on), tone="bad" if each.done_at is None and each.due_on < on else ""),
            Cell(staff.get(each.officer, "—") if each.officer else _("还没有人")),
            Cell(each.get_found_display() or _("待做"), tone=FOUND_TONES.get(each.found, "")),
        ]
        for each in checks
    ]
    return Table(
        _("贷后检查"),
        columns,
        rows,
        pager=pager,
        empty_title=_("没有要做的检查"),
        empty_hint=_("放款后系统会按金额和分类排好检查；换个条件可以看做过的。"),
    )


def check_facts(check: LoanCheck, staff: Mapping[UUID, str]) -> list[Definition]:
    """What a check found, once it is done."""
    if check.done_at is None or check.done_by is None:
        return []
    return [
        Definition(
            _("钱用在哪里"), check.get_found_display(), tone=FOUND_TONES.get(check.found, "")
        ),
        Definition(_("看到什么"), check.said),
        Definition(_("照片"), wording.listed(photo[:16] for photo in check.photos) or "—"),
        Definition(_("谁查的"), staff.get(check.done_by, "—"), note=moment(check.done_at)),
    ]


def alerts_table(alerts: Sequence[LoanAlert], pager: Pager) -> Table:
    """Alerts; what is shared leads to what it is made of."""
    columns = [
        Column(_("发现什么")), Column(_("几个借款人"), is_figure=True), Column(_("哪天发现")),
        Column(_("状态")),
    ]  # fmt: skip
    rows = [
        [
            Cell(each.get_kind_display(), url=reverse("lending:alert", args=[each.ref])),
            Cell(figures.count(each.borrowers)),
            Cell(day(each.found_on)),
            Cell(each.get_state_display(), tone=ALERT_TONES[each.state]),
        ]
        for each in alerts
    ]
    return Table(
        _("借名、冒名预警"),
        columns,
        rows,
        pager=pager,
        empty_title=_("没有这样的预警"),
        empty_hint=_(
            "系统每小时比对收款卡、手机、号码、同户借款、经手人、保证人，和刚放的款三天内有没有替别人还贷款。"
        ),
    )


def members_table(loans: Sequence[Loan], names: Mapping[UUID, str]) -> Table:
    """The drawings that an alert is made of."""
    known = places()
    columns = [
        Column(_("借款人")), Column(_("村（社区）")), Column(_("产品")), Column(_("放款日")),
        Column(_("金额"), is_figure=True), Column(_("状态")),
    ]  # fmt: skip
    rows = [
        [
            Cell(names.get(each.person, "—"), url=reverse("lending:loan", args=[each.ref])),
            Cell(known.label(each.area12)),
            Cell(title_of(each)),
            Cell(day(each.disbursed_on)),
            Cell(figures.yuan(each.principal_minor)),
            Cell(each.get_state_display()),
        ]
        for each in loans
    ]
    return Table(
        _("由这些放款构成"),
        columns,
        rows,
        empty_title=_("不在您管的地方"),
        empty_hint=_("这些放款不在您能看的村里，请上级行处理。"),
    )
