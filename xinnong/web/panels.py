"""Panels of the first page: what is worth seeing at once; upper apps add theirs when they start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, what it counts, and the list it opens."""

    value: str
    label: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A few figures under one heading, and the page behind them."""

    title: str | _StrPromise
    figures: Sequence[Figure]
    note: str = ""
    url: str = ""
    url_label: str | _StrPromise = ""


_builders: dict[str, tuple[int, Callable[[HttpRequest], Panel | None]]] = {}


def register_panel(name: str, position: int, build: Callable[[HttpRequest], Panel | None]) -> None:
    """Add a panel; `build` answers None for whom it does not concern. Called when an app starts."""
    _builders[name] = (position, build)


def panels_for(request: HttpRequest) -> list[Panel]:
    """Return the panels of this person, in order."""
    built = [build(request) for _position, build in sorted(_builders.values(), key=_position)]
    return [panel for panel in built if panel is not None]


def _position(entry: tuple[int, object]) -> int:
    return entry[0]
