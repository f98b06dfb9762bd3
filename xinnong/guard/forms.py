"""What officers fill in: sources, rulebooks, cases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinnong.areas.places import TOWN_DIGITS, places
from xinnong.guard.models import (
    CaseState,
    Desk,
    FeedKind,
    RulebookMode,
    Verdict,
)
from xinnong.guard.wording import EVENT_KINDS, SEVERITY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

LONGEST_SOURCE: Final = 120_000
ANY: Final = ("", _("全部"))
MOMENT: Final = "%Y-%m-%dT%H:%M"
LONGEST_TASK: Final = timedelta(days=90)


class FeedForm(forms.Form):
    """A source of events and the key it signs with."""

    code = forms.RegexField(
        label=_("代码"), regex=r"^[a-z0-9][a-z0-9-]{1,31}$",
        help_text=_("小写字母、数字和横线；换钥时填原来的代码。"),
    )  # fmt: skip
    name = forms.CharField(label=_("单位和系统名称"), max_length=64)
    kind = forms.ChoiceField(label=_("类别"), choices=FeedKind.choices)
    event_kinds = forms.MultipleChoiceField(
        label=_("可以报送的事件"), choices=list(EVENT_KINDS.items()),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    client = forms.CharField(
        label=_("接口程序代码"), max_length=48, help_text=_("由系统运维为公安建立的接口程序。")
    )
    public_key = forms.CharField(
        label=_("验签公钥"),
        max_length=64,
        help_text=_("Ed25519，64 位十六进制，当面或另一条途径核对。"),
    )
    clock_minutes = forms.IntegerField(
        label=_("时钟最多快几分钟"), min_value=0, max_value=60, initial=5
    )


class RulebookForm(forms.Form):
    """A whole rulebook as text, and how it is to be run at first."""

    source = forms.CharField(
        label=_("规则集内容"), max_length=LONGEST_SOURCE, strip=False,
        widget=forms.Textarea(
            attrs={"rows": 30, "spellcheck": "false", "class": "source", "wrap": "off"}
        ),
    )  # fmt: skip
    mode = forms.ChoiceField(
        label=_("发布后怎么运行"), choices=RulebookMode.choices, initial=RulebookMode.SHADOW
    )


class CasesForm(forms.Form):
    """What narrows the queue of cases; stands in the address."""

    state = forms.ChoiceField(label=_("状态"), required=False, choices=[ANY, *CaseState.choices])
    severity = forms.ChoiceField(label=_("轻重"), required=False, choices=[ANY, *SEVERITY.items()])
    verdict = forms.ChoiceField(label=_("认定"), required=False, choices=[ANY, *Verdict.choices])
    village = forms.ChoiceField(
        label=_("在哪里"), required=False, choices=lambda: [ANY, *_places_by_town()]
    )


def _places_by_town() -> list[Any]:
    """Each town as a whole and its villages, for a list."""
    known = places()
    return [
        (
            town.name,
            [
                (town.code[:TOWN_DIGITS], _("%(town)s（全部村）") % {"town": town.name}),
                *((each.code, each.name) for each in known.villages(town.code)),
            ],
        )
        for town in known.towns()
    ]


class RevealForm(forms.Form):
    """One number of a case, and why it is opened."""

    mark = forms.ChoiceField(label=_("号码（标记）"))
    reason = forms.CharField(label=_("为什么要看"), max_length=200)

    def __init__(self, data: Any = None, *, numbers: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["mark"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = numbers


class ReleaseForm(RevealForm):
    """One number that lends and borrows again, and why."""

    reason = forms.CharField(label=_("为什么放行"), max_length=200)


class OpenNoteForm(forms.Form):
    """One note of a case's file."""

    note = forms.ChoiceField(label=_("哪一份"))

    def __init__(self, data: Any = None, *, notes: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["note"].choices = list(notes)  # type: ignore[attr-defined]


class TaskForm(forms.Form):
    """Something to be done by a desk."""

    desk = forms.ChoiceField(label=_("谁来办"), choices=Desk.choices)
    what = forms.CharField(label=_("要办的事"), max_length=200)
    due_at = forms.DateTimeField(
        label=_("什么时候以前"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
    )

    def clean_due_at(self) -> datetime:
        """A time ahead that somebody still works here to see."""
        due_at: datetime = self.cleaned_data["due_at"]
        now = timezone.now()
        if not now < due_at <= now + LONGEST_TASK:
            raise forms.ValidationError(_("时限要在现在以后、90 天以内。"))
        return due_at


class FinishForm(forms.Form):
    """What came of a task."""

    task = forms.UUIDField(widget=forms.HiddenInput)
    result = forms.CharField(label=_("办理结果"), max_length=300)


class LabelForm(forms.Form):
    """What a reviewer says a case is."""

    verdict = forms.ChoiceField(label=_("认定"), choices=Verdict.choices)
    reason = forms.CharField(
        label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    close = forms.BooleanField(label=_("同时结案"), required=False)


class CadreNumberForm(forms.Form):
    """On which number a cadre wants to be warned; nothing written takes it away."""

    number = forms.CharField(
        label=_("收预警短信的手机号"), max_length=20, required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=_("只用来发预警，封存保管，谁也看不到；留空就不再发。"),
    )  # fmt: skip
