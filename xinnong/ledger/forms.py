"""What is filled in on the pages of the books."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.core.money import NotAnAmount, parse_yuan
from xinnong.ledger.chart import chart, kind_name
from xinnong.ledger.models import KEY_LENGTH, Assertion
from xinnong.ledger.services import CORE_FILE_BYTES, CORE_TEXT, CoreCodeSaid, read_core_file

CORE_TEXT_WHOLE: Final = rf"^{CORE_TEXT}\Z"
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def new_key() -> str:
    """The key of a form as it is shown, so that sending it twice does it once."""
    return str(uuid4())


class DayForm(forms.Form):
    """The day of a trial balance."""

    on = forms.DateField(label=_("截至"), required=False, widget=DAY)


class SpanForm(forms.Form):
    """The days of a statement."""

    from_on = forms.DateField(label=_("从"), required=False, widget=DAY)
    until = forms.DateField(label=_("到"), required=False, widget=DAY)

    def span(self, today: date) -> tuple[date, date]:
        """The days asked for; by default this year until today."""
        asked = self.cleaned_data if self.is_valid() else {}
        until = asked.get("until") or today
        return asked.get("from_on") or until.replace(month=1, day=1), until


class AssertForm(forms.Form):
    """What a statement from outside says."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=KEY_LENGTH)
    source = forms.ChoiceField(label=_("依据"), choices=Assertion.Source.choices)
    business_on = forms.DateField(label=_("日终余额日期"), widget=DAY)
    expected = forms.CharField(
        label=_("对方余额（元）"),
        max_length=24,
        help_text=_("按账户的正常方向填写，可带两位小数。"),
    )
    reference = forms.CharField(label=_("单据号"), max_length=64, required=False)

    def clean_expected(self) -> int:
        """Yuan as fen."""
        try:
            return parse_yuan(self.cleaned_data["expected"])
        except NotAnAmount:
            raise forms.ValidationError(_("请写金额，例如 1234.50。")) from None


class ExplainForm(forms.Form):
    """Why a balance differs."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=KEY_LENGTH)
    explanation = forms.CharField(label=_("差异原因"), max_length=200)


class CloseForm(forms.Form):
    """The month to close, by any of its days."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=KEY_LENGTH)
    month = forms.DateField(label=_("要结的月份（填其中一天）"), widget=DAY)


class CoreCodeForm(forms.Form):
    """The core's code for one kind and product."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=KEY_LENGTH)
    kind = forms.ChoiceField(label=_("科目"))
    product = forms.RegexField(
        CORE_TEXT_WHOLE,
        label=_("产品"),
        required=False,
        help_text=_("不填就是这个科目的全部产品。"),
    )
    core_code = forms.RegexField(
        CORE_TEXT_WHOLE,
        label=_("核心代码"),
        required=False,
        help_text=_("字母、数字、点和横线，最多 32 位；不填就用科目表的代码。"),
    )

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        kinds = [(kind.code, f"{kind.code} {kind_name(kind)}") for kind in chart().values()]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]

    def said(self) -> list[CoreCodeSaid]:
        """The one code."""
        said = self.cleaned_data
        return [CoreCodeSaid(said["kind"], said["product"], said["core_code"])]


class CoreFileForm(forms.Form):
    """A file with many codes; too large a one is not looked into."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=KEY_LENGTH)
    file = forms.FileField(
        label=_("CSV 文件"), help_text=_("第一行写 kind,product,core_code；最大 256 KB。")
    )

    def said(self) -> list[CoreCodeSaid]:
        """The rows of the file. Raises what reading them raises."""
        return read_core_file(self.cleaned_data["file"].read(CORE_FILE_BYTES + 1))
