"""What stands under a loan's summary on the staff page, one question at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import user_of
from xinnong.ledger.chart import kind_of
from xinnong.ledger.queries import balances_now, on_normal_side
from xinnong.ledger.reasons import reason_words
from xinnong.lending.aftercare_tables import reminders_list
from xinnong.lending.loan_facts import (
    classes_table,
    original_table,
    repayments_table,
    schedule_of,
    schedule_table,
)
from xinnong.lending.loan_tables import day, moment
from xinnong.lending.queries.collecting import letters_of, reminders_of
from xinnong.lending.queries.contracts import contract_by_ref, paper_of
from xinnong.lending.queries.loan_books import MOST_JOURNALS, accounts_of_loan, journals_of_loan
from xinnong.lending.queries.securities import collateral_of, guarantors_of
from xinnong.lending.security_tables import guarantors_table, thing_facts
from xinnong.lending.views.servicing import notes_table, steps_of
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest

    from xinnong.lending.loan_facts import LoanFacts
    from xinnong.lending.models import Loan
    from xinnong.web.tables import Definition

DEFAULT = "schedule"
MOST_REMINDERS = 3
"""The newest ones; older ones stand in the collection record."""


@dataclass(frozen=True, slots=True)
class Tab:
    """What one tab shows: tables, facts under a heading, links, and steps."""

    tables: list[Table] = field(default_factory=list)
    facts: list[tuple[str, list[Definition]]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    steps: list[tuple[str, Any]] = field(default_factory=list)


NAMES: Mapping[str, Any] = {
    "schedule": _l("还款计划"),
    "original": _l("最初计划"),
    "payments": _l("往来"),
    "ledger": _l("账务"),
    "classes": _l("五级分类"),
    "security": _l("担保"),
    "files": _l("材料"),
    "notes": _l("备注"),
    "steps": _l("可以办的事"),
}


def tab_context(request: HttpRequest, facts: LoanFacts) -> dict[str, Any]:
    """The tabs that the reader may open and the one that is asked for. Raises Http404."""
    chosen = request.GET.get("tab", DEFAULT)
    names = {
        code: name
        for code, name in NAMES.items()
        if code != "ledger" or user_of(request).can(Permission.READ_LEDGER)
    }
    if chosen not in names:
        raise Http404
    return {
        "tabs": [(code, name, code == chosen) for code, name in names.items()],
        "tab": SHOWN[chosen](facts),
    }


def read_of(request: HttpRequest) -> tuple[str, ...]:
    """What the tab shows of people beside the loan itself, for the log of reads."""
    return ("guarantors", "collateral") if request.GET.get("tab") == "security" else ()


def _schedule(facts: LoanFacts) -> Tab:
    return Tab([schedule_of(facts)])


def _original(facts: LoanFacts) -> Tab:
    changed = original_table(facts.loan)
    return Tab([changed or schedule_table(facts.dues, _("最初的还款计划"))])


def _payments(facts: LoanFacts) -> Tab:
    loan, said = facts.loan, reminders_list(reminders_of(facts.loan, most=MOST_REMINDERS))
    return Tab(
        [repayments_table(loan)],
        [(_("给借款人的提醒"), said)] if said else [],
        [(reverse("lending:loan_statement", args=[loan.ref]), _("对账单"))],
    )


def _ledger(facts: LoanFacts) -> Tab:
    return Tab([_accounts_table(facts.loan), _journals_table(facts.loan)])


def _accounts_table(loan: Loan) -> Table:
    rows = [
        [
            Cell(_kind(each.kind), url=reverse("ledger:statement", args=[each.ref])),
            Cell(figures.yuan(on_normal_side(each, *balances_now(each)))),
        ]
        for each in accounts_of_loan(loan)
    ]
    columns = [Column(_("科目")), Column(_("余额"), is_figure=True)]
    return Table(_("这笔贷款自己的账户"), columns, rows, empty_title=_("这笔贷款没有自己的账户"))


def _kind(code: str) -> str:
    kind = kind_of(code)
    return f"{code} {kind.en if figures.is_english() else kind.zh}"


def _journals_table(loan: Loan) -> Table:
    rows = [
        [
            Cell(day(each.business_on), url=reverse("ledger:journal", args=[each.ref])),
            Cell(reason_words(each.reason)),
        ]
        for each in journals_of_loan(loan)
    ]
    caption = _("最近 %(most)s 张凭证") % {"most": MOST_JOURNALS}
    columns = [Column(_("记账日")), Column(_("事由"))]
    return Table(caption, columns, rows, empty_title=_("还没有凭证"))


def _classes(facts: LoanFacts) -> Tab:
    return Tab([classes_table(facts.loan)])


def _security(facts: LoanFacts) -> Tab:
    contract = contract_by_ref(facts.loan.contract_ref)
    if contract is None:
        return Tab([guarantors_table([])])
    asked, today = contract.application, timezone.localdate()
    things = [(each.label, thing_facts(each, on=today)) for each in collateral_of(asked)]
    people = guarantors_of(asked)
    return Tab(
        [guarantors_table(people)] if people or not things else [],
        things,
        [(reverse("lending:security", args=[asked.ref]), _("担保登记"))],
    )


def _files(facts: LoanFacts) -> Tab:
    loan, contract = facts.loan, contract_by_ref(facts.loan.contract_ref)
    links = [
        (reverse("lending:loan_statement", args=[loan.ref]), _("对账单")),
        (reverse("lending:loan_file", args=[loan.ref]), _("尽职档案")),
        (reverse("lending:loan_file_paper", args=[loan.ref]), _("尽职档案（PDF）")),
    ]
    if contract is not None and paper_of(contract) is not None:
        links.insert(0, (reverse("lending:paper", args=[contract.ref]), _("合同（PDF）")))
    rows = [
        [
            Cell(each.get_kind_display(), url=reverse("lending:letter_paper", args=[each.ref])),
            Cell(moment(each.made_at)),
        ]
        for each in letters_of(loan)
    ]
    columns = [Column(_("函件")), Column(_("时间"))]
    return Tab([Table(_("函件"), columns, rows, empty_title=_("没有寄过函件"))], links=links)


def _notes(facts: LoanFacts) -> Tab:
    write = reverse("lending:change_loan", args=[facts.loan.ref, "note"])
    return Tab([notes_table(facts.loan)], links=[(write, _("写备注"))])


def _steps(facts: LoanFacts) -> Tab:
    return Tab(steps=steps_of(facts.loan))


SHOWN: Mapping[str, Callable[[LoanFacts], Tab]] = {
    "schedule": _schedule,
    "original": _original,
    "payments": _payments,
    "ledger": _ledger,
    "classes": _classes,
    "security": _security,
    "files": _files,
    "notes": _notes,
    "steps": _steps,
}
