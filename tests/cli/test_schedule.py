"""xinnong schedule: a table for people, JSON for programs, refusals by name, no database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

TERMS = {
    "method": "equal_installment",
    "principal": "100000",
    "annual_rate": "4.1",
    "number_of_repayments": 12,
    "disbursed_on": "2021-03-01",
    "interest_period": "same_as_repayment",
}


def schedule(
    folder: Path, *arguments: str, code: int = 0, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "xinnong", "schedule", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "XINNONG_DATA": str(folder / "data")},
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


def written(folder: Path, **changes: Any) -> str:
    path = folder / "terms.json"
    path.write_text(json.dumps({**TERMS, **changes}), encoding="utf-8")
    return str(path)


def test_it_answers_one_json_object(tmp_path: Path) -> None:
    done = schedule(tmp_path, written(tmp_path), "--json")
    (line,) = done.stdout.splitlines()
    answer = json.loads(line)
    assert list(answer) == ["rows", "totals", "terms", "conventions"]
    assert len(answer["rows"]) == 12
    assert answer["rows"][-1] == {
        "n": 12,
        "due": "2022-03-01",
        "days": 28,
        "principal": "8490.56",
        "interest": "29.01",
        "fee": "0.00",
        "penalty": "0.00",
        "total": "8519.57",
        "balance_after": "0.00",
    }
    assert answer["totals"] == {
        "principal": "100000.00",
        "interest": "2234.73",
        "fee": "0.00",
        "penalty": "0.00",
        "total": "102234.73",
    }
    assert answer["terms"]["last_installment_gap_pct"] == 50
    assert "level.period_factors" in answer["conventions"]
    # the normalised terms are terms: they give the same answer
    again = schedule(tmp_path, "-", "--json", stdin=json.dumps(answer["terms"]))
    assert json.loads(again.stdout) == answer


def test_it_prints_a_table(tmp_path: Path) -> None:
    lines = schedule(tmp_path, written(tmp_path)).stdout.splitlines()
    assert lines[0].split() == [
        "n", "due", "days", "principal", "interest", "fee", "penalty", "total", "balance", "after",
    ]  # fmt: skip
    assert lines[13].split() == [
        "12", "2022-03-01", "28", "8,490.56", "29.01", "0.00", "0.00", "8,519.57", "0.00",
    ]  # fmt: skip
    assert lines[-2].split()[:3] == ["total", "365", "100,000.00"]
    assert lines[-1].startswith("conventions: level.period_factors, ")


def test_it_refuses_everything_that_is_wrong_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, colour="red", every=0, events=[{"on": "2021-04-01", "kind": "gift"}])
    done = schedule(tmp_path, path, "--json", code=1)
    assert done.stdout == ""
    refused = [line.split(": ")[2:4] for line in done.stderr.splitlines()]
    assert [(field, code.split(" ")[0]) for field, code in refused] == [
        ("colour", "field.unknown"),
        ("every", "field.value"),
        ("events[0].kind", "field.value"),
    ]


def test_an_event_that_cannot_happen_is_refused(tmp_path: Path) -> None:
    event = {"on": "2021-04-10", "kind": "prepayment", "amount": "99000"}
    done = schedule(tmp_path, written(tmp_path, events=[event]), code=1)
    assert "events[0].amount: event.over_balance (owed_minor 9182211)" in done.stderr
    assert done.stdout == ""


def test_usage_is_said(tmp_path: Path) -> None:
    assert "name a file with terms" in schedule(tmp_path, code=2).stderr
    assert "No such file" in schedule(tmp_path, str(tmp_path / "none.json"), code=2).stderr
    assert "Is a directory" in schedule(tmp_path, str(tmp_path), code=2).stderr


def test_it_prints_its_schema(tmp_path: Path) -> None:
    schema = json.loads(schedule(tmp_path, "--schema").stdout)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["properties"]["day_count"]["default"] == "actual/360"


def test_a_banker_gets_fourteen_columns_as_a_table_and_as_a_file(tmp_path: Path) -> None:
    terms = written(tmp_path)
    head = schedule(tmp_path, terms, "--table").stdout.splitlines()[0].split()
    assert len(head) == 14
    lines = schedule(tmp_path, terms, "--csv").stdout.splitlines()
    assert lines[0].split(",") == head
    assert len(lines) == 13
    assert lines[12] == (
        "12,2022-02-01,2022-03-01,28,4.1,8490.56,0.00,8490.56,29.01,0.00,0.00,8519.57,0.00,"
    )
    english = schedule(tmp_path, terms, "--csv", "--language", "en").stdout.splitlines()
    assert english[0].startswith("No.,From,Due,Days,")
    assert len(english) == len(lines)
    schedule(tmp_path, terms, "--csv", "--language", "fr", code=2)
    schedule(tmp_path, terms, "--table", "--json", code=2)
