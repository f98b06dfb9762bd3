"""What an accountant fills in about the bank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.core.payments import Encoding, Form
from xinnong.lending.bank_files import MEBIBYTE, MOST_BYTES
from xinnong.lending.forms.loans import KeyedForm, YuanField
from xinnong.lending.models import BreakState, LineState, PaymentState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xinnong.lending.models import OwnAccount

FORMS = [(Form.CSV.value, "CSV"), (Form.JSONL.value, "JSON Lines")]
ENCODINGS = [(Encoding.UTF8.value, "UTF-8"), (Encoding.GB18030.value, "GB18030")]


class BankFileField(forms.FileField):
    """A file of a bank, as the place where it was put; too large a one is not looked into."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", _("CSV、XLSX 或 JSON Lines，第一张表；UTF-8 或 GB18030。"))
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The upload, streamed to disk."""
        found = super().clean(data, initial)
        if found.size > MOST_BYTES:
            said = _("文件超过 %(limit)s MB，请按天导出。") % {"limit": MOST_BYTES // MEBIBYTE}
            raise forms.ValidationError(said)
        return found


class SendForm(KeyedForm):
    """In which form the waiting payments go out, and from which account."""

    account = forms.ChoiceField(label=_("付款账户"))
    form = forms.ChoiceField(label=_("文件格式"), choices=FORMS)
    encoding = forms.ChoiceField(label=_("编码"), choices=ENCODINGS)

    def __init__(self, data: Any = None, *, accounts: Sequence[OwnAccount], **options: Any) -> None:
        super().__init__(data, **options)
        named = [(each.number, f"{each.bank} {each.number}") for each in accounts]
        self.fields["account"].choices = named  # type: ignore[attr-defined]


class OwnAccountForm(forms.Form):
    """An account of the lender's own."""

    bank = forms.CharField(label=_("开户行"), max_length=64)
    number = forms.CharField(label=_("账号"), max_length=40)


class ResultsForm(forms.Form):
    """The bank's answers."""

    file = BankFileField(label=_("银行回盘文件"))


class SettleForm(forms.Form):
    """What an answer that fits nothing turned out to be."""

    result = forms.UUIDField(widget=forms.HiddenInput)
    note = forms.CharField(label=_("查明的情况"), max_length=200)


class OrdersForm(forms.Form):
    """Which payments are listed."""

    state = forms.ChoiceField(
        label=_("进度"), required=False, choices=[("", _("全部")), *PaymentState.choices]
    )

    def chosen(self) -> str:
        """The state asked for; what is no state lists nothing."""
        return self.cleaned_data["state"] if self.is_valid() else "unknown"


class PayBackForm(KeyedForm):
    """How much of what is held goes back."""

    amount = YuanField(label=_("退还金额（元）"), least_minor=1)


class StatementForm(forms.Form):
    """A statement of an own account."""

    account = forms.ChoiceField(label=_("哪个账户"))
    file = BankFileField(label=_("对账单文件"))

    def __init__(
        self, data: Any = None, files: Any = None, *, accounts: Sequence[OwnAccount], **options: Any
    ) -> None:
        super().__init__(data, files, **options)
        named = [(each.number, f"{each.bank} {each.number}") for each in accounts]
        self.fields["account"].choices = named  # type: ignore[attr-defined]


class LinesForm(forms.Form):
    """Which lines are listed; by default those that wait for somebody."""

    state = forms.ChoiceField(
        label=_("进度"), required=False, choices=[("", _("等人处理的")), *LineState.choices]
    )

    def chosen(self) -> str:
        """The state asked for; what is no state lists nothing."""
        return self.cleaned_data["state"] if self.is_valid() else "unknown"


class CoreFileForm(forms.Form):
    """A core's nightly file, and the day whose end it speaks of."""

    as_of = forms.DateField(
        label=_("日终日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    file = BankFileField(label=_("核心文件"))


class BreaksForm(forms.Form):
    """Which breaks are listed; by default those that stand."""

    state = forms.ChoiceField(
        label=_("进度"), required=False, choices=[("", _("还在的差异")), *BreakState.choices]
    )

    def chosen(self) -> str:
        """The state asked for; what is no state lists nothing."""
        return self.cleaned_data["state"] if self.is_valid() else "unknown"


class ExplainBreakForm(forms.Form):
    """Why the core and we differ."""

    explanation = forms.CharField(label=_("差异原因"), max_length=200)


class AssignForm(forms.Form):
    """The loan that a line's money is for."""

    loan_number = forms.CharField(
        label=_("贷款编号"), max_length=20, help_text=_("L 加 13 位数字，在贷款页上。")
    )
