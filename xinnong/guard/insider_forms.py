"""Forms of the watch over our own users."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.guard.models import InsiderVerdict, RulebookMode
from xinnong.outreach.forms import VillageField


class InsiderLabelForm(forms.Form):
    """What a reviewer says came of a case."""

    verdict = forms.ChoiceField(label=_("认定"), choices=InsiderVerdict.choices)
    reason = forms.CharField(
        label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    close = forms.BooleanField(label=_("同时结案"), required=False)


class CanaryForm(forms.Form):
    """Where an invented household stands, and the name of its head."""

    village = VillageField()
    head_name = forms.CharField(
        label=_("户主姓名（编的）"), min_length=2, max_length=4,
        help_text=_("不要用真人的姓名。家里其他人、证件号由系统编；没有电话和地址，不会打扰任何人。"),
    )  # fmt: skip


class InsiderRulesForm(forms.Form):
    """The next version of the rules, and how it runs."""

    source = forms.CharField(
        label=_("规则全文（TOML）"),
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
    )
    mode = forms.ChoiceField(label=_("怎么运行"), choices=RulebookMode.choices)
