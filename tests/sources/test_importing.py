from __future__ import annotations

import errno
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.people import NOW, People
from tests.sources.files import HOMESTEAD_HEADER, homesteads, person, write_csv
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.sources import importing, queries, services, storage
from xinnong.sources.importing import Order, check_file, opened
from xinnong.sources.models import Batch, BatchState
from xinnong.sources.services import Deliverer

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 31)
Import = Callable[..., list[Batch]]


def unwatched(_done: int, _total: int) -> None:
    """Nobody follows the progress."""


@pytest.fixture
def bring(people: People) -> Import:
    """Import a path as the machine's own command does."""

    def run(path: Path, **options: object) -> list[Batch]:
        order = Order(Deliverer.installation(), lambda: NOW, **options)  # type: ignore[arg-type]
        with opened(path) as files:
            return [b for file in files for b in check_file(file, order, unwatched)]

    return run


def counts(batch: Batch) -> tuple[int, ...]:
    return (batch.read, batch.accepted, batch.repaired, batch.quarantined, batch.duplicate)


def codes(batch: Batch) -> dict[str, int]:
    with scoped(SYSTEM):
        return {line.code: line.rows for line in batch.codes.filter(kind="reason")}


def live() -> list[int]:
    with scoped(SYSTEM):
        return [file.batch for file in queries.live_batches()]


def lake_files(folder: Path) -> list[str]:
    lake = folder / "lake"
    return sorted(str(path.relative_to(lake)) for path in lake.rglob("*") if path.is_file())


@pytest.fixture
def october(tmp_path: Path) -> Path:
    """Ten rows: eight fine, one with lower-case x or spaces, one broken."""
    rows = [person(number) for number in range(1, 9)]
    rows.append(person(9) | {"身份证号": " " + person(9)["身份证号"]})
    rows.append(person(10) | {"身份证号": "339981198001020001"})
    return write_csv(tmp_path / "person_20261031.csv", rows)


def test_it_brings_a_file_into_the_lake(
    bring: Import, october: Path, own_data_folder: Path
) -> None:
    (batch,) = bring(october)
    assert (batch.state, batch.refused) == (BatchState.LIVE, "")
    assert counts(batch) == (10, 8, 1, 1, 0)
    assert live() == [batch.pk]
    assert lake_files(own_data_folder) == [
        f"errors/{batch.pk}.sealed",
        f"pending/person/{batch.pk}.sealed",
        f"person/2026-10/{batch.pk}.parquet",
        f"raw/{batch.pk}.sealed",
        f"vault/person/{batch.pk}.sealed",
    ]


def test_it_changes_nothing_when_the_same_file_comes_again(
    bring: Import, october: Path, own_data_folder: Path
) -> None:
    (first,) = bring(october)
    before = lake_files(own_data_folder)
    (again,) = bring(october)
    assert counts(again) == (10, 0, 0, 1, 9)
    assert (again.state, again.repeats) == (BatchState.UNCHANGED, first)
    assert live() == [first.pk]
    assert lake_files(own_data_folder) == before


def test_it_only_validates(bring: Import, october: Path, own_data_folder: Path) -> None:
    (batch,) = bring(october, validate_only=True)
    assert counts(batch) == (10, 8, 1, 1, 0)
    assert batch.state == BatchState.CHECKED
    assert live() == []
    assert lake_files(own_data_folder) == [f"errors/{batch.pk}.sealed"]


def test_it_recovers_rows_when_the_batch_they_were_compared_with_is_withdrawn(
    bring: Import, october: Path, people: People, tmp_path: Path
) -> None:
    (first,) = bring(october)
    longer = write_csv(tmp_path / "person_20261031_2.csv", [person(n) for n in range(1, 13)])
    (second,) = bring(longer)
    assert counts(second) == (12, 3, 0, 0, 9)
    with scoped(people.zhou):
        for batch in (second, first):
            services.withdraw_batch(batch=batch, actor=people.zhou, reason="重来", now=NOW)
    (again,) = bring(longer)
    assert counts(again) == (12, 12, 0, 0, 0)
    assert live() == [again.pk]


def test_it_puts_a_different_row_of_the_same_day_aside(
    bring: Import, october: Path, tmp_path: Path
) -> None:
    (first,) = bring(october)
    moved = person(1) | {"户籍地址": "别处"}
    (second,) = bring(write_csv(tmp_path / "person_20261031_2.csv", [moved, person(2)]))
    assert counts(second) == (2, 0, 0, 1, 1)
    assert second.state == BatchState.UNCHANGED
    assert codes(second) == {"key.conflict": 1}
    assert live() == [first.pk]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("unknown.csv", "甲,乙\n1,2\n", "class.unknown"),
        ("person.csv", None, "as_of.unknown"),
        ("person_20261031.csv", "", "file.empty"),
        ("person_20261031.csv", "姓名,性别,户籍地,状态\n张,男,1,正常\n", "column.key_missing"),
        ("person_20261031.zip", "not a zip", "file.header"),
        ("person_20261031.csv", "甲,乙\n1,2\n", "file.header"),
    ],
)
def test_it_refuses_whole(
    bring: Import, tmp_path: Path, own_data_folder: Path, name: str, content: str | None, code: str
) -> None:
    path = write_csv(tmp_path / name, [person(1)])
    if content is not None:
        path.write_text(content, encoding="utf-8")
    (batch,) = bring(path)
    assert (batch.state, batch.refused) == (BatchState.REFUSED, code)
    assert counts(batch) == (0, 0, 0, 0, 0)
    assert live() == []
    assert lake_files(own_data_folder) == []


def test_it_refuses_what_is_dated_after_today(bring: Import, tmp_path: Path) -> None:
    (today,) = bring(write_csv(tmp_path / "person_20261120.csv", [person(1)]))
    (ahead,) = bring(write_csv(tmp_path / "person_20261121.csv", [person(2)]))
    assert (today.state, today.refused) == (BatchState.LIVE, "")
    assert (ahead.state, ahead.refused) == (BatchState.REFUSED, "as_of.future")
    assert live() == [today.pk]


def test_it_refuses_a_full_class_that_shrank(bring: Import, tmp_path: Path) -> None:
    whole = write_csv(tmp_path / "homestead_20260930.csv", homesteads(10), header=HOMESTEAD_HEADER)
    half = write_csv(tmp_path / "homestead_20261031.csv", homesteads(4), header=HOMESTEAD_HEADER)
    (first,) = bring(whole)
    (second,) = bring(half)
    assert (first.state, second.state) == (BatchState.LIVE, BatchState.REFUSED)
    assert (second.refused, second.refused_params) == (
        "band.shrunk",
        {"rows": 4, "previous": 10},
    )
    assert live() == [first.pk]


def test_it_refuses_a_class_the_deliverer_does_not_deliver(
    bring: Import, october: Path, people: People
) -> None:
    order = Order(Deliverer.of(people.sun), lambda: NOW)
    with opened(october) as files:
        (batch,) = check_file(files[0], order, unwatched)
    assert batch.refused == "class.not_yours"
    assert live() == []


def test_it_reports_every_member_of_an_archive(
    bring: Import, october: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(october, october.name)
        packed.writestr("readme.txt", "nothing here\n")
    found = {batch.file: (batch.state, batch.refused) for batch in bring(archive)}
    assert found == {
        "all.zip!person_20261031.csv": (BatchState.LIVE, ""),
        "all.zip!readme.txt": (BatchState.REFUSED, "class.unknown"),
    }


def test_it_marks_what_broke_and_takes_the_file_again(
    bring: Import, october: Path, own_data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(_staged: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as broken:
        broken.setattr(importing, "publish", full_disk)
        with pytest.raises(OSError, match="no space"):
            bring(october)
    with scoped(SYSTEM):
        assert [batch.state for batch in Batch.objects.all()] == [BatchState.BROKEN]
    assert (live(), lake_files(own_data_folder)) == ([], [])
    (batch,) = bring(october)
    assert batch.state == BatchState.LIVE


def test_it_follows_the_progress_to_the_end(october: Path, people: People) -> None:
    heard: list[tuple[int, int]] = []
    order = Order(Deliverer.installation(), lambda: NOW)
    with opened(october) as files:
        check_file(files[0], order, lambda done, total: heard.append((done, total)))
    size = october.stat().st_size
    assert heard[-1] == (size, size)


def test_it_sweeps_after_a_day_what_no_batch_names(
    bring: Import, october: Path, own_data_folder: Path
) -> None:
    (batch,) = bring(october)
    stray = own_data_folder / "lake" / "person" / "2026-10" / "99.parquet"
    stray.write_bytes(b"left by a killed process")
    kept = lake_files(own_data_folder)
    written = datetime.fromtimestamp(stray.stat().st_mtime, tz=UTC)
    with scoped(SYSTEM):
        assert storage.sweep(now=written + timedelta(hours=23)) == 0
        assert storage.sweep(now=written + timedelta(hours=25)) == 1
    assert lake_files(own_data_folder) == [name for name in kept if not name.endswith("99.parquet")]
    assert batch.lake_path in kept
