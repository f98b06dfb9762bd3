"""What narrows the list of loans and the portfolio; all of it stands in the address."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from xinnong.lending.book_wording import BUCKETS, BUCKETS_AND_ENDS
from xinnong.lending.loan_facts import CLASSES
from xinnong.lending.models import LoanState
from xinnong.lending.queries.loan_list import BAD_ONES, LoanFilters
from xinnong.privacy.purposes import Purpose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_SEARCH = 64


class DayChoice(forms.Form):
    """As of which day: the book as it stands, or a month end that was kept."""

    on = forms.ChoiceField(label=_("截至"), required=False)

    def __init__(self, data: Any, *, days: Sequence[date], **options: Any) -> None:
        super().__init__(data, **options)
        field = self.fields["on"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("现在")),
            *((day.isoformat(), date_format(day, "SHORT_DATE_FORMAT")) for day in days),
        ]

    def day(self) -> date | None:
        """The day chosen; None is now. Only for a valid form."""
        text = self.cleaned_data.get("on", "")
        return date.fromisoformat(text) if text else None


class LoansForm(DayChoice):
    """Filters of the list of loans; a value that does not exist is said and selects nobody."""

    q = forms.CharField(label=_("姓名全名或贷款编号"), required=False, max_length=MOST_SEARCH)
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部状态")), *LoanState.choices]
    )
    bucket = forms.ChoiceField(
        label=_("逾期"), required=False, choices=[("", _("不限")), *BUCKETS.items()]
    )
    asset_class = forms.ChoiceField(
        label=_("五级分类"),
        required=False,
        choices=[
            ("", _("全部分类")),
            *((str(int(c)), words) for c, words in CLASSES.items()),
            (BAD_ONES, _("不良（次级、可疑、损失）")),
        ],
    )
    product = forms.ChoiceField(label=_("产品"), required=False)
    town = forms.ChoiceField(label=_("乡镇（街道）"), required=False)
    was = forms.ChoiceField(
        required=False, widget=forms.HiddenInput, choices=[("", ""), *BUCKETS.items()]
    )
    became = forms.ChoiceField(
        required=False, widget=forms.HiddenInput, choices=[("", ""), *BUCKETS_AND_ENDS.items()]
    )
    before = forms.DateField(required=False, widget=forms.HiddenInput)
    drawn = forms.RegexField(
        r"^20[0-9]{2}-(0[1-9]|1[0-2])$", required=False, widget=forms.HiddenInput
    )
    ever = forms.ChoiceField(
        required=False, widget=forms.HiddenInput, choices=[("", ""), ("30", "30"), ("90", "90")]
    )

    def __init__(
        self,
        data: Any,
        *,
        days: Sequence[date],
        products: Sequence[tuple[str, str]],
        towns: Sequence[tuple[str, str]],
    ) -> None:
        super().__init__(data, days=days)
        for name, every, choices in (
            ("product", _("全部产品"), products),
            ("town", _("全部乡镇"), towns),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", every), *choices]

    def clean(self) -> dict[str, Any]:
        """What belongs together comes together."""
        said = super().clean() or {}
        needs_day = said.get("was") or said.get("ever")
        if needs_day and not said.get("before"):
            raise forms.ValidationError(_("地址不完整，请从资产组合页重新打开。"))
        return said

    def filters(self, find: Callable[[str], Sequence[UUID]]) -> LoanFilters:
        """The filters of a valid form; `find` looks a name up."""
        said = self.cleaned_data
        drawn = said["drawn"]
        ref, persons = self._searched(find)
        return LoanFilters(
            on=self.day(), state=said["state"], bucket=said["bucket"],
            asset_class=said["asset_class"], product=said["product"], area=said["town"],
            was=said["was"], before=said["before"], became=said["became"],
            drawn=date.fromisoformat(f"{drawn}-01") if drawn else None, ever=said["ever"],
            persons=persons, ref=ref,
        )  # fmt: skip

    def _searched(
        self, find: Callable[[str], Sequence[UUID]]
    ) -> tuple[UUID | None, tuple[UUID, ...] | None]:
        text = self.cleaned_data["q"].strip()
        if not text:
            return None, None
        try:
            return UUID(text), None
        except ValueError:
            return None, tuple(find(text))


class ExportLoansForm(forms.Form):
    """What exported loans are for, and as what file."""

    purpose = forms.ChoiceField(
        label=_("导出用途"),
        choices=[(one.value, one.label) for one in (Purpose.SERVICING, Purpose.REPORTING)],
    )
    form = forms.ChoiceField(label=_("格式"), choices=[("csv", "CSV"), ("xlsx", "XLSX")])
