"""What farmers, counters, the bureau and cadres fill in."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.accounts.models import Institution
from xinnong.core.dynamic_codes import USES
from xinnong.core.ids import clean_phone, clean_rid
from xinnong.ecard.issuers import has_issuer, issuer
from xinnong.ecard.models import EndReason, FamilyBond, Terminal
from xinnong.ecard.queries.places import designated
from xinnong.ecard.services.revoking import TAIL
from xinnong.ecard.wording import BUSINESS_SAID

LONGEST_CODE = 80
"""Twenty-eight digits with whatever stands between groups of them."""
PLAIN = {"autocomplete": "off"}


class RidField(forms.CharField):
    """A resident id, whole; taken in capitals and without gaps."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("身份证号"))
        options.setdefault("max_length", 32)
        options.setdefault("widget", forms.TextInput(attrs=PLAIN))
        super().__init__(**options)

    def clean(self, value: Any) -> str:
        """Eighteen characters that fit together."""
        found = clean_rid(super().clean(value)).value
        if found is None:
            raise forms.ValidationError(_("身份证号不对，请照着身份证再填一次，18 位。"))
        return found


class RidOrTailField(RidField):
    """A whole resident id, or its last six characters."""

    def clean(self, value: Any) -> str:
        """Six or eighteen characters."""
        text = str(forms.CharField.clean(self, value)).strip().upper()
        if len(text) == TAIL and text[:-1].isdecimal() and text.isascii() and text.isalnum():
            return text
        return super().clean(value)


class OwnNumberField(forms.CharField):
    """A mobile number."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("本人的手机号"))
        options.setdefault("max_length", 32)
        options.setdefault("widget", forms.TextInput(attrs={**PLAIN, "inputmode": "tel"}))
        super().__init__(**options)

    def clean(self, value: Any) -> str:
        """Eleven digits."""
        found = clean_phone(super().clean(value)).value
        if found is None:
            raise forms.ValidationError(_("手机号不对，请填 11 位手机号。"))
        return found


class KeyedForm(forms.Form):
    """A form that is carried out once, however often its button is pressed."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class WhoForm(KeyedForm):
    """A name and a resident id."""

    name = forms.CharField(label=_("姓名"), max_length=64, widget=forms.TextInput(attrs=PLAIN))
    rid = RidField()


class ActivateForm(WhoForm):
    """Activation on the own phone; the person check is the issuer's."""

    number = OwnNumberField()
    check = forms.ChoiceField(label=_("人脸核验的结果"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["check"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(issuer().checks) if has_issuer() else []


class EnrolForm(WhoForm):
    """Activation at the counter of a hospital or pharmacy."""

    number = OwnNumberField()
    has_seen_id = forms.BooleanField(
        label=_("我看过身份证原件，是本人到场，手机号是本人自己的"), required=False
    )


class AgreeForm(forms.Form):
    """A member at the counter agrees that a relative shows the code."""

    name = forms.CharField(label=_("到场的人"), max_length=64, widget=forms.TextInput(attrs=PLAIN))
    rid = RidField()
    holder_name = forms.CharField(
        label=_("让谁代为出示（姓名）"), max_length=64, widget=forms.TextInput(attrs=PLAIN)
    )
    has_seen_id = forms.BooleanField(
        label=_("我看过身份证原件，是本人到场，本人亲口说同意"), required=False
    )


class ShowForm(forms.Form):
    """Whose code, and where alone it is good."""

    person = forms.ChoiceField(label=_("给谁出示"), required=False)
    only_at = forms.ChoiceField(label=_("只在哪家用（更安全）"), required=False)

    def __init__(self, data: Any = None, *, bonds: list[FamilyBond]) -> None:
        super().__init__(data)
        person, only_at = self.fields["person"], self.fields["only_at"]
        assert isinstance(person, forms.ChoiceField)
        assert isinstance(only_at, forms.ChoiceField)
        person.choices = [("", _("我自己")), *((str(b.member), b.member_name) for b in bonds)]
        places = [(each.code, each.shown_name) for each in designated()]
        only_at.choices = [("", _("哪家都可以")), *places]
        if not bonds:
            del self.fields["person"]


class RedeemForm(forms.Form):
    """A code at a counter; the number for this use is the page's own."""

    terminal = forms.ChoiceField(label=_("终端"))
    business_type = forms.ChoiceField(label=_("办什么"))
    code = forms.CharField(
        label=_("医保码（28 位数字）"),
        max_length=LONGEST_CODE,
        help_text=_("用扫码枪扫，或照着手机上的数字输入，有没有空格都可以。"),
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "numeric", "autofocus": True}),
    )
    out_biz_no = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, kind: str, terminals: list[Terminal], **options: Any
    ) -> None:
        super().__init__(data, **options)
        terminal, business = self.fields["terminal"], self.fields["business_type"]
        assert isinstance(terminal, forms.ChoiceField)
        assert isinstance(business, forms.ChoiceField)
        terminal.choices = [(each.code, f"{each.code} {each.place}") for each in terminals]
        business.choices = [(code, BUSINESS_SAID[code]) for code in USES.get(kind, ())]


class RevokeForm(forms.Form):
    """Why the own credential ends."""

    reason = forms.ChoiceField(label=_("为什么停用"), choices=EndReason.choices)


class HotlineForm(RevokeForm):
    """A report of loss by somebody who calls or comes."""

    name = forms.CharField(label=_("姓名"), max_length=64, widget=forms.TextInput(attrs=PLAIN))
    rid = RidOrTailField(label=_("身份证号，或后六位"))
    field_order = ("name", "rid", "reason")


class TerminalForm(KeyedForm):
    """A terminal to register."""

    institution = forms.ChoiceField(label=_("医院或药店"))
    code = forms.RegexField(
        label=_("终端编号"),
        regex=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$",
        help_text=_("只用字母、数字和 - _ .，最多 32 位。"),
        widget=forms.TextInput(attrs=PLAIN),
    )
    place = forms.CharField(label=_("放在哪里"), max_length=64)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["institution"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = institution_choices()


class TerminalsForm(forms.Form):
    """What narrows the list of terminals; a choice that stands on no list selects nothing."""

    institution = forms.ChoiceField(label=_("医院或药店"), required=False)
    code = forms.CharField(label=_("编号开头"), required=False, max_length=32)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["institution"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("全部")), *institution_choices()]


def institution_choices() -> list[tuple[str, str]]:
    """Hospitals and pharmacies with what they are."""
    return [(each.code, _named(each)) for each in designated()]


def _named(institution: Institution) -> str:
    return f"{institution.shown_name} · {institution.get_kind_display()}"
