"""xinnong import: what goes in is accounted for, on a terminal and in a pipe, twice and cut short."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import CLASSES, County, Installation
from tests.sources.files import person, write_csv

pytestmark = pytest.mark.slow
COUNTS = ("accepted", "repaired", "quarantined", "duplicate")
KEYS = [
    "file", "class", "as_of", "read", *COUNTS, "refused", "reasons", "error_file",
]  # fmt: skip


def test_it_prints_one_object_a_file_and_loses_no_row(county: County) -> None:
    objects = county.taken_in.objects
    assert [list(found) for found in objects] == [KEYS] * len(CLASSES)
    assert sorted(found["class"] for found in objects) == sorted(CLASSES)
    assert {found["as_of"] for found in objects} == {"2026-10-31"}
    for found in objects:
        assert found["read"] == sum(found[name] for name in COUNTS) > 0
        assert (found["error_file"] is not None) == bool(found["quarantined"])
        if found["error_file"]:
            assert Path(found["error_file"]).is_file()
    assert county.taken_in.err == ""


def test_the_same_files_again_change_nothing(county: County) -> None:
    made = county.installation
    before = made.rows("SELECT count(*) FROM sources_batch WHERE state = 'live'")
    again = made.run("import", made.files, "--json", code=1)
    first = {found["class"]: found for found in county.taken_in.objects}
    for found in again.objects:
        assert (found["accepted"], found["repaired"]) == (0, 0)
        assert found["quarantined"] == first[found["class"]]["quarantined"]
        assert found["duplicate"] == found["read"] - found["quarantined"]
    assert made.rows("SELECT count(*) FROM sources_batch WHERE state = 'live'") == before


def test_validate_only_stores_nothing_and_promises_what_the_import_does(
    county: County, tmp_path: Path
) -> None:
    rows = [person(number) for number in range(900, 909)]
    rows.append(person(909) | {"身份证号": "339981198001020001"})
    path = write_csv(tmp_path / "person_20261115.csv", rows)
    live = "SELECT count(*) FROM sources_batch WHERE state = 'live'"
    before = county.installation.rows(live)
    (promised,) = county.installation.run(
        "import", path, "--validate-only", "--json", code=1
    ).objects
    assert county.installation.rows(live) == before
    (done,) = county.installation.run("import", path, "--json", code=1).objects
    for name in ("read", *COUNTS, "reasons"):
        assert promised[name] == done[name]
    assert (done["accepted"], done["reasons"]) == (9, {"rid.check": 1})


def test_without_json_it_says_what_was_wrong_and_what_to_do(county: County, tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    done = county.installation.run("import", tmp_path / "notes.csv", tmp_path / "gone.csv", code=1)
    assert "class.unknown" in done.out
    assert "Name the file CLASS_YYYYMMDD or choose the class." in done.out
    assert "The file does not exist. Check the path and deliver again." in done.out
    assert done.out.splitlines()[-1].startswith("2 files, 2 refused")
    assert done.err == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--class", "persons"], "there is no class 'persons'; `xinnong contracts` lists them"),
        (["--as-of", "2026-02-30"], "'2026-02-30' is not a date; write it as 2026-10-31"),
        (["--as-of", "2126-01-01"], "2126-01-01 lies in the future"),
        ([], "there is no file in what was named"),
    ],
)
def test_wrong_usage_is_said_and_ends_with_two(
    installation: Installation, tmp_path: Path, arguments: list[str], said: str
) -> None:
    done = installation.run("import", tmp_path, *arguments, code=2)
    assert (done.out, said in done.err) == ("", True)


def test_a_bar_is_drawn_on_a_terminal_only(county: County) -> None:
    path = county.installation.imported()[0]
    ours, theirs = pty.openpty()
    with county.installation.start("import", path, "--json", stderr=theirs) as watched:
        os.close(theirs)
        out, _ = watched.communicate()
    assert "█" in os.read(ours, 65536).decode(errors="replace")
    os.close(ours)
    assert "█" not in out
    assert county.installation.run("import", path, "--json", code=watched.returncode).err == ""


def test_ctrl_c_ends_it_cleanly_and_the_next_one_goes_on(installation: Installation) -> None:
    county = installation.data / "county"
    names = ("subsidy_????????.*", "medical_cover_????????.*")
    files = [path for name in names for path in sorted(county.glob(name))][:6]
    with installation.start("import", *files, "--json") as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert first.startswith("{")
    assert process.returncode == 130
    assert "interrupted; nothing half-done shows, run the same command again" in err
    assert "Traceback" not in out + err
    again = installation.run("import", *files, "--json", code=1)
    assert sorted(found["file"] for found in again.objects) == sorted(path.name for path in files)
    assert all(found["refused"] is None for found in again.objects)
    assert all(f["read"] == sum(f[name] for name in COUNTS) for f in again.objects)
    whole = "SELECT count(DISTINCT file) FROM sources_batch WHERE state = 'live' AND file = ANY"
    names_sql = ",".join(f"'{path.name}'" for path in files)
    assert installation.rows(f"{whole} (ARRAY[{names_sql}])") == [(len(files),)]


def test_a_reader_who_leaves_early_is_no_fault(county: County) -> None:
    process = county.installation.start("contracts", stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate()
    assert (process.returncode, err) == (0, "")
