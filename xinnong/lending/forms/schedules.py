"""The settings of a schedule that somebody tries out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.core.schedule.crop_calendars import crop_calendars, find_calendar
from xinnong.core.schedule.terms import DayCount, Effect, EventKind, InterestPeriod, Method, Unit
from xinnong.lending import terms_wording, wording
from xinnong.web import figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.utils.functional import _StrPromise

MOST_REPAYMENTS = 600
DATE_FORMAT = "%Y-%m-%d"
MAIN = (
    "method", "principal", "annual_rate", "number_of_repayments", "every", "unit", "disbursed_on",
    "crop",
)  # fmt: skip
PLAIN = frozenset({"", "0", "actual/360", "daily"})
"""Values of the further settings with which the page begins."""


def _choices(
    codes: Iterable[str], words: Mapping[str, _StrPromise], *, none: str | _StrPromise = ""
) -> list[tuple[str, str | _StrPromise]]:
    listed: list[tuple[str, str | _StrPromise]] = [(code, words[code]) for code in codes]
    return [("", none), *listed] if none else listed


def _day(label: str | _StrPromise, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        input_formats=[DATE_FORMAT],
        widget=forms.DateInput(attrs={"type": "date"}, format=DATE_FORMAT),
    )


def _count(label: str | _StrPromise, most: int, *, least: int = 0) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most)


class ScheduleForm(forms.Form):
    """What a loan's schedule is made from, and one thing that happens to it later."""

    method = forms.ChoiceField(label=_("还款方式"), choices=_choices(Method, wording.METHODS))
    principal = forms.CharField(label=_("借款金额（元）"), max_length=20)
    annual_rate = forms.CharField(label=_("年利率（%）"), max_length=12)
    number_of_repayments = _count(_("期数"), MOST_REPAYMENTS, least=1)
    every = _count(_("每隔"), 365, least=1)
    unit = forms.ChoiceField(label=_("时间单位"), choices=_choices(Unit, terms_wording.UNITS))
    disbursed_on = _day(_("放款日"))
    first_due_on = _day(_("第一次还款日"), required=False)
    day_count = forms.ChoiceField(label=_("天数算法"), choices=_choices(DayCount, wording.WORDS))
    interest_period = forms.ChoiceField(
        label=_("计息方式"), choices=_choices(InterestPeriod, wording.WORDS)
    )
    crop = forms.ChoiceField(label=_("按哪种农时"), required=False)
    balloon = forms.CharField(label=_("末期多还（元）"), max_length=20, required=False)
    grace_principal = _count(_("先不还本的期数"), MOST_REPAYMENTS)
    grace_interest_payment = _count(_("先不付息的期数"), MOST_REPAYMENTS)
    grace_interest_free = _count(_("免息的期数"), MOST_REPAYMENTS)
    multiple = forms.CharField(label=_("每期取整到（元）"), max_length=12, required=False)
    weekends = forms.BooleanField(label=_("遇周末顺延"), required=False)
    event = forms.ChoiceField(
        label=_("中途发生"),
        required=False,
        choices=_choices(
            [kind for kind in EventKind if kind.value in terms_wording.EVENTS],
            terms_wording.EVENTS,
            none=_("没有变化"),
        ),
    )
    event_on = _day(_("哪一天"), required=False)
    event_amount = forms.CharField(label=_("金额（元）"), max_length=20, required=False)
    event_rate = forms.CharField(label=_("新年利率（%）"), max_length=12, required=False)
    event_until = _day(_("到哪一天"), required=False)
    event_effect = forms.ChoiceField(
        label=_("提前还的钱"),
        required=False,
        choices=_choices(Effect, terms_wording.EFFECTS, none=_("按产品默认")),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through
        crops = self.fields["crop"]
        assert isinstance(crops, forms.ChoiceField)
        crops.choices = [
            ("", _("不按农时")),
            *((code, crop_name(code)) for code in crop_calendars()),
        ]

    def main(self) -> list[forms.BoundField]:
        """The settings that everybody fills in."""
        return [self[name] for name in MAIN]

    def more(self) -> list[forms.BoundField]:
        """The settings that most loans leave alone."""
        return [self[name] for name in self.fields if name not in MAIN and not _happens(name)]

    def happens(self) -> list[forms.BoundField]:
        """What happens to the loan on the way."""
        return [self[name] for name in self.fields if _happens(name)]

    def has_more(self) -> bool:
        """Whether a setting differs from where it stands at first, so that nothing is hidden."""
        return any(str(self.data.get(field.name, "")) not in PLAIN for field in self.more())

    def has_event(self) -> bool:
        """Whether anything happens on the way."""
        return any(self.data.get(field.name) for field in self.happens())

    def terms(self) -> dict[str, Any]:
        """The settings as TERMS.json says them; the engine checks what they mean together."""
        said = self.cleaned_data
        grace = {
            name: said[f"grace_{name}"]
            for name in ("principal", "interest_payment", "interest_free")
            if said[f"grace_{name}"]
        }
        found: dict[str, Any] = {
            name: said[name]
            for name in (
                "method", "principal", "annual_rate", "number_of_repayments", "every", "unit",
                "day_count", "interest_period",
            )
        }  # fmt: skip
        found["disbursed_on"] = _iso(said["disbursed_on"])
        optional = {
            "first_due_on": _iso(said["first_due_on"]),
            "grace": grace or None,
            "rounding": {"installment_multiple": said["multiple"]} if said["multiple"] else None,
            "calendar": _calendar(said),
            "balloon": {"amount": said["balloon"]} if said["balloon"] else None,
            "events": [_event(said)] if said["event"] else None,
        }
        return found | {name: value for name, value in optional.items() if value is not None}


def _happens(name: str) -> bool:
    return name.startswith("event")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _calendar(said: Mapping[str, Any]) -> dict[str, Any] | None:
    calendar: dict[str, Any] = {}
    if said["crop"]:
        calendar["crop"] = said["crop"]
    if said["weekends"]:
        calendar["weekends"] = True
    return calendar or None


def _event(said: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of the event that were filled in; which of them it needs, the engine says."""
    event = {
        "kind": said["event"],
        "on": _iso(said["event_on"]),
        "amount": said["event_amount"],
        "rate": said["event_rate"],
        "until": _iso(said["event_until"]),
        "effect": said["event_effect"],
    }
    return {name: value for name, value in event.items() if value}


def crop_name(code: str) -> str:
    """The name of a crop calendar in the language of the page."""
    calendar = find_calendar(code)
    assert calendar is not None, code
    return calendar.en if figures.is_english() else calendar.zh
