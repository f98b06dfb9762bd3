"""What a credit officer fills in to change a running loan."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.lending import wording
from xinnong.lending.forms.loans import KeyedForm, RepayForm, YuanField
from xinnong.lending.models import Cause, Difficulty, PayChannel
from xinnong.lending.queries.loans import loan_by_number
from xinnong.lending.services.proposing import EASING_METHODS

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from xinnong.lending.models import Loan


class DayField(forms.DateField):
    """A day, chosen from a calendar."""

    def __init__(self, *, label: str | _StrPromise) -> None:
        day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(label=label, widget=day)


def rate_field() -> forms.DecimalField:
    """A yearly rate in percent."""
    return forms.DecimalField(
        label=_("新的年利率（%）"), min_value=0, max_digits=9, decimal_places=6
    )


def cause_field(label: str | _StrPromise, *causes: Cause) -> forms.ChoiceField:
    """Why something is put right."""
    return forms.ChoiceField(label=label, choices=[(each.value, each.label) for each in causes])


def evidence_field(label: str | _StrPromise) -> forms.CharField:
    """The number of a paper."""
    return forms.CharField(label=label, max_length=64)


def channel_field(label: str | _StrPromise, *channels: PayChannel) -> forms.ChoiceField:
    """How money comes."""
    return forms.ChoiceField(label=label, choices=[(each.value, each.label) for each in channels])


class RepayingForm(RepayForm):
    """Money across the counter or held for the customer, or what settles today."""

    channel = channel_field(_("怎么交的"), PayChannel.CASH, PayChannel.TRANSFER, PayChannel.HELD)
    settles = forms.BooleanField(label=_("今天全部结清（不用填金额）"), required=False)


class RateForm(KeyedForm):
    """Another rate from today on."""

    rate_percent = rate_field()


class UntilForm(KeyedForm):
    """Until when interest pauses, or to when the last instalment is put off."""

    until_on = DayField(label=_("到哪一天"))


class WriteOffForm(KeyedForm):
    """Why a loan is lost."""

    difficulty = forms.ChoiceField(label=_("什么原因"), choices=Difficulty.choices)
    evidence = evidence_field(_("凭证编号"))


class RestructureForm(WriteOffForm):
    """Easier terms."""

    method = forms.ChoiceField(
        label=_("怎么还"),
        choices=[(each.value, wording.METHODS[each.value]) for each in EASING_METHODS],
    )
    months = forms.IntegerField(label=_("从今天起还几个月"), min_value=1, max_value=120)
    rate_percent = rate_field()
    channel = channel_field(
        _("欠的利息打算怎么交"), PayChannel.TRANSFER, PayChannel.CASH, PayChannel.HELD
    )


class RecoverForm(KeyedForm):
    """Money for a loan that was written off."""

    amount = YuanField(label=_("收回多少（元）"), least_minor=1)
    channel = channel_field(_("怎么交的"), PayChannel.CASH, PayChannel.TRANSFER)


class OfPaymentForm(KeyedForm):
    """Something about one of the loan's payments."""

    repayment = forms.ChoiceField(label=_("更正哪一笔还款"))

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["repayment"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class ReverseForm(OfPaymentForm):
    """Which payment does not count, and why."""

    cause = cause_field(_("为什么冲正"), Cause.BOOKED_TWICE, Cause.NOT_ARRIVED, Cause.WRONG_LOAN)
    evidence = evidence_field(_("凭证编号"))

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]]) -> None:
        super().__init__(data, choices=choices)
        self.fields["repayment"].label = _("冲正哪一笔还款")


class CorrectForm(OfPaymentForm):
    """How a payment should have been booked."""

    counts_from = DayField(label=_("应该记在哪一天"))
    amount = YuanField(label=_("应该是多少（元）"), least_minor=1)
    to_loan = forms.CharField(
        label=_("应该记到哪笔贷款（贷款编号）"), max_length=32, required=False,
        help_text=_("还是这一笔就不用填；编号在贷款页面上，L 开头。"),
    )  # fmt: skip
    cause = cause_field(_("错在哪里"), Cause.WRONG_DAY, Cause.WRONG_AMOUNT, Cause.WRONG_LOAN)
    evidence = evidence_field(_("凭证编号"))

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]], loan: Loan) -> None:
        super().__init__(data, choices=choices)
        self.loan = loan

    def clean_to_loan(self) -> Loan:
        """The loan that is meant: this one where nothing is said."""
        number = str(self.cleaned_data["to_loan"])
        if not number:
            return self.loan
        found = loan_by_number(number, institution=self.loan.institution)
        if found is None:
            raise forms.ValidationError(_("没有这个编号的贷款，请照贷款页面上的编号填。"))
        return found


class ExcuseForm(KeyedForm):
    """Which instalment came late for a technical reason, and when its money came."""

    due_on = forms.ChoiceField(label=_("哪一期晚了"))
    until_on = DayField(label=_("钱哪一天到的"))
    cause = cause_field(_("什么原因"), Cause.PAYMENT_SYSTEM, Cause.OUR_SYSTEM, Cause.OTHER_BANK)
    evidence = evidence_field(_("凭证编号"))

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["due_on"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices or [("", _("还没有到期的期次"))]

    def clean_due_on(self) -> date:
        """As a day."""
        return date.fromisoformat(str(self.cleaned_data["due_on"]))


class RenewForm(KeyedForm):
    """The new contract on which a loan goes on."""

    contract = forms.ChoiceField(
        label=_("用哪份新合同"),
        help_text=_(
            "只列这位借款人已经生效、条件齐全的其他合同；一份也没有，先和借款人签好新合同。"
        ),
    )

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["contract"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices or [("", _("没有可以用的合同"))]


class ConfirmForm(KeyedForm):
    """The second person's word on a proposal."""

    channel = channel_field(
        _("欠的利息怎么交"), PayChannel.TRANSFER, PayChannel.CASH, PayChannel.HELD
    )


class JudgeForm(KeyedForm):
    """What no figure shows."""

    misused = forms.TypedChoiceField(
        label=_("挪用贷款"), required=False, empty_value=None, coerce=lambda said: said == "yes",
        choices=[("", _("不改")), ("yes", _("是")), ("no", _("否"))],
    )  # fmt: skip
    difficulty_over = forms.TypedChoiceField(
        label=_("重组后困难已经解决"), required=False, empty_value=None,
        coerce=lambda said: said == "yes",
        choices=[("", _("不改")), ("yes", _("是")), ("no", _("否"))],
    )  # fmt: skip
    expected_loss_percent = forms.IntegerField(
        label=_("预计损失（%）"), required=False, min_value=0, max_value=100
    )


class NoteForm(KeyedForm):
    """A note on a loan."""

    text = forms.CharField(
        label=_("备注"), max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )
