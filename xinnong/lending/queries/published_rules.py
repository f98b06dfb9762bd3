"""The dated rules of collecting, of checks after lending and of alerts, as published."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from xinnong.core import aftercare, borrowed_names
from xinnong.core.collecting import ContactRules, read_contact_rules

if TYPE_CHECKING:
    from datetime import date


def contact_rules_on(on: date) -> ContactRules:
    """What binds a contact on a day."""
    found = _contact_rules()
    return next((each for each in reversed(found) if each.from_on <= on), found[0])


def check_rules_on(on: date) -> aftercare.CheckRules:
    """How often loans are looked at on a day."""
    return aftercare.rules_in_force(_check_rules(), on)


def alert_rules_on(on: date) -> borrowed_names.AlertRules:
    """From how many borrowers on something shared is looked into on a day."""
    return borrowed_names.rules_in_force(_alert_rules(), on)


@cache
def _contact_rules() -> tuple[ContactRules, ...]:
    return read_contact_rules(_text("collecting.toml"))


@cache
def _check_rules() -> tuple[aftercare.CheckRules, ...]:
    return aftercare.read_check_rules(_text("checks.toml"))


@cache
def _alert_rules() -> tuple[borrowed_names.AlertRules, ...]:
    return borrowed_names.read_alert_rules(_text("alerts.toml"))


def _text(name: str) -> str:
    return files("xinnong.lending").joinpath("published", name).read_text("utf-8")
