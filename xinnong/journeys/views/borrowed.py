"""What the reader's own lender has to do with a household: applications and loans, and no other's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from xinnong.accounts.permissions import Permission
from xinnong.journeys.access import lender_of
from xinnong.lending.loan_facts import LOAN_TONES
from xinnong.lending.loan_tables import APPLICATION_TONES, day, moment, title_of
from xinnong.lending.queries.borrowers import borrower_names
from xinnong.lending.queries.households import (
    applications_of_household,
    due_now_minor,
    loans_of_household,
)
from xinnong.lending.queries.products import product_of
from xinnong.lending.wording import title_of as product_title
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from xinnong.accounts.models import User
    from xinnong.lending.models import Application, Loan
    from xinnong.registry.models import Household

SEEN = ("applications", "loans")
"""What a reading of this part is remembered as."""


def borrowing_context(home: Household, user: User) -> dict[str, object]:
    """Tables of applications and loans; nothing for people who handle no lender's loans."""
    lender = lender_of(user)
    if not lender or not user.can(Permission.HANDLE_LOANS):
        return {}
    asked = applications_of_household(home.pk, institution=lender)
    loans = loans_of_household(home.pk, institution=lender)
    names = borrower_names([*(each.person for each in asked), *(each.person for each in loans)])
    return {
        "applications": _applications_table(asked, names),
        "loans": _loans_table(loans, names),
    }


def _applications_table(found: Sequence[Application], names: Mapping[UUID, str]) -> Table:
    columns = [
        Column(_("产品")), Column(_("借款人")), Column(_("金额"), is_figure=True),
        Column(_("提交时间")), Column(_("状态")),
    ]  # fmt: skip
    rows = [
        [
            Cell(title_of(each), url=reverse("lending:application", args=[each.ref])),
            Cell(names.get(each.person, "—")),
            Cell(figures.whole_yuan(each.amount_minor)),
            Cell(moment(each.submitted_at)),
            Cell(each.get_state_display(), tone=APPLICATION_TONES.get(each.state, "plain")),
        ]
        for each in found
    ]
    return Table(
        _("本行的贷款申请"), columns, rows, empty_title=_("没有向本行申请过"),
        empty_hint=_("本人来时，在“柜台办理”里替他录入。"),
    )  # fmt: skip


def _loans_table(found: Sequence[Loan], names: Mapping[UUID, str]) -> Table:
    columns = [
        Column(_("产品")), Column(_("借款人")), Column(_("借了多少"), is_figure=True),
        Column(_("放款日")), Column(_("最后到期日")), Column(_("现在该还"), is_figure=True),
        Column(_("状态")),
    ]  # fmt: skip
    owed = due_now_minor(found)
    rows = [
        [
            Cell(
                product_title(product_of(each.product)),
                url=reverse("lending:loan", args=[each.ref]),
            ),
            Cell(names.get(each.person, "—")),
            Cell(figures.whole_yuan(each.principal_minor)),
            Cell(day(each.disbursed_on)),
            Cell(day(each.matures_on)),
            Cell(figures.yuan(owed.get(each.pk, 0))),
            Cell(each.get_state_display(), tone=LOAN_TONES.get(each.state, "plain")),
        ]
        for each in found
    ]
    return Table(
        _("本行的贷款"), columns, rows, empty_title=_("没有借过本行的钱"),
        empty_hint=_("合同生效、用了款以后，会出现在这里。"),
    )  # fmt: skip
