"""What a class says on a day: full deliveries replace, delta deliveries unite, as a plain list would."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.lakes import key, write_delivery
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.engine import Engine
from xinnong.analytics.linking.live import LakeFile, add_live_view, live_files

pytestmark = pytest.mark.slow

CLASSES = {"subsidy": "delta", "farm_machine": "full"}
FIRST = date(2026, 1, 31)
TODAY = date(2026, 11, 20)
Mode = Literal["full", "delta"]
Cell = tuple[int, int]


@dataclass(frozen=True)
class Delivery:
    """One batch: its date, when it was loaded, and an amount by key."""

    batch: int
    as_of: date
    loaded_at: datetime
    amounts: Mapping[int, int]


def live_by_list(
    deliveries: Sequence[Delivery], mode: Mode, known_at: datetime | None
) -> set[Cell]:
    """Live rows as (key, amount), by going through the deliveries in order."""
    known = [d for d in deliveries if d.as_of <= TODAY]
    known = [d for d in known if known_at is None or d.loaded_at <= known_at]
    live: dict[int, int] = {}
    for delivery in sorted(known, key=lambda d: (d.as_of, d.batch)):
        newest = max(d.as_of for d in known)
        if mode == "full" and delivery.as_of < newest:
            continue
        live.update(delivery.amounts)
    return set(live.items())


def live_by_view(
    deliveries: Sequence[Delivery], class_name: str, known_at: datetime | None
) -> tuple[list[Cell], int]:
    """Live rows as (key, amount), and how many rows were replaced, by the statements."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Engine(Path(folder) / "work", memory_limit="500MB", threads=1) as engine,
    ):
        files = [_write(Path(folder), class_name, delivery) for delivery in deliveries]
        chosen = live_files(files, as_of=TODAY, known_at=known_at)
        add_live_view(engine, load_contracts()[class_name], chosen)
        column = "amount_minor" if class_name == "subsidy" else "price_minor"
        rows = engine.query(f"SELECT CAST(person_key AS VARCHAR), {column} FROM live_{class_name}")
        old = engine.count(f"old_{class_name}") if engine.has(f"old_{class_name}") else 0
    numbers = {key(number): number for number in range(1, 6)}
    return sorted((numbers[str(who)], int(str(amount))) for who, amount in rows), old


def _write(folder: Path, class_name: str, delivery: Delivery) -> LakeFile:
    rows: list[dict[str, Any]] = [
        {"person_key": key(number), "program": "p", "paid_on": FIRST, "amount_minor": amount}
        if class_name == "subsidy"
        else {"machine_no": f"m{number}", "person_key": key(number), "price_minor": amount}
        for number, amount in delivery.amounts.items()
    ]
    return write_delivery(
        folder, class_name, rows, batch=delivery.batch, as_of=delivery.as_of,
        loaded_at=delivery.loaded_at,
    )  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[Delivery]:
    """Deliveries of different dates in any order of arrival; one may lie in the future."""
    months = draw(st.lists(st.integers(0, 11), min_size=1, max_size=4, unique=True))
    return [
        Delivery(
            batch, FIRST + timedelta(days=30 * month), datetime(2026, 11, batch, 3),  # noqa: DTZ001
            draw(st.dictionaries(st.integers(1, 5), st.integers(0, 99), min_size=1)),
        )
        for batch, month in enumerate(months, start=1)
    ]  # fmt: skip


@pytest.mark.parametrize("class_name", CLASSES)
def test_it_sees_what_the_list_sees(class_name: str) -> None:
    contract = load_contracts()[class_name]
    assert contract.mode == CLASSES[class_name]

    @settings(max_examples=25, deadline=None)
    @given(histories(), st.none() | st.integers(1, 4))
    def agree(deliveries: list[Delivery], known_day: int | None) -> None:
        known_at = None if known_day is None else datetime(2026, 11, known_day, 12)  # noqa: DTZ001
        expected = live_by_list(deliveries, contract.mode, known_at)
        live, old = live_by_view(deliveries, class_name, known_at)
        assert live == sorted(expected)
        if class_name == "subsidy":
            seen = [d for d in deliveries if d.as_of <= TODAY]
            seen = [d for d in seen if known_at is None or d.loaded_at <= known_at]
            assert len(live) + old == sum(len(d.amounts) for d in seen)

    agree()
