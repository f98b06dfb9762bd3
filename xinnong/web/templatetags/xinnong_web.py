"""Filters for figures and tags for components: `{% load xinnong_web %}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.html import format_html

from xinnong.web import figures

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

register = template.Library()

UNKNOWN = "—"


def _or_unknown(writer: Any, value: object) -> str:
    return UNKNOWN if value is None or value == "" else str(writer(value))


@register.filter
def count(value: int | None) -> str:
    """Write 260000 as 260,000."""
    return _or_unknown(figures.count, value)


@register.filter
def yuan(minor: int | None) -> str:
    """Write fen as 1,234.50 元."""
    return _or_unknown(figures.yuan, minor)


@register.filter
def whole_yuan(minor: int | None) -> str:
    """Write fen as 50,000 元."""
    return _or_unknown(figures.whole_yuan, minor)


@register.filter
def large_yuan(minor: int | None) -> str:
    """Write fen as 388.63 亿元."""
    return _or_unknown(figures.large_yuan, minor)


@register.filter
def decimal(value: Any) -> str:
    """Write a decimal as 4.35, without trailing zeros."""
    return _or_unknown(figures.decimal, value)


@register.simple_tag
def badge(text: str, tone: str = "plain") -> SafeString:
    """Mark a short state in words; tone is good, warn, bad or plain."""
    return format_html('<span class="badge {}">{}</span>', tone or "plain", text)
