"""What is filled in around a loan after it was drawn: filters, contacts, letters, checks, alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.core.collecting import LONGEST_TEXT
from xinnong.lending.aftercare_tables import BUCKET_WORDS
from xinnong.lending.forms.loans import KeyedForm, SumField, YuanField
from xinnong.lending.models import (
    AlertState,
    ContactKind,
    ContactParty,
    LetterKind,
    NextStep,
    UseFound,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

MOMENT = "%Y-%m-%dT%H:%M"
ANY = ("", _("全部"))


def moment_input() -> forms.DateTimeInput:
    """A day and a time of day."""
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)


def day_input() -> forms.DateInput:
    """A day."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class TownForm(forms.Form):
    """A list that is narrowed by town; what stands on no list selects nobody."""

    town = forms.ChoiceField(label=_("乡镇（街道）"), required=False)

    def __init__(self, data: Any, *, towns: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["town"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [ANY, *towns]


class LateForm(TownForm):
    """What narrows the queue of late loans; stands in the address."""

    bucket = forms.ChoiceField(
        label=_("逾期天数"), required=False, choices=[ANY, *BUCKET_WORDS.items()]
    )
    promise = forms.ChoiceField(
        label=_("承诺"),
        required=False,
        choices=[
            ANY, ("open", _("还没到日子")), ("broken", _("没有全部兑现")), ("none", _("没有承诺")),
        ],
    )  # fmt: skip
    household = forms.CharField(label=_("户号"), required=False, max_length=20)
    due = forms.BooleanField(label=_("只看下一步已到时间的"), required=False)
    field_order = ("bucket", "town", "promise", "household", "due")


class NameForm(forms.Form):
    """Somebody looked for by name; never in the address."""

    name = forms.CharField(
        label=_("按姓名找"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class ContactForm(KeyedForm):
    """One contact about a late loan."""

    kind = forms.ChoiceField(
        label=_("做了什么"),
        choices=[each for each in ContactKind.choices if each[0] != ContactKind.LETTER],
    )
    party = forms.ChoiceField(label=_("和谁"), choices=ContactParty.choices)
    at = forms.DateTimeField(label=_("什么时候"), widget=moment_input())
    said = forms.CharField(
        label=_("说了什么"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("写清原因和态度；不要写证件号、手机号、病情和家事。"),
    )
    promised_minor = YuanField(label=_("答应还多少（元）"), required=False)
    promised_on = forms.DateField(label=_("答应哪天前还"), required=False, widget=day_input())
    next_step = forms.ChoiceField(
        label=_("下一步"), required=False, choices=[("", _("没有")), *NextStep.choices]
    )
    next_at = forms.DateTimeField(
        label=_("下一步什么时候做"), required=False, widget=moment_input()
    )

    def clean(self) -> dict[str, Any]:
        """Amount and day only belong to a promise."""
        said = super().clean() or {}
        if said.get("kind") != ContactKind.PROMISE:
            said["promised_minor"], said["promised_on"] = None, None
        if not said.get("next_step"):
            said["next_at"] = None
        return said


class LetterForm(KeyedForm):
    """A letter to the borrower."""

    letter = forms.ChoiceField(label=_("哪一种"), choices=LetterKind.choices)
    pay_by = forms.DateField(label=_("限哪天前还"), widget=day_input())


class ChecksForm(TownForm):
    """Which checks, and whose; stands in the address."""

    which = forms.ChoiceField(
        label=_("哪些"),
        required=False,
        choices=[("to-do", _("待做")), ("overdue", _("过期没做")), ("done", _("做过的"))],
    )
    whose = forms.ChoiceField(
        label=_("谁的"),
        required=False,
        choices=[("mine", _("我的和没有人管的")), ("everybody", _("全部"))],
    )
    field_order = ("which", "whose", "town")


class CheckForm(KeyedForm):
    """What a look at the loan found."""

    found = forms.ChoiceField(
        label=_("钱用在哪里"), choices=UseFound.choices, widget=forms.RadioSelect
    )
    said = forms.CharField(
        label=_("看到什么"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("例如：买了化肥 20 袋，发票已看；大棚已搭好。不要写病情和家事。"),
    )
    photo = SumField(label=_("现场照片或发票"), required=False)


class AlertsForm(forms.Form):
    """Which alerts; stands in the address."""

    state = forms.ChoiceField(label=_("状态"), required=False, choices=AlertState.choices)


class AlertForm(KeyedForm):
    """What somebody says about an alert."""

    state = forms.ChoiceField(
        label=_("怎么处理"),
        choices=[
            (AlertState.LOOK_INTO.value, _("要查：这些人的新用款先停")),
            (AlertState.FALSE_ALARM.value, _("误报：放行")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
