"""尽职免责 file of one loan in words: who did what when, on which grounds; as a page and as PDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from xinnong.accounts.models import Institution
from xinnong.lending import wording
from xinnong.lending.aftercare_tables import contact_text, reminder_text
from xinnong.lending.loan_facts import class_text
from xinnong.lending.loan_tables import day, moment, reports_table, wish_of
from xinnong.lending.models import DecisionKind, RepaymentState
from xinnong.lending.papers import LANGUAGE
from xinnong.lending.queries.borrowers import borrower_names, staff_names
from xinnong.lending.queries.collecting import promise_states
from xinnong.lending.queries.loans import figures_day
from xinnong.lending.queries.products import product_of
from xinnong.lending.reasons import reasons_of
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Table
from xinnong.web.typesetting import set_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.utils.functional import _StrPromise

    from xinnong.lending.models import Decision, LoanCheck
    from xinnong.lending.queries.diligence import Dossier

WIDTHS: Final = [4, 3, 4, 9]
MOST_REMINDERS: Final = 60
CHANGES: Final[Mapping[str, _StrPromise]] = {
    "loan.draw": _l("放款"),
    "loan.rate": _l("调整利率"),
    "loan.pause": _l("停息"),
    "loan.extend": _l("展期"),
    "loan.restructure": _l("重组"),
    "loan.renewed": _l("续贷结清"),
    "loan.prepay": _l("提前还款，改还款计划"),
    "loan.settle": _l("提前结清"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done."""

    when: str
    who: str
    what: str
    grounds: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """Steps of one phase; `nothing` says what is missing where there are none."""

    title: str
    steps: Sequence[Step]
    nothing: str


class _Names:
    """Names of the staff; somebody the reader may not know stands as a dash."""

    def __init__(self, found: Dossier) -> None:
        self._names = staff_names(found.people())

    def __call__(self, ref: UUID | None) -> str:
        return "—" if ref is None else self._names.get(ref, "—")


def chapters_of(found: Dossier) -> list[Chapter]:
    """The file in the order of 贷款三查, in the language that is switched on."""
    who = _Names(found)
    parts: Sequence[tuple[str, Callable[[Dossier, _Names], Iterator[Step]], str]] = (
        (_("一、申请和当时所知"), _application, _("没有申请记录（不是在本系统申请的）。")),
        (_("二、贷前调查"), _investigation, _("没有上门调查记录。")),
        (_("三、审查和决定"), _decisions, _("没有审批记录。")),
        (_("四、签约和放款"), _contract, _("没有合同记录。")),
        (_("五、贷后检查"), _checks, _("还没有检查记录。")),
        (_("六、还款、提醒和催收"), _collection, _("没有提醒和催收。")),
        (_("七、分类变化、变更和预警"), _changes, _("分类没有变过，合同没有变更。")),
    )
    return [Chapter(title, list(steps(found, who)), nothing) for title, steps, nothing in parts]


def _application(found: Dossier, who: _Names) -> Iterator[Step]:
    asked = found.application
    if asked is None:
        return
    wish = "；".join(f"{each.term} {each.value}" for each in wish_of(asked)[:6])
    yield Step(moment(asked.submitted_at), who(asked.submitted_by), _("提交申请"), wish)
    if asked.known_at is None or asked.line_minor is None:
        return
    facts = _(
        "授信 %(line)s，等级 %(grade)s，得分 %(points)s；政策 %(policy)s，评分卡 %(card)s"
    ) % {
        "line": figures.whole_yuan(asked.line_minor),
        "grade": asked.grade,
        "points": asked.points,
        "policy": asked.policy_sha256[:12],
        "card": asked.scorecard_sha256[:12] or "—",
    }
    yield Step(moment(asked.known_at), "—", _("当时所知的资料"), facts)


def _investigation(found: Dossier, who: _Names) -> Iterator[Step]:
    for each in found.visits:
        facts = _("用途 %(use)s，测算需要 %(need)s，结论：%(finding)s；照片 %(photos)s") % {
            "use": wording.purpose_text(each.purpose),
            "need": figures.whole_yuan(each.need_minor),
            "finding": each.get_finding_display(),
            "photos": wording.listed(photo[:12] for photo in each.photos),
        }
        people = wording.listed(who(ref) for ref in (each.first_by, each.second_by))
        yield Step(day(each.visited_on), people, _("两人上门调查"), facts)
    if found.reports and not found.visits:
        yield Step("—", "—", _("两人上门调查"), _("没有上门调查记录。"))
    table = reports_table(found.reports)
    for row, report in zip(table.rows, found.reports, strict=True):
        named = zip(table.columns[1:], row[1:], strict=True)
        facts = _("；").join(f"{column.label} {cell.text}" for column, cell in named)
        yield Step(moment(report.asked_at), who(report.asked_by), _("查询征信报告"), facts)


def _decisions(found: Dossier, who: _Names) -> Iterator[Step]:
    for each in found.decisions:
        by = each.get_kind_display() if each.kind == DecisionKind.AUTO else who(each.decided_by)
        yield Step(
            moment(each.decided_at), str(by), str(each.get_outcome_display()), _grounds(each)
        )


def _grounds(decision: Decision) -> str:
    rate = decision.rate_percent
    said = [
        figures.whole_yuan(decision.amount_minor),
        _("%(months)s 个月") % {"months": decision.months},
        *([wording.rate_text(rate)] if rate is not None else []),
        *(str(reason.says) for reason in reasons_of(decision)),
    ]
    return _("；").join(said)


def _contract(found: Dossier, who: _Names) -> Iterator[Step]:
    contract = found.contract
    if contract is not None:
        yield Step(
            moment(contract.drafted_at), who(contract.drafted_by), _("拟合同"),
            _("条款校验码 %(sum)s") % {"sum": contract.sha256[:16]},
        )  # fmt: skip
        for each in found.conditions:
            facts = f"{wording.word(each.code)}（{wording.evidence_text(each.evidence)[:24]}）"
            yield Step(moment(each.met_at), who(each.met_by), _("确认放款条件"), facts)
        if contract.signed_at is not None:
            facts = _("%(how)s；身份核验 %(check)s，照片 %(photo)s，签字页 %(scan)s") % {
                "how": contract.get_signed_how_display(),
                "check": contract.identity_check,
                "photo": contract.photo or "—",
                "scan": contract.scan_sha256[:12] or "—",
            }
            yield Step(moment(contract.signed_at), who(contract.officer), _("签约"), facts)
    for hold in found.lifted:
        assert hold.lifted_at is not None, "only holds that were lifted"
        facts = f"{hold.get_kind_display()}；{hold.get_called_how_display()}"
        yield Step(moment(hold.lifted_at), who(hold.lifted_by), _("回访本人后放行"), facts)
    loan = found.loan
    paid = _("%(amount)s，年利率 %(rate)s，到期 %(ends)s") % {
        "amount": figures.yuan(loan.principal_minor),
        "rate": wording.rate_text(loan.rate_percent),
        "ends": day(loan.original_matures_on),
    }
    by = found.versions[0].made_by if found.versions else None
    yield Step(moment(loan.drawn_at), who(by), _("放款"), paid)


def _checks(found: Dossier, who: _Names) -> Iterator[Step]:
    for each in found.checks:
        yield _check(each, who)


def _check(check: LoanCheck, who: _Names) -> Step:
    due = _("第 %(n)s 次检查，应在 %(day)s 前做") % {"n": check.n, "day": day(check.due_on)}
    if check.done_at is None:
        return Step("—", who(check.officer), due, _("还没有做"))
    facts = f"{check.get_found_display()}；{check.said}"
    if check.photos:
        facts += "；" + _("照片 %(photos)s") % {
            "photos": wording.listed(photo[:12] for photo in check.photos)
        }
    return Step(moment(check.done_at), who(check.done_by), due, facts)


def _collection(found: Dossier, who: _Names) -> Iterator[Step]:
    on = figures_day(found.loan.institution, timezone.localdate())
    states = promise_states(found.loan, found.contacts, on=on)
    steps = [
        (each.recorded_at.isoformat(), Step(
            moment(each.at), who(each.by), str(each.get_kind_display()),
            contact_text(each, states.get(each.pk)),
        ))
        for each in found.contacts
    ]  # fmt: skip
    steps += [
        (each.on.isoformat() + "~", Step(day(each.on), "—", _("日终提醒"), reminder_text(each)))
        for each in found.reminders[-MOST_REMINDERS:]
    ]
    for paid in found.repayments:
        facts = f"{figures.yuan(paid.amount_minor)}；{paid.get_channel_display()}"
        if paid.state == RepaymentState.REVERSED:
            facts += f"；{paid.get_state_display()}"
        row = Step(moment(paid.booked_at), who(paid.booked_by), _("还款"), facts)
        steps.append((paid.booked_at.isoformat(), row))
    yield from (step for _at, step in sorted(steps, key=lambda each: each[0]))


def _changes(found: Dossier, who: _Names) -> Iterator[Step]:
    for version in found.versions[1:]:
        what = str(CHANGES.get(version.reason, version.reason))
        facts = _("第 %(n)s 版条款") % {"n": version.version}
        yield Step(moment(version.made_at), who(version.made_by), what, facts)
    for change in found.classes:
        facts = _("%(before)s → %(after)s，逾期 %(days)s 天") % {
            "before": class_text(change.before),
            "after": class_text(change.after),
            "days": change.days_past_due,
        }
        yield Step(day(change.on), "—", _("五级分类变化"), facts)
    for said in found.alerts:
        facts = f"{said.get_state_display()}；{said.reason}"
        yield Step(moment(said.decided_at), who(said.decided_by), _("预警处理"), facts)


def table_of(chapter: Chapter) -> Table:
    """One chapter on the page."""
    columns = [Column(_("时间")), Column(_("谁")), Column(_("做了什么")), Column(_("依据"))]
    rows = [
        [Cell(each.when), Cell(each.who), Cell(each.what), Cell(each.grounds)]
        for each in chapter.steps
    ]
    return Table(
        chapter.title, columns, rows, empty_title=chapter.title, empty_hint=chapter.nothing
    )


def set_file(found: Dossier, *, by: str, now: datetime) -> bytes:
    """The file as PDF, in Chinese. Raises TypesettingFailed."""
    with translation.override(LANGUAGE):
        data = _file_data(found, by, now)
    return set_record(data, made_at=now)


def _file_data(found: Dossier, by: str, now: datetime) -> dict[str, object]:
    loan = found.loan
    institution = Institution.objects.get(code=loan.institution)
    name = borrower_names([loan.person]).get(loan.person, "")
    headings = [_("时间"), _("谁"), _("做了什么"), _("依据")]
    about = [
        _("借款人 %(name)s；产品 %(title)s %(version)s 版；状态 %(state)s；合同编号 %(contract)s。")
        % {
            "name": name,
            "title": wording.title_of(product_of(loan.product)),
            "version": loan.product.version,
            "state": loan.get_state_display(),
            "contract": loan.contract_ref,
        }
    ]
    sections = [
        {
            "title": chapter.title,
            "lines": [] if chapter.steps else [chapter.nothing],
            "columns": headings if chapter.steps else [],
            "widths": WIDTHS,
            "rows": [[s.when, s.who, s.what, s.grounds] for s in chapter.steps],
        }
        for chapter in chapters_of(found)
    ]
    opening = {"title": "", "lines": about, "columns": [], "widths": WIDTHS, "rows": []}
    return {
        "title": _("贷款尽职档案"),
        "number": _("贷款编号：%(ref)s") % {"ref": loan.ref},
        "lender": institution.name,
        "footer": _("%(by)s 于 %(at)s 打印；只汇集系统里已有的记录，没有改动。")
        % {"by": by, "at": moment(now)},
        "sections": [opening, *sections],
        "signature": [institution.name],
    }
