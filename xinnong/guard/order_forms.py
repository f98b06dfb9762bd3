"""What officers, the bureau and banks fill in about joint orders."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.core.joint_orders import LONGEST_REASON
from xinnong.guard.models import OrderKind, OrderState

LARGEST_NUMBER: Final = 2**31 - 1


class KeyedForm(forms.Form):
    """A form that is sent once: its key comes with the page."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **options: Any) -> None:
        initial = {"key": uuid4(), **options.pop("initial", {})}
        super().__init__(data, initial=initial, **options)


class NoteForm(KeyedForm):
    """What an officer writes into a case's file."""

    text = forms.CharField(
        label=_("写进案卷的话"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )


class OrdersForm(forms.Form):
    """What narrows the list of orders; stands in the address."""

    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), *OrderState.choices]
    )


class OrderForm(KeyedForm):
    """An order about a case's accounts."""

    kind = forms.ChoiceField(
        label=_("处置"), choices=[each for each in OrderKind.choices if each[0] != "restore"]
    )
    targets = forms.MultipleChoiceField(label=_("平台"), widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(label=_("有效几天"), min_value=1, max_value=365, initial=7)
    reason = forms.CharField(
        label=_("理由"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None, *, targets: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["targets"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = targets


class ApproveForm(forms.Form):
    """The second key: of exactly what the page showed."""

    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """Why an order or an appeal is turned down."""

    reason = forms.CharField(label=_("理由"), max_length=300)


class AppealForm(forms.Form):
    """Somebody appeals for an account."""

    account = forms.UUIDField(widget=forms.HiddenInput)
    said = forms.CharField(label=_("申诉内容"), max_length=300)


class RestoreForm(KeyedForm):
    """One click gives an account back."""

    account = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("为什么恢复"), max_length=300)


class TargetForm(forms.Form):
    """A platform that orders go to."""

    code = forms.RegexField(
        label=_("平台代码"), regex=r"^[\w.-]{1,40}$", help_text=_("与事件里的平台代码相同。")
    )
    name = forms.CharField(label=_("平台名称"), max_length=64)
    url = forms.CharField(
        label=_("送达地址"), max_length=200, help_text=_("https 开头，只用域名。")
    )
    public_key = forms.CharField(
        label=_("验回执的公钥"),
        max_length=64,
        help_text=_("Ed25519，64 位十六进制，另一条途径核对。"),
    )
    client = forms.CharField(label=_("接口程序代码"), max_length=48)


class RequestForm(KeyedForm):
    """What the bureau or a bank asks of the police."""

    case_number = forms.IntegerField(
        label=_("案件编号（知道就写）"), required=False, min_value=1, max_value=LARGEST_NUMBER
    )
    said = forms.CharField(
        label=_("请求或意见"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("不要写证件号、手机号和病情。"),
    )  # fmt: skip


class AnswerForm(forms.Form):
    """What the police answer."""

    request = forms.UUIDField(widget=forms.HiddenInput)
    answer = forms.CharField(label=_("答复"), max_length=500)
