"""What the author of a product fills in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_SOURCE = 20_000


class SourceForm(forms.Form):
    """The whole product as text: one place to read, compare and change."""

    source = forms.CharField(
        label=_("产品内容"),
        max_length=LONGEST_SOURCE,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 40, "spellcheck": "false", "class": "source", "wrap": "off"}
        ),
        help_text=_("金额写元，利率写年百分数带六位小数，例如 “4.100000”。"),
    )
