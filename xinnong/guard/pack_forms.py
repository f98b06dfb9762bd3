"""What officers fill in about packs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.core.packs import LONGEST_SAID, MOST_BYTES, MOST_DAYS
from xinnong.guard.order_forms import KeyedForm


class PartnerForm(forms.Form):
    """Another county's police with both of its keys."""

    county = forms.RegexField(
        label=_("县代码（六位）"),
        regex=r"^[0-9]{6}$",
        error_messages={"invalid": _("请填邻县的六位行政区划代码。")},
    )
    name = forms.CharField(label=_("单位名称"), max_length=64)
    public_key = forms.CharField(
        label=_("验签公钥"),
        max_length=64,
        help_text=_("Ed25519，64 位十六进制，当面或另一条途径核对。"),
    )
    sealing_key = forms.CharField(
        label=_("封装公钥"), max_length=64, help_text=_("X25519，64 位十六进制，同样核对。")
    )


class PackForm(KeyedForm):
    """What a neighbouring police gets, and why."""

    partner = forms.ChoiceField(label=_("发给"))
    devices = forms.MultipleChoiceField(
        label=_("团伙用的手机设备"), required=False, widget=forms.CheckboxSelectMultiple
    )
    numbers = forms.MultipleChoiceField(
        label=_("团伙自己用的号码（不要选受害人的）"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    vehicle = forms.CharField(label=_("车牌（知道就写）"), max_length=8, required=False)
    said = forms.CharField(
        label=_("怎么作案"), max_length=LONGEST_SAID, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("几个人、怎么来、说什么、怎么开账号；不写受害人。"),
    )  # fmt: skip
    days = forms.IntegerField(
        label=_("请对方监看几天"), min_value=1, max_value=MOST_DAYS, initial=30
    )
    reason = forms.CharField(label=_("为什么要发"), max_length=200)

    def __init__(self, data: Any = None, **choices: list[tuple[str, str]]) -> None:
        super().__init__(data)
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered


class TakePackForm(forms.Form):
    """A file from another county; its length is looked at before it is read."""

    file = forms.FileField(label=_("协查包文件"))

    def clean_file(self) -> bytes:
        """Its bytes, one more than allowed where it is longer: the rules say so by name."""
        data: bytes = self.cleaned_data["file"].read(MOST_BYTES + 1)
        return data


class EntryForm(forms.Form):
    """One identifier of a pack, and why it is opened."""

    entry = forms.ChoiceField(label=_("标识（标记）"))
    reason = forms.CharField(label=_("为什么要看"), max_length=200)

    def __init__(self, data: Any = None, *, entries: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["entry"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = entries
