"""The demo-county command: exit codes, and what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from xinnong.__main__ import main

pytestmark = pytest.mark.slow


def test_it_writes_a_county_and_says_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "county"
    assert (
        main(["demo-county", "--households", "6", "--out", str(out), "--as-of", "last-month"]) == 0
    )
    assert "6 households" in capsys.readouterr().out
    assert (out / "truth" / "personas.json").exists()


@pytest.mark.parametrize("option", [("--households", "0"), ("--households", "1000001")])
def test_it_refuses_impossible_sizes(
    option: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo-county", *option, "--out", str(tmp_path / "county")]) == 2
    assert "is not a whole number from 1 to 1,000,000" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_it_says_what_is_no_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo-county", "--out", str(tmp_path / "county"), "--as-of", "soon"]) == 2
    assert "not a date: 'soon'" in capsys.readouterr().err
