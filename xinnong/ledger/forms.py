"""What is filled in on the pages of the books."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.core.money import NotAnAmount, parse_yuan
from xinnong.ledger.models import KEY_LENGTH, Assertion

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
