"""Forms of the workbench and the household page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.core.ids import UnknownHouseholdReference, parse_household_ref
from xinnong.credit.models import LineKind
from xinnong.journeys.search_terms import LONGEST_TEXT, Term, TermNotUnderstood, read_term
from xinnong.privacy.models import ReadKind
from xinnong.privacy.purposes import CASE_LENGTH, READING, Purpose
from xinnong.registry.models import Run, RunState
from xinnong.registry.queries import run_known_on, shown_run_by_ref
from xinnong.web.refusals import wording_of

GRADES = ("AAA", "AA", "A", "B", "C")
STATES = (("lined", _("有额度")), ("none", _("暂无额度")), ("closed", _("准入条件未满足")))


class FindForm(forms.Form):
    """The search box; it is always posted, so that no name or number stands in an address."""

    text = forms.CharField(
        label=_("姓名、拼音首字母、户号、合作社名称，或身份证、手机号（整号或后 4—6 位）"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search"}),
    )

    def clean_text(self) -> Term:
        """Recognise what was typed."""
        try:
            return read_term(self.cleaned_data["text"])
        except TermNotUnderstood as refusal:
            raise forms.ValidationError(str(wording_of(refusal.code).says)) from None


class FilterForm(forms.Form):
    """What stands in the address of a list: areas, grade and line state, nothing about a person."""

    town = forms.ChoiceField(label=_("乡镇（街道）"), required=False)
    village = forms.ChoiceField(label=_("村（社区）"), required=False)
    kind = forms.ChoiceField(label=_("口径"), required=False, choices=LineKind.choices)
    grade = forms.ChoiceField(
        label=_("等级"),
        required=False,
        choices=[("", _("全部")), *((grade, grade) for grade in GRADES[:-1]), ("C", _("暂不授信"))],
    )
    state = forms.ChoiceField(
        label=_("额度状态"), required=False, choices=[("", _("全部")), *STATES]
    )

    def __init__(self, *args: Any, towns: Any = (), villages: Any = (), **kwargs: Any) -> None:
        """Offer the towns and villages the reader works in."""
        super().__init__(*args, **kwargs)
        self._offer("town", [("", _("全部")), *towns])
        self._offer("village", [("", _("全部")), *villages])

    def chosen(self) -> dict[str, str]:
        """Return what was chosen of what is offered."""
        self.full_clean()
        return dict(self.cleaned_data)

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class ExportForm(forms.Form):
    """What an exported list is for."""

    purpose = forms.ChoiceField(
        label=_("导出用途"),
        choices=[(one.value, one.label) for one in (Purpose.CAMPAIGN, Purpose.REPORTING)],
    )


class PurposeForm(forms.Form):
    """Why this household is opened; a case number or reason where the purpose asks for one."""

    purpose = forms.ChoiceField(
        label=_("查看目的"),
        choices=[(purpose.value, purpose.label) for purpose in READING],
        widget=forms.RadioSelect,
    )
    case = forms.CharField(
        label=_("案件号或理由"),
        required=False,
        max_length=CASE_LENGTH,
        help_text=_("处理异议时必填。请勿填写姓名、身份证号或手机号。"),
    )


class KnownOnForm(forms.Form):
    """Which state of knowledge is shown: a day, or one run; nothing is the newest."""

    known_on = forms.DateField(
        label=_("看哪一天当时知道的情况"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    run = forms.UUIDField(required=False)

    def clean_known_on(self) -> Run | None:
        """Find the run that was shown at the end of the day."""
        day = self.cleaned_data["known_on"]
        found = run_known_on(day) if day else None
        if day and found is None:
            raise forms.ValidationError(_("那一天还没有计算结果，请选晚一些的日期。"))
        return found

    def clean_run(self) -> Run | None:
        """Find a run by its reference."""
        ref = self.cleaned_data["run"]
        found = shown_run_by_ref(ref) if ref else None
        if ref and found is None:
            raise forms.ValidationError(_("没有这一次计算。"))
        return found

    def past(self) -> Run | None:
        """Return the earlier run asked for; None for the current one or a question refused."""
        self.full_clean()
        found: Run | None = self.cleaned_data.get("run") or self.cleaned_data.get("known_on")
        return found if found is not None and found.state == RunState.PAST else None


class ReadFilter(forms.Form):
    """Narrows the list of readings; a household by its public number, a person by reference."""

    purpose = forms.ChoiceField(
        label=_("目的"), required=False, choices=[("", _("全部")), *Purpose.choices]
    )
    kind = forms.ChoiceField(
        label=_("方式"),
        required=False,
        choices=[
            ("", _("全部")),
            (ReadKind.OPENED.value, _("打开档案")),
            (ReadKind.UNMASKED.value, _("看全号")),
            (ReadKind.API.value, _("接口读取")),
        ],
    )
    household = forms.CharField(label=_("户号"), required=False, max_length=LONGEST_TEXT)
    actor = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean_household(self) -> int | None:
        """Read a household number as people write it."""
        text = self.cleaned_data["household"]
        try:
            return parse_household_ref(text) if text else None
        except UnknownHouseholdReference as refusal:
            raise forms.ValidationError(str(wording_of(refusal.code).advice)) from None

    def conditions(self) -> dict[str, Any]:
        """Return what to look for among the readings; a wrong field narrows nothing."""
        self.full_clean()
        columns = {"household": "household_id"}
        return {
            columns.get(name, name): value for name, value in self.cleaned_data.items() if value
        }
