"""Letters about a late loan as PDF, in Chinese: what is owed, by when, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from xinnong.accounts.models import Institution
from xinnong.lending.loan_facts import OWED
from xinnong.lending.models import LetterKind
from xinnong.lending.papers import LANGUAGE
from xinnong.lending.queries.borrowers import borrower_names
from xinnong.lending.queries.loans import figures_day, settlement_quote
from xinnong.lending.queries.products import product_of
from xinnong.lending.wording import title_of
from xinnong.web import figures
from xinnong.web.typesetting import set_record

if TYPE_CHECKING:
    from datetime import date, datetime

    from xinnong.lending.models import Loan

WIDTHS: Final = [1, 2]


def set_letter(loan: Loan, *, kind: str, pay_by: date, number: str, now: datetime) -> bytes:
    """Set a letter to the borrower. Raises TypesettingFailed."""
    with translation.override(LANGUAGE):
        data = letter_data(loan, kind=kind, pay_by=pay_by, number=number, now=now)
    return set_record(data, made_at=now)


def letter_data(
    loan: Loan, *, kind: str, pay_by: date, number: str, now: datetime
) -> dict[str, object]:
    """What stands in a letter, in the language that is switched on."""
    institution = Institution.objects.get(code=loan.institution)
    quote = settlement_quote(loan, on=figures_day(loan.institution, timezone.localdate(now)))
    owed = {name: amount for name, amount in quote.owed.items() if amount}
    rows = [[str(OWED[name]), figures.yuan(amount)] for name, amount in owed.items()]
    rows.append([_("合计"), figures.yuan(sum(owed.values()))])
    name = borrower_names([loan.person]).get(loan.person, "")
    today = timezone.localdate(now)
    return {
        "title": str(LetterKind(kind).label),
        "number": _("编号：%(number)s") % {"number": number},
        "lender": institution.name,
        "footer": _("只寄给借款人本人；拆错的请退回。"),
        "sections": [
            _section("", _opening(loan, name, quote.on)),
            _section(_("现在要还的"), [], rows),
            _section("", _asking(kind, pay_by)),
        ],
        "signature": [institution.name, today.isoformat()],
    }


def _section(
    title: str, lines: list[str], rows: list[list[str]] | None = None
) -> dict[str, object]:
    return {"title": title, "lines": lines, "columns": [], "widths": WIDTHS, "rows": rows or []}


def _opening(loan: Loan, name: str, on: date) -> list[str]:
    return [
        _("%(name)s：") % {"name": name},
        _(
            "您于 %(drawn)s 在我行用的%(title)s（借款 %(amount)s，合同编号 %(contract)s），"
            "到 %(on)s 有到期没有还的款项。"
        )
        % {
            "drawn": loan.disbursed_on,
            "title": title_of(product_of(loan.product)),
            "amount": figures.yuan(loan.principal_minor),
            "contract": loan.contract_ref,
            "on": on,
        },
    ]


def _asking(kind: str, pay_by: date) -> list[str]:
    lines = [
        _("请在 %(day)s 以前，用本人的银行卡在手机上还，或到网点还。以后每天还会加罚息。")
        % {"day": pay_by},
        _("一时还不上的，请尽早来商量：可以谈展期、分期或续贷，不收费用。"),
    ]
    if kind == LetterKind.FINAL:
        lines.append(
            _("过了这一天还没有还、也没有来商量的，我行将按合同要求提前还清，并可以向法院起诉。")
        )
    lines += [
        _("逾期会如实记入征信；对欠款有不同意见的，可以到网点核对，或要求书面答复。"),
        _(
            "我行的人不会在晚上十点到早上八点之间催收，也不会找您的亲友、邻居催收。遇到请拒绝并告诉我们。"
        ),
        _("我行的人不会向您要密码和验证码，也不会要您把钱打到个人账户。"),
    ]
    return lines
