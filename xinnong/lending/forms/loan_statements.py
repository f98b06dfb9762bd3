"""The days of a loan's statement."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.lending.queries.loan_statements import usual_span

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SpanForm(forms.Form):
    """From one day until another; by default the last twelve months."""

    from_on = forms.DateField(label=_("从"), required=False, widget=DAY)
    until = forms.DateField(label=_("到"), required=False, widget=DAY)

    def clean(self) -> dict[str, Any]:
        """The first day may not come after the last."""
        said = super().clean() or self.cleaned_data
        first, last = said.get("from_on"), said.get("until")
        if first and last and first > last:
            raise forms.ValidationError(_("开始日期不能晚于结束日期。"))
        return said

    def span(self, today: date) -> tuple[date, date] | None:
        """The days that were asked for; None where they cannot be read."""
        if not self.is_valid():
            return None
        until = self.cleaned_data["until"] or today
        return self.cleaned_data["from_on"] or usual_span(until)[0], until
