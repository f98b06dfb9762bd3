"""What officers fill in about guarantors and mortgaged things."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.core.collateral import FORBIDDEN, KINDS, METHODS
from xinnong.lending import wording
from xinnong.lending.forms.loans import (
    MOST_REFERENCE,
    CounterForm,
    KeyedForm,
    SigningForm,
    SumField,
    YuanField,
)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class _ConsentForm(KeyedForm, CounterForm):
    """Somebody who is here with the id card, and a consent on paper."""

    consent = SumField(label=_("书面同意书扫描件"))
    consented_on = _day(_("同意书日期"))


class GuarantorForm(_ConsentForm):
    """Somebody who answers for the loan; for an organisation, who signs for it."""

    uscc = forms.CharField(label=_("单位作保的，填统一社会信用代码"), max_length=18, required=False)
    licence_name = forms.CharField(label=_("执照上的单位名称"), max_length=128, required=False)
    amount = YuanField(label=_("担保多少（元）"), least_minor=1)
    income = YuanField(label=_("一年的收入（元）"), required=False)
    net_assets = YuanField(label=_("家底，扣掉欠款（元）"), required=False)
    means_reference = forms.CharField(label=_("收入和家底的凭证编号"), max_length=MOST_REFERENCE)
    is_spouse = forms.BooleanField(label=_("是借款人的配偶"), required=False)

    def clean_uscc(self) -> str:
        """Upper case, as printed."""
        return str(self.cleaned_data["uscc"]).strip().upper()


ANSWERS = (("", _("请选择")), ("no", _("没有")), ("yes", _("有")), ("unknown", _("没查清")))
SAID = {"no": False, "yes": True, "unknown": None}


class _AnswerField(forms.ChoiceField):
    """Yes, no, or not known; nothing is ever taken for granted."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=ANSWERS, **options)

    def clean(self, value: Any) -> bool | None:
        """True, False or None."""
        return SAID[super().clean(value)]


class CollateralForm(KeyedForm):
    """A thing to mortgage, and what the title search answered."""

    kind = forms.ChoiceField(label=_("抵押什么"))
    label = forms.CharField(label=_("在哪里、什么样"), min_length=2, max_length=64)
    certificate = forms.CharField(label=_("产权证号或编号"), max_length=64)
    owners_count = forms.IntegerField(label=_("登记的所有权人有几位"), min_value=1, max_value=20)
    prior = YuanField(label=_("已经登记在先的抵押（元，没有填 0）"))
    searched_on = _day(_("查档日期"))
    search_reference = forms.CharField(label=_("查档回执编号"), max_length=MOST_REFERENCE)
    is_disputed = _AnswerField(label=_("权属有没有争议"))
    is_seized = _AnswerField(label=_("有没有被查封、扣押"))
    is_to_be_demolished = _AnswerField(label=_("有没有列入征收拆迁"))
    is_dangerous = _AnswerField(label=_("房屋有没有被鉴定为 D 级危房"))
    has_grantor_consent = forms.BooleanField(
        label=_("土地经营权：已向发包方备案，流转的有承包方书面同意"), required=False
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, wording.word(code)) for code in (*KINDS, *FORBIDDEN)]


class _ThingForm(KeyedForm):
    thing = forms.UUIDField(widget=forms.HiddenInput)


class OwnerForm(_ConsentForm, _ThingForm):
    """An owner who consents."""


class ValuationForm(_ThingForm):
    """A value by one method, by one valuer."""

    value = YuanField(label=_("值多少（元）"), least_minor=1)
    method = forms.ChoiceField(
        label=_("怎么估的"), choices=[(code, wording.WORDS[f"value.{code}"]) for code in METHODS]
    )
    valuer = forms.CharField(label=_("谁估的"), min_length=2, max_length=64)
    valued_on = _day(_("估价日期"))
    reference = forms.CharField(label=_("估价单编号"), max_length=MOST_REFERENCE)


class RegistrationForm(_ThingForm):
    """What the registry answered."""

    registration = forms.CharField(label=_("抵押登记证明号"), max_length=MOST_REFERENCE)
    registered_on = _day(_("登记日期"))


class InsuranceForm(_ThingForm):
    """Insurance of a thing."""

    insurer = forms.CharField(label=_("保险公司"), min_length=2, max_length=64)
    policy_number = forms.CharField(label=_("保单号"), max_length=MOST_REFERENCE)
    insured_until = _day(_("保到哪天"))


class ReleaseForm(_ThingForm):
    """The cancellation of a registration."""

    cancellation = forms.CharField(label=_("注销登记编号"), max_length=MOST_REFERENCE)
    cancelled_on = _day(_("注销日期"))


class GuaranteeSigningForm(SigningForm):
    """What shows that a guarantor signed face to face."""

    guarantor = forms.UUIDField(widget=forms.HiddenInput)


class ChoiceForm(KeyedForm):
    """One guarantor or thing, for a step that needs no more."""

    chosen = forms.UUIDField(widget=forms.HiddenInput)
