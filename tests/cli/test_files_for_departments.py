"""xinnong contracts and demo-county: what departments deliver, and a county that delivers it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.cli.conftest import Installation

pytestmark = pytest.mark.slow


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_contracts_for_people_and_for_programs(installation: Installation, tmp_path: Path) -> None:
    (whole,) = installation.run("contracts", "--json").objects
    listed = installation.run("contracts").out.splitlines()
    assert len(listed) == len(whole["classes"])
    (one,) = installation.run("contracts", "person", "--json").objects
    assert one["name"] == "person"
    template = tmp_path / "person.xlsx"
    done = installation.run("contracts", "person", "--template", template)
    assert done.out == ""
    sheet = CalamineWorkbook.from_path(str(template)).get_sheet_by_index(0).to_python()
    assert "身份证号" in sheet[0]


def test_an_unknown_class_is_said(installation: Installation) -> None:
    done = installation.run("contracts", "persons", code=2)
    assert "there is no class 'persons'; `xinnong contracts` lists them" in done.err


def test_the_same_seed_gives_the_same_bytes(installation: Installation, tmp_path: Path) -> None:
    made = []
    for number, seed in enumerate(("7", "7", "8")):
        out = tmp_path / str(number)
        size = ("--households", "30", "--as-of", "2026-10-31")
        installation.run("demo-county", *size, "--seed", seed, "--out", out)
        made.append(digests(out))
    assert made[0] == made[1]
    assert made[0] != made[2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--households", "0"], "households"),
        (["--households", "many"], "'many' is not a whole number from 1 to 1,000,000"),
        (["--as-of", "then"], "not a date: 'then'"),
        (["--out", "."], "the folder is not empty"),
    ],
)
def test_a_county_that_cannot_be_made(
    installation: Installation, tmp_path: Path, arguments: list[str], said: str
) -> None:
    done = installation.run("demo-county", "--out", tmp_path / "x", *arguments, code=2)
    assert (done.out, said in done.err) == ("", True)
