"""xinnong guard: simulate, replay and check rules without a database, with the shapes that others read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ALERT = [
    "alert_id", "at", "rule", "severity", "villages", "phones", "devices", "agents", "event_ids",
    "supersedes",
]  # fmt: skip


def guard(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "xinnong", "guard", *arguments], capture_output=True, text=True,
        encoding="utf-8", env={**os.environ, "XINNONG_DATA": str(folder / "data")}, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("guard")
    out = folder / "new"
    done = guard(folder, "simulate", "--scenario", "field-phones", "--seed", "3", "--out", str(out))
    assert [Path(line).name for line in done.stdout.splitlines()] == [
        "events.parquet", "activities.parquet", "truth.json",
    ]  # fmt: skip
    return out


def test_it_replays_a_file_into_alerts_and_a_summary(simulated: Path, tmp_path: Path) -> None:
    arguments = ["replay", str(simulated / "events.parquet"), "--activities",
                 str(simulated / "activities.parquet"), "--json"]  # fmt: skip
    lines = [json.loads(line) for line in guard(tmp_path, *arguments).stdout.splitlines()]
    *alerts, last = lines
    assert all(list(each) == ALERT for each in alerts)
    assert list(last) == ["summary"]
    assert list(last["summary"]) == ["events", "late", "duplicate", "alerts", "seconds"]
    assert last["summary"]["alerts"] == len(alerts)
    assert {"village-burst", "device-farm"} <= {each["rule"] for each in alerts}
    said = guard(tmp_path, *arguments, "--shadow").stdout.splitlines()
    shadowed = [each for each in map(json.loads, said[:-1]) if "shadow" in each]
    assert (len(shadowed) > 0, len(said) - 1 - len(shadowed)) == (True, len(alerts))
    known = {each["alert_id"] for each in alerts}
    assert all(each["supersedes"] in known | {None} for each in alerts)


def test_people_read_lines(simulated: Path, tmp_path: Path) -> None:
    done = guard(tmp_path, "replay", str(simulated / "events.parquet"))
    assert "village-burst" in done.stdout
    assert "alerts" in done.stdout.splitlines()[-1]


def test_a_file_that_is_none_is_refused_with_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "events.parquet"
    broken.write_bytes(b"not parquet")
    done = guard(tmp_path, "replay", str(broken), "--json", code=2)
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_a_folder_with_something_in_it_is_not_written_into(simulated: Path, tmp_path: Path) -> None:
    guard(tmp_path, "simulate", "--scenario", "none", "--out", str(simulated), code=2)
    guard(tmp_path, "simulate", "--scenario", "nobody", "--out", str(tmp_path / "x"), code=2)


def test_a_rulebook_is_checked_and_every_problem_named(tmp_path: Path) -> None:
    assert "37 rules" in guard(tmp_path, "rules").stdout
    rules = tmp_path / "own.toml"
    rules.write_text('schema = 1\nid = "own"\nversion = "1"\n[[rule]]\nname = "only"\nwhen = "x"\n')
    done = guard(tmp_path, "rules", "--rules", str(rules), code=1)
    assert "rule only.when: unknown_name" in done.stderr
    assert "rule only.severity: choice" in done.stderr


def test_a_report_has_a_line_for_each_scenario_and_coverage(tmp_path: Path) -> None:
    done = guard(tmp_path, "report", "--scenario", "slow", "--feeds", "county", "--feeds", "third",
                 "--seeds", "1", "--json", "--keep", str(tmp_path / "kept"))  # fmt: skip
    kept = (tmp_path / "kept").read_text()
    (tmp_path / "kept").write_text(f'{kept}{{"mark": "cut off')
    again = guard(tmp_path, "report", "--scenario", "slow", "--feeds", "county", "--feeds", "third",
                  "--seeds", "1", "--json", "--processes", "2", "--keep", str(tmp_path / "kept"))  # fmt: skip
    assert again.stdout == done.stdout
    assert (tmp_path / "kept").read_text().startswith(kept)
    assert len((tmp_path / "kept").read_text().splitlines()) == 3  # nothing was replayed again
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["scenario"], each["feeds"]) for each in lines] == [
        ("slow", "county"),
        ("slow", "third"),
        ("together", "county"),
        ("together", "third"),
    ]
    assert [each["cases"] for each in lines[:2]] == [each["cases"] for each in lines[2:]]


def test_a_pack_of_no_case_is_wrong_usage_before_any_database(tmp_path: Path) -> None:
    done = guard(tmp_path, "pack", "export", "nonsense", "--out", str(tmp_path / "x"), code=2)
    assert "invalid UUID" in done.stderr
    assert not (tmp_path / "data" / "postgres").exists()
