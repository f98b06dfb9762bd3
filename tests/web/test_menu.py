"""The header: a few entries in the bar, the rest below one button, the current one always in view."""

from __future__ import annotations

from xinnong.web.navigation import BAR_LINKS, NavLink, menu_of


def links(count: int, current: int = 0) -> list[NavLink]:
    return [NavLink(f"page {n}", f"/{n}/", n == current, "") for n in range(count)]


def test_a_few_stand_beside_each_other() -> None:
    menu = menu_of(links(BAR_LINKS))
    assert (len(menu.bar), menu.more) == (BAR_LINKS, [])


def test_many_leave_one_place_to_the_button() -> None:
    menu = menu_of(links(13))
    assert [link.url for link in menu.bar] == ["/0/", "/1/", "/2/", "/3/", "/4/"]
    assert len(menu.bar) + len(menu.more) == 13


def test_the_current_one_is_always_seen_and_nothing_is_lost() -> None:
    for current in range(13):
        menu = menu_of(links(13, current))
        assert any(link.is_current for link in menu.bar)
        assert not any(link.is_current for link in menu.more)
        assert len(menu.bar) == BAR_LINKS - 1
        found = sorted(link.url for link in (*menu.bar, *menu.more))
        assert found == sorted(link.url for link in links(13))
