"""What is filled in: without sign-in eight digits, a village or a number; at work teams and visits."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.areas.places import places
from xinnong.core.outreach import number_in
from xinnong.outreach.models import ChannelKind, Purpose
from xinnong.outreach.published_rules import issuers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

MOST_TYPED = 64
MOST_PHOTO_BYTES = 200 * 1024
MOST_PEOPLE = 10_000


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


class SumField(forms.FileField):
    """A scanned paper, taken as its SHA-256; the file itself stays in the own archive."""

    def __init__(self, *, label: Any) -> None:
        super().__init__(
            label=label, help_text=_("只记下文件的校验码，不保存文件；原件请自行存档。")
        )

    def clean(self, data: Any, initial: Any = None) -> str:
        """Sixty-four hexadecimal digits."""
        digest = hashlib.sha256()
        for chunk in super().clean(data, initial).chunks():
            digest.update(chunk)
        return digest.hexdigest()


class PhotoField(forms.FileField):
    """A small picture of a face, JPEG or PNG."""

    def clean(self, data: Any, initial: Any = None) -> bytes | None:
        """The picture's bytes; None where none was sent."""
        sent = super().clean(data, initial)
        if not sent:
            return None
        if sent.size > MOST_PHOTO_BYTES:
            raise forms.ValidationError(_("照片不能超过 200 KB，请压缩后再传。"))
        picture: bytes = sent.read()
        if not picture.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
            raise forms.ValidationError(_("照片要是 JPEG 或 PNG。"))
        return picture


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget)


def _time(label: Any, initial: str) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, widget=widget, initial=initial)


def _count(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST_PEOPLE)


class TeamForm(forms.Form):
    """A new team."""

    name = forms.CharField(label=_("队伍名称"), max_length=64)
    subcontractor = forms.ChoiceField(label=_("由谁派出"), required=False)

    def __init__(self, data: Any, *, firms: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        field: Any = self.fields["subcontractor"]
        field.choices = [("", _("本渠道自己的人")), *firms]


class SubcontractorForm(forms.Form):
    """A firm that works in the channel's name."""

    name = forms.CharField(label=_("委托公司"), max_length=128)
    contract_number = forms.CharField(label=_("委托合同编号"), max_length=64)
    contract_sha256 = SumField(label=_("委托合同扫描件"))
    valid_until = _day(_("合同到期"))


class AgentForm(forms.Form):
    """A person of a team."""

    name = forms.CharField(label=_("姓名"), max_length=64)
    number = forms.RegexField(
        r"^1[3-9][0-9]{9}$",
        label=_("手机号"),
        help_text=_("加密保存，页面上只显示后四位。"),
        error_messages={"invalid": _("请填 11 位手机号。")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    is_leader = forms.BooleanField(label=_("是队长"), required=False)
    photo = PhotoField(
        label=_("正面照片"),
        required=False,
        help_text=_("村民会拿来对人，JPEG 或 PNG，200 KB 以内。"),
    )


class ActivityForm(forms.Form):
    """A visit of one team."""

    purpose = forms.ChoiceField(label=_("来做什么"), choices=Purpose.choices)
    villages = forms.MultipleChoiceField(
        label=_("哪些村"),
        choices=village_choices,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("同一乡镇，可以选几个；电脑上按住 Ctrl 多选。"),
        error_messages={"invalid_choice": _("没有这个村，请从名单里选。")},
    )
    place = forms.CharField(label=_("在哪里办"), max_length=64)
    on = _day(_("哪天"))
    begins = _time(_("几点开始"), "09:00")
    ends = _time(_("几点结束"), "16:00")
    expected = forms.IntegerField(label=_("预计多少人"), min_value=1, max_value=MOST_PEOPLE)
    agents = forms.MultipleChoiceField(
        label=_("谁去"), widget=forms.CheckboxSelectMultiple, required=False
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(
        self, data: Any, *, agents: Sequence[tuple[str, str]], may: Collection[str]
    ) -> None:
        """`may`: purposes that this channel can be approved for; they stand first."""
        super().__init__(data)
        people: Any = self.fields["agents"]
        people.choices = agents
        purpose: Any = self.fields["purpose"]
        purpose.choices = sorted(Purpose.choices, key=lambda each: each[0] not in may)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("原因"), max_length=200)


class HeadsForm(forms.Form):
    """How many people came, as a cadre saw it."""

    heads = _count(_("到场人数"))


class ReportForm(forms.Form):
    """What a channel says it did."""

    served = _count(_("服务了多少人"))
    activations = _count(_("激活了多少个凭证"))
    messages_sent = _count(_("发了多少条验证码短信"))


class LicenceForm(forms.Form):
    """Letting an institution send teams."""

    institution = forms.ChoiceField(label=_("机构"))
    kind = forms.ChoiceField(label=_("渠道类型"), choices=ChannelKind.choices)
    purposes = forms.MultipleChoiceField(
        label=_("授权做什么"), choices=Purpose.choices, widget=forms.CheckboxSelectMultiple
    )
    licence_number = forms.CharField(label=_("授权文号"), max_length=64)
    licence_sha256 = SumField(label=_("授权文件扫描件"))
    licensed_from = _day(_("授权开始"))
    licensed_until = _day(_("授权到期"))
    call_back = forms.RegexField(
        r"^[0-9-]{3,32}$",
        label=_("回拨核实电话"),
        error_messages={"invalid": _("电话只写数字和短横。")},
    )

    def __init__(self, data: Any, files: Any, *, places: Sequence[tuple[str, str]]) -> None:
        super().__init__(data, files)
        field: Any = self.fields["institution"]
        field.choices = places

    def clean(self) -> dict[str, Any]:
        """A licence ends after it begins."""
        told: dict[str, Any] = super().clean() or {}
        first, last = told.get("licensed_from"), told.get("licensed_until")
        if first and last and last < first:
            self.add_error("licensed_until", _("结束日期要晚于开始日期。"))
        return told


class RenewForm(forms.Form):
    """Another end of a licence, by another paper; an earlier day shortens it."""

    licence_number = forms.CharField(label=_("授权文号"), max_length=64)
    licence_sha256 = SumField(label=_("授权文件扫描件"))
    licensed_until = _day(_("授权到期"))

    def __init__(self, data: Any, files: Any, *, since: date) -> None:
        super().__init__(data, files)
        self.since = since

    def clean_licensed_until(self) -> date:
        """It ends no earlier than it began."""
        until: date = self.cleaned_data["licensed_until"]
        if until < self.since:
            raise forms.ValidationError(_("结束日期要晚于开始日期。"))
        return until


class DocumentForm(forms.Form):
    """A letter or notice for the register."""

    issuer = forms.ChoiceField(
        label=_("发文单位"), choices=lambda: [(each.code, each.name) for each in issuers().values()]
    )
    number = forms.CharField(label=_("文号"), max_length=64)
    title = forms.CharField(label=_("标题"), max_length=128)
    issued_on = _day(_("发文日期"))
    valid_until = _day(_("有效期到"))
    villages = forms.MultipleChoiceField(
        label=_("适用的村"),
        choices=village_choices,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=_("不选就是全县。"),
    )
    file_sha256 = SumField(label=_("文件扫描件"))

    def clean_number(self) -> str:
        """A number has letters or digits in it."""
        number: str = self.cleaned_data["number"]
        if not number_in(number):
            raise forms.ValidationError(_("文号里没有字。"))
        return number

    def clean(self) -> dict[str, Any]:
        """A letter is valid from its day on."""
        told: dict[str, Any] = super().clean() or {}
        first, last = told.get("issued_on"), told.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("有效期要晚于发文日期。"))
        return told


class PhoneForm(forms.Form):
    """Whose phone."""

    agent = forms.ChoiceField(label=_("哪位队员"))

    def __init__(self, data: Any, *, agents: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        field: Any = self.fields["agent"]
        field.choices = [("", _("请选队员")), *agents]


class RevokeKeyForm(forms.Form):
    """A key whose private part may be with somebody else."""

    key = forms.ChoiceField(label=_("哪把密钥"))
    reason = forms.CharField(label=_("怎么发现的"), max_length=200)

    def __init__(self, data: Any, *, keys: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        field: Any = self.fields["key"]
        field.choices = [("", _("请选密钥")), *keys]


class KeyForm(forms.Form):
    """Which kind of key is made."""

    algorithm = forms.ChoiceField(
        label=_("算法"), choices=[("ed25519", "Ed25519"), ("es256", "ES256 (P-256)")]
    )
