"""What is filled in: without sign-in eight digits, a village or a number; at work teams and visits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.areas.places import places

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_TYPED = 64


def village_choices(prefixes: Iterable[str] = ("",)) -> list[Any]:
    """Villages by town, for a list."""
    known = places()
    return [
        (town.name, [(place.code, place.name) for place in known.villages(town.code, prefixes)])
        for town in known.towns(prefixes)
    ]


class VillageField(forms.ChoiceField):
    """One village of the county."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(
            label=_("哪个村"),
            required=required,
            choices=lambda: [("", _("请选村")), *village_choices()],
            error_messages={"invalid_choice": _("没有这个村，请从名单里选。")},
        )


class CodeForm(forms.Form):
    """Eight digits."""

    code = forms.CharField(
        label=_("工作牌上的8位数字"),
        max_length=MOST_TYPED,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("请输入8位数字。"),
            "max_length": _("号码只有8位，请只输数字。"),
        },
    )


class CodeInVillageForm(CodeForm):
    """Eight digits and the village they are asked for."""

    village = VillageField()


class VillageForm(forms.Form):
    """A village."""

    village = VillageField()


class NumberForm(forms.Form):
    """A document's number."""

    number = forms.CharField(
        label=_("文号"),
        max_length=MOST_TYPED,
        help_text=_("照着文件上的写，例如：穗医保函〔2026〕12号。括号、空格写法不限。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": _("文号没有这么长，请只写文号。")},
    )
