"""What is filled in about the credit bureau: a month, a consent, a notice."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.lending.forms.loans import SumField
from xinnong.lending.models import ToldHow

MOST_REFERENCE = 64


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget)


class MonthForm(forms.Form):
    """Which month is reported."""

    month = forms.RegexField(
        r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
        label=_("报送月份"),
        widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-03"}),
        error_messages={"invalid": _("请填月份，例如 2026-03。")},
    )

    def clean_month(self) -> date:
        """The first day of the month."""
        return date.fromisoformat(f"{self.cleaned_data['month']}-01")


class ConsentForm(forms.Form):
    """The borrower's written consent."""

    consented_on = _day(_("授权日期"))
    paper = SumField(label=_("授权书扫描件"))


class NoticeForm(forms.Form):
    """The borrower was told."""

    told_on = _day(_("告知日期"))
    how = forms.ChoiceField(label=_("怎么告知的"), choices=ToldHow.choices)
    reference = forms.CharField(
        label=_("凭证编号"),
        max_length=MOST_REFERENCE,
        help_text=_("例如挂号信编号、短信回执号；不要写个人情况。"),
    )


class StatisticsForm(forms.Form):
    """The day whose end is counted."""

    on = _day(_("截至"))

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        self.today = today

    def clean_on(self) -> date:
        """No day to come."""
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError(_("日期不能晚于今天。"))
        return on
