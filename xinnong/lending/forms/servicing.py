"""What a credit officer fills in to change a running loan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.lending import wording
from xinnong.lending.forms.loans import CounterRepayForm, KeyedForm, YuanField
from xinnong.lending.models import Difficulty, PayChannel
from xinnong.lending.services.proposing import EASING_METHODS

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


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


def evidence_field(label: str | _StrPromise) -> forms.CharField:
    """The number of a paper."""
    return forms.CharField(label=label, max_length=64)


class RepayingForm(CounterRepayForm):
    """Money across the counter, or what settles today."""

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


class RecoverForm(KeyedForm):
    """Money for a loan that was written off."""

    amount = YuanField(label=_("收回多少（元）"), least_minor=1)
    channel = forms.ChoiceField(
        label=_("怎么交的"),
        choices=[(each.value, each.label) for each in (PayChannel.CASH, PayChannel.TRANSFER)],
    )


class ReverseForm(KeyedForm):
    """Which repayment is undone."""

    repayment = forms.ChoiceField(label=_("冲正哪一笔还款"))

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["repayment"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


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

    channel = forms.ChoiceField(
        label=_("欠的利息怎么交"),
        choices=[
            (each.value, each.label)
            for each in (PayChannel.TRANSFER, PayChannel.CASH, PayChannel.HELD)
        ],
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
