"""Files that change under the reader, and names that no database would keep."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.hostile.cases import NAME, sound, write, zipped
from tests.hostile.test_broken_files import KEYS
from xinnong.analytics.checking.ingest import ingest
from xinnong.analytics.checking.report import IngestReport
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.lake import LakePaths
from xinnong.analytics.reading.delivery import DeliveredFile, open_delivery
from xinnong.analytics.reading.limits import NAME_CHARS

pytestmark = pytest.mark.slow
LONGEST_KEPT = 255


def read_while(path: Path, work: Path, happens: Callable[[], object]) -> IngestReport:
    """Import a file to which something happens when its first rows are through."""

    def note(_done: int, _total: int) -> None:
        happens()

    return ingest(
        DeliveredFile(path.name, path),
        contract=load_contracts()["person"],
        as_of=date(2026, 11, 1),
        batch=1,
        keys=KEYS,
        out=LakePaths(work),
        loaded_at=datetime(2026, 11, 2, tzinfo=UTC),
        progress=note,
    )


@pytest.mark.parametrize("change", ["grows", "shrinks", "vanishes", "is replaced"])
def test_it_refuses_a_file_that_changes(change: str, tmp_path: Path) -> None:
    path, other = write(tmp_path, sound(5)), write(tmp_path, sound(5), "other.csv")
    happens: dict[str, Callable[[], object]] = {
        "grows": lambda: path.write_text(sound(9), encoding="utf-8"),
        "shrinks": lambda: path.write_text(sound(2), encoding="utf-8"),
        "vanishes": lambda: path.unlink(missing_ok=True),
        "is replaced": lambda: other.exists() and other.replace(path),
    }
    report = read_while(path, tmp_path / "lake", happens[change])
    assert report.refused in {"file.changed", "file.unreadable"}
    assert (report.read, report.staged) == (0, ())
    assert [p for p in (tmp_path / "lake").rglob("*") if p.is_file()] == []


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_one_name_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for count in (1, 2):
            archive.writestr(f"{NAME}.csv", sound(count))
    files = open_delivery(path, workdir=tmp_path)
    assert [file.name for file in files] == [
        f"{NAME}.zip!{NAME}.csv",
        f"{NAME}.zip!{NAME} (2).csv",
    ]
    assert [len(file.path.read_text("utf-8").splitlines()) for file in files] == [2, 3]


def test_long_names_keep_the_end_that_tells_class_and_date(tmp_path: Path) -> None:
    path = zipped(tmp_path, {f"{'长' * 3_000}/{NAME}.csv": b"x"}, f"{'z' * 240}.zip")
    (file,) = open_delivery(path, workdir=tmp_path)
    assert len(file.name) == NAME_CHARS < LONGEST_KEPT
    assert file.name.endswith(f"/{NAME}.csv")


def test_names_that_are_no_text_become_printable(tmp_path: Path) -> None:
    path = Path(str(tmp_path), b"person_20261101\xff\x01.csv".decode("utf-8", "surrogateescape"))
    path.write_text(sound(1), encoding="utf-8")
    (file,) = open_delivery(path, workdir=tmp_path)
    assert file.name == "person_20261101??.csv"
    file.name.encode("utf-8")
