"""What borrowers, officers and managers fill in."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.core.errors import Refused
from xinnong.core.money import parse_yuan, yuan
from xinnong.core.origination import OFFICER_REASONS, PURPOSES
from xinnong.lending import wording
from xinnong.lending.models import (
    ApplicationState,
    CalledHow,
    Channel,
    DecidingRole,
    Finding,
    Outcome,
)
from xinnong.web.refusals import wording_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xinnong.core.products import Product

MOST_REFERENCE = 64


class YuanField(forms.CharField):
    """An amount typed in yuan, taken as fen; nothing below `least_minor` is understood."""

    def __init__(self, *, least_minor: int = 0, **options: Any) -> None:
        self.least_minor = least_minor
        options.setdefault("max_length", 16)
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        super().__init__(**options)

    def clean(self, value: Any) -> int | None:
        """Fen; None for an optional field left empty."""
        text = super().clean(value)
        if not text:
            return None
        try:
            amount_minor = parse_yuan(text)
        except Refused:
            raise forms.ValidationError(_("请填金额，最多两位小数，例如 50000。")) from None
        if amount_minor < self.least_minor:
            raise forms.ValidationError(_("金额要大于零，例如 50000。"))
        return amount_minor

    def prepare_value(self, value: Any) -> Any:
        """Show fen that a page filled in as yuan."""
        return yuan(value).removesuffix(".00") if isinstance(value, int) else value


class SumField(forms.FileField):
    """A scan or picture, taken as its SHA-256; the file itself goes into the lender's own archive."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", _("只记下文件的校验码，不保存文件；原件请按本行规定存档。"))
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> str:
        """Sixty-four hexadecimal digits; "" for an optional file that was not sent."""
        digest, sent = hashlib.sha256(), super().clean(data, initial)
        if not sent:
            return ""
        for chunk in sent.chunks():
            digest.update(chunk)
        return digest.hexdigest()


class KeyedForm(forms.Form):
    """A form that is carried out once, however often its button is pressed."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class WishForm(KeyedForm):
    """What somebody asks of one product."""

    amount = YuanField(label=_("借多少（元）"), least_minor=1)
    months = forms.IntegerField(label=_("借几个月"), min_value=1, max_value=600)
    method = forms.ChoiceField(label=_("怎么还"))
    purpose = forms.ChoiceField(label=_("用来做什么"))
    security = forms.ChoiceField(label=_("担保方式"))
    produces = forms.MultipleChoiceField(
        label=_("家里种的、养的"), required=False, widget=forms.CheckboxSelectMultiple
    )
    wants_person = forms.BooleanField(label=_("我要由人来审查，不要自动决定"), required=False)

    def __init__(self, data: Any = None, *, product: Product, **options: Any) -> None:
        super().__init__(data, **options)
        self.product = product
        self._offer("method", [way.method for way in product.ways], wording.METHODS_SAID)
        self._offer("purpose", PURPOSES, wording.WORDS)
        self._offer("security", product.securities, wording.WORDS)
        self._offer("produces", product.produces, wording.WORDS)
        for name, wanted in (
            ("security", len(product.securities) > 1),
            ("produces", product.produces),
        ):
            if not wanted:
                del self.fields[name]
        months = self.fields["months"]
        assert isinstance(months, forms.IntegerField)
        months.help_text = wording.months_text(product)
        self.fields["amount"].help_text = wording.amounts_text(product)

    def clean_amount(self) -> int:
        """Inside what the product lends, so that a slip of the finger is no refusal on record."""
        amount_minor = int(self.cleaned_data["amount"])
        if not self.product.least_minor <= amount_minor <= self.product.most_minor:
            raise forms.ValidationError(
                _("这个产品可以借 %(bounds)s。") % {"bounds": wording.amounts_text(self.product)}
            )
        return amount_minor

    def clean_months(self) -> int:
        """As for the amount."""
        months = int(self.cleaned_data["months"])
        if not self.product.least_months <= months <= self.product.most_months:
            raise forms.ValidationError(
                _("这个产品可以借 %(bounds)s。") % {"bounds": wording.months_text(self.product)}
            )
        return months

    def _offer(self, name: str, codes: Sequence[str], words: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, words.get(code, code)) for code in codes]


class DeskWishForm(WishForm):
    """As above, written down by an officer while the borrower is there."""

    channel = forms.ChoiceField(
        label=_("在哪里办"),
        choices=[(each.value, each.label) for each in (Channel.DESK, Channel.OUTLET)],
    )
    wants_letter = forms.BooleanField(label=_("没有手机，结果用纸质信件告知"), required=False)


class CounterForm(forms.Form):
    """Who stands at the counter: what the id card in the hand says."""

    tail = forms.CharField(
        label=_("身份证号后六位"),
        min_length=6,
        max_length=6,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )
    name = forms.CharField(label=_("姓名"), max_length=64)

    def clean_tail(self) -> str:
        """Digits, the last may be X."""
        tail = str(self.cleaned_data["tail"]).upper()
        if not re.fullmatch(r"[0-9]{5}[0-9X]", tail, re.ASCII):
            raise forms.ValidationError(_("请填身份证号最后六位，末位可以是 X。"))
        return tail


class QueueForm(forms.Form):
    """What narrows the queue; stands in the address."""

    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("等待处理的")), *ApplicationState.choices],
    )
    channel = forms.ChoiceField(
        label=_("来源"), required=False, choices=[("", _("全部来源")), *Channel.choices]
    )
    product = forms.ChoiceField(label=_("产品"), required=False)

    def __init__(self, data: Any, *, products: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["product"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("全部产品")), *products]


def reason_choices() -> list[tuple[str, str]]:
    """The reasons for which a person may refuse."""
    return [(code, str(wording_of(code).says)) for code in OFFICER_REASONS]


class DecisionForm(KeyedForm):
    """An officer's decision."""

    outcome = forms.ChoiceField(
        label=_("决定"),
        choices=[(each.value, each.label) for each in (Outcome.APPROVE, Outcome.REFUSE)],
        widget=forms.RadioSelect,
    )
    amount = YuanField(label=_("同意的金额（元）"), required=False, least_minor=1)
    months = forms.IntegerField(label=_("同意的期限（月）"), required=False, min_value=1)
    rate_percent = forms.DecimalField(
        label=_("年利率（%）"), required=False, max_digits=9, decimal_places=6
    )
    reasons = forms.MultipleChoiceField(
        label=_("不同意的原因"),
        required=False,
        choices=reason_choices,
        widget=forms.CheckboxSelectMultiple,
    )


class SecondForm(KeyedForm):
    """The second person's word."""

    outcome = forms.ChoiceField(
        label=_("复核意见"),
        choices=[(each.value, each.label) for each in (Outcome.APPROVE, Outcome.REFUSE)],
        widget=forms.RadioSelect,
    )
    reasons = forms.MultipleChoiceField(
        label=_("不同意的原因"),
        required=False,
        choices=reason_choices,
        widget=forms.CheckboxSelectMultiple,
    )


class VisitForm(KeyedForm):
    """A visit by two people."""

    companion = forms.SlugField(label=_("同行的同事（登录名）"), max_length=64)
    visited_on = forms.DateField(
        label=_("上门日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    photo = SumField(label=_("现场照片"))
    purpose = forms.ChoiceField(
        label=_("看到的用途"), choices=[(code, wording.WORDS[code]) for code in PURPOSES]
    )
    crop = forms.ChoiceField(label=_("作物"), required=False)
    mu = forms.DecimalField(label=_("规模（亩）"), min_value=0, max_digits=8, decimal_places=2)
    finding = forms.ChoiceField(label=_("结论"), choices=Finding.choices)

    def __init__(
        self, data: Any = None, files: Any = None, *, crops: Sequence[str], **options: Any
    ) -> None:
        super().__init__(data, files, **options)
        field = self.fields["crop"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("其他")), *((crop, crop) for crop in crops)]


class ReportForm(KeyedForm):
    """Asking for a credit report."""

    authorisation = SumField(label=_("书面授权扫描件"))
    authorised_on = forms.DateField(
        label=_("授权日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class AnswerForm(forms.Form):
    """The answer of the credit reference centre."""

    query = forms.UUIDField(widget=forms.HiddenInput)
    report = forms.FileField(label=_("征信回执文件（JSON）"))


class SigningForm(KeyedForm):
    """What shows a signing face to face."""

    identity_check = forms.CharField(label=_("身份核验编号"), max_length=MOST_REFERENCE)
    photo = forms.CharField(label=_("面签照片编号"), max_length=MOST_REFERENCE)
    scan_sha256 = SumField(label=_("签字页扫描件"))


class ConditionForm(KeyedForm):
    """A condition that holds."""

    condition = forms.CharField(widget=forms.HiddenInput, max_length=32)
    evidence = forms.CharField(label=_("凭证编号"), max_length=MOST_REFERENCE, required=False)


class CardForm(KeyedForm):
    """A card to bind; the number is hashed and never shown again."""

    number = forms.CharField(
        label=_("银行卡号"),
        max_length=32,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    bank = forms.CharField(label=_("开户银行"), max_length=64)


class LiftForm(KeyedForm):
    """A call-back."""

    hold = forms.UUIDField(widget=forms.HiddenInput)
    called_how = forms.ChoiceField(label=_("怎么回访的"), choices=CalledHow.choices)


class LimitForm(KeyedForm):
    """What a role may approve from a day on."""

    role = forms.ChoiceField(label=_("岗位"), choices=DecidingRole.choices)
    alone = YuanField(label=_("一人可批（元）"))
    second = YuanField(label=_("两人可批（元）"))
    from_on = forms.DateField(
        label=_("起用日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class CardCheckForm(KeyedForm):
    """The live picture's reference and the card with which the borrower signs."""

    photo = forms.CharField(label=_("本人核验照片编号"), max_length=MOST_REFERENCE)
    card = forms.ChoiceField(label=_("用哪张卡核验"))

    def __init__(
        self, data: Any = None, *, cards: Sequence[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(data, **options)
        field = self.fields["card"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = cards


class DrawForm(KeyedForm):
    """How much to pay out, and onto which card."""

    amount = YuanField(label=_("用多少（元）"))
    card = forms.ChoiceField(label=_("打到哪张卡"))

    def __init__(
        self, data: Any = None, *, cards: Sequence[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(data, **options)
        field = self.fields["card"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = cards


class RepayForm(KeyedForm):
    """Money of the borrower: so much, and what becomes of what is more than owed."""

    amount = YuanField(label=_("还多少（元）"), required=False)
    excess = forms.ChoiceField(
        label=_("多还的钱"),
        choices=[
            ("reduce_installment", _("以后每期少还")),
            ("reduce_count", _("以后少还几期")),
            ("hold", _("先放着，到期再扣")),
        ],
    )
