"""The entries of the header; upper apps add theirs when they start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.urls import NoReverseMatch, reverse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpRequest
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One entry: where it leads and who sees it; lower positions come first.

    `pages`: names of pages that belong to it although their addresses do not begin with its own.
    """

    position: int
    label: str | _StrPromise
    url_name: str
    shown_to: Callable[[HttpRequest], bool]
    about: str | _StrPromise = ""
    pages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NavLink:
    """An entry as one page shows it."""

    label: str
    url: str
    is_current: bool
    about: str


@dataclass(frozen=True, slots=True)
class Menu:
    """The header: what stands in the bar, and what opens below one button."""

    bar: list[NavLink]
    more: list[NavLink]


BAR_LINKS: Final = 6
"""So many entries fit beside each other; with more of them one place is the button's."""

_entries: dict[str, NavEntry] = {}


def register(entry: NavEntry) -> None:
    """Add an entry; called from AppConfig.ready, once for each URL name."""
    _entries[entry.url_name] = entry


def links_for(request: HttpRequest) -> list[NavLink]:
    """Return the entries this person may open, in order, the current one marked.

    None on a page that answers before anybody could be recognised, such as that of a wrong host.
    """
    if not hasattr(request, "user"):
        return []
    shown = [entry for entry in _entries.values() if entry.shown_to(request)]
    placed = [(entry, _address(entry)) for entry in sorted(shown, key=lambda e: e.position)]
    current = _owner(placed, request) or _current((url for _entry, url in placed), request.path)
    return [
        NavLink(str(entry.label), url, url == current, str(entry.about))
        for entry, url in placed
        if url
    ]


def menu_of(links: list[NavLink]) -> Menu:
    """The first entries in the bar and the rest below the button; the current one is always seen."""
    if len(links) <= BAR_LINKS:
        return Menu(links, [])
    bar, more = links[: BAR_LINKS - 1], links[BAR_LINKS - 1 :]
    current = next((link for link in more if link.is_current), None)
    if current is None:
        return Menu(bar, more)
    return Menu([*bar[:-1], current], [bar[-1], *(link for link in more if link != current)])


def _address(entry: NavEntry) -> str:
    """Where an entry leads; "" for an optional app that this installation leaves out."""
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        return ""


def _owner(placed: Iterable[tuple[NavEntry, str]], request: HttpRequest) -> str:
    """The entry that names the page among its own; "" where none does."""
    page = request.resolver_match.view_name if request.resolver_match else ""
    return next((url for entry, url in placed if page in entry.pages), "")


def _current(urls: Iterable[str], path: str) -> str:
    """The entry a page belongs to: the longest address it begins with; "" where none does."""
    holding = [
        url for url in urls if url == path or (url not in {"", "/"} and path.startswith(url))
    ]
    return max(holding, key=len, default="")
