"""The borrower's own repayment: what it would do, in plain words, before any money moves."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xinnong.accounts.visibility import user_of
from xinnong.core.waterfall import COMPONENTS
from xinnong.lending.forms.loans import RepayForm
from xinnong.lending.loan_facts import OWED, schedule_table
from xinnong.lending.models import LoanState, PayChannel
from xinnong.lending.services.contract_repayments import foresee_repayment, repay_loan
from xinnong.lending.services.repaying import Excess
from xinnong.web import figures
from xinnong.web.tables import Definition

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from django.http import HttpRequest

    from xinnong.lending.loan_facts import LoanFacts
    from xinnong.lending.models import LoanDue
    from xinnong.lending.services.previewing import Foreseen

PAY, SETTLE, CONFIRM = "repay", "settle", "confirm"


@dataclass(frozen=True, slots=True)
class OwnRepayment:
    """What a borrower asks to pay. The amount of a settlement is ours to say."""

    facts: LoanFacts
    amount_minor: int
    excess: Excess
    settles: bool
    key: UUID

    def carry_out(self, request: HttpRequest) -> object:
        """Take the money. Raises what `repay_loan` raises."""
        return repay_loan(
            actor=user_of(request), loan=self.facts.loan, amount_minor=self.amount_minor,
            channel=PayChannel.CARD.value, now=timezone.now(), key=self.key, excess=self.excess,
            settles=self.settles,
        )  # fmt: skip

    def foresee(self, request: HttpRequest) -> tuple[Foreseen, str]:
        """What it would do, and the mark of the loan that was looked at. Raises the same."""
        effect, state = foresee_repayment(
            actor=user_of(request), loan=self.facts.loan, now=timezone.now(),
            act=lambda: self.carry_out(request),
        )  # fmt: skip
        said = f"{state} {self.amount_minor} {self.excess} {self.settles}"
        return effect, hashlib.sha256(said.encode()).hexdigest()


def asked_of(request: HttpRequest, facts: LoanFacts, form: RepayForm) -> OwnRepayment:
    """From the form, or from the page that showed its effect."""
    said = form.cleaned_data
    step = request.POST.get("step")
    settles = SETTLE in {step, request.POST.get("means")}
    amount = said["amount"] or 0
    if settles and step != CONFIRM:
        amount = facts.quote.total_minor
    return OwnRepayment(facts, amount, Excess(said["excess"]), settles, said["key"])


def in_plain_words(asked: OwnRepayment, effect: Foreseen) -> dict[str, Any]:
    """What the page says of it."""
    again = {"amount": asked.amount_minor, "excess": asked.excess.value, "key": asked.key}
    return {
        "form": RepayForm(initial=again),
        "amount_minor": asked.amount_minor,
        "means": SETTLE if asked.settles else PAY,
        "spent": _spent(effect),
        "afterwards": _afterwards(asked, effect),
        "ends": effect.after.loan.state == LoanState.SETTLED,
        "changed": _changed(effect, asked.facts.on),
    }


def _spent(effect: Foreseen) -> list[Definition]:
    """Where the money goes, part by part; nothing that is nothing."""
    spent = {
        name: sum(part.amount_minor for part in effect.parts if part.component == name)
        for name in COMPONENTS
    }
    said = [Definition(OWED[name], figures.yuan(spent[name])) for name in COMPONENTS if spent[name]]
    prepaid = sum(each.prepaid_minor for each in effect.paid)
    held = sum(each.held_minor for each in effect.paid)
    if prepaid:
        said.append(Definition(_("其中是提前还的"), figures.yuan(prepaid)))
    if held:
        note = _("先替您放着，到还款日自动扣，不用再存；也可以请客户经理退回您的卡。")
        said.append(Definition(_("多出来的"), figures.yuan(held), note=note))
    return said


def _afterwards(asked: OwnRepayment, effect: Foreseen) -> list[Definition]:
    """What stays owed, what comes next, and what paying early saves."""
    principal = sum(part.amount_minor for part in effect.parts if part.component == "principal")
    left = asked.facts.principal_minor - principal
    said = [Definition(_("还欠本金"), figures.yuan(left))]
    if effect.after.owed_minor:
        note = _("这部分已经到期，没还完每天还要加罚息。")
        owed = figures.yuan(effect.after.owed_minor)
        said.append(Definition(_("到期的还差"), owed, note=note))
    coming = next((due for due in effect.after.dues if due.on > asked.facts.on), None)
    if coming is not None and effect.after.loan.state == LoanState.ACTIVE:
        said.append(Definition(_("下一次还款"), _dated(coming)))
    return said + _saved(effect)


def _dated(due: LoanDue) -> str:
    amount = figures.yuan(due.principal_minor + due.interest_minor + due.fee_minor)
    return _("%(day)s，要还 %(amount)s") % {"day": date_format(due.on), "amount": amount}


def _saved(effect: Foreseen) -> list[Definition]:
    """Interest and instalments that a repayment before its day makes fall away."""
    if not any(each.prepaid_minor for each in effect.paid):
        return []
    saved = _interest(effect.before.dues) - _interest(effect.after.dues)
    said = [Definition(_("提前还，一共少付利息"), figures.yuan(saved))]
    fewer = len(effect.before.dues) - len(effect.after.dues)
    if fewer > 0 and effect.after.loan.state == LoanState.ACTIVE:
        said.append(Definition(_("往后少还的期数"), figures.count(fewer)))
    return said


def _interest(dues: Sequence[LoanDue]) -> int:
    return sum(due.interest_minor for due in dues)


def _changed(effect: Foreseen, on: date) -> Any:
    """What is to be paid after a day where the money changes it; nothing where it stays, or ends."""

    def agreed(due: LoanDue) -> tuple[object, ...]:
        return due.on, due.principal_minor, due.interest_minor, due.fee_minor

    before, after = (
        [due for due in dues if due.on > on] for dues in (effect.before.dues, effect.after.dues)
    )
    stays = list(map(agreed, before)) == list(map(agreed, after))
    if stays or effect.after.loan.state != LoanState.ACTIVE:
        return None
    return schedule_table(after, _("以后这样还"))
