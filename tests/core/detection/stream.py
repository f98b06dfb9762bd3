"""Small event streams for tests of the engine."""

from __future__ import annotations

from xinnong.core.detection.events import SECOND, Event

MINUTE = 60 * SECOND


def account(number: int, minute: float, *, phone: str, platform: str, **what: object) -> Event:
    """A registration on somebody else's handset in village v1."""
    told: dict[str, object] = {"device": "d1", "village": "v1", "own_handset": False} | what
    return Event(
        f"e{number:04}", round(minute * MINUTE), "registration", source=platform,
        platform=platform, phone=phone, **told,  # type: ignore[arg-type]
    )  # fmt: skip


def burst(phone: str, minute: float, first: int, platforms: int = 4) -> list[Event]:
    """A number that gets so many platforms, one a minute."""
    return [account(first + n, minute + n, phone=phone, platform=f"P{n}") for n in range(platforms)]


def village(phones: int, *, first: int = 0, minute: float = 0) -> list[Event]:
    """So many numbers of one village, one after the other."""
    return [
        event
        for place in range(phones)
        for event in burst(f"p{first + place}", minute + place * 6, (first + place) * 10)
    ]
