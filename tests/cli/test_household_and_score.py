"""xinnong household and score: the file by its number, in words and as JSON, recorded as a read."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.cli.conftest import County

pytestmark = pytest.mark.slow
FEN = Decimal("0.01")


def test_the_file_of_a_household(county: County) -> None:
    (report,) = county.installation.run("household", county.ref, "--json").objects
    assert list(report) == [
        "household_id", "area12", "state", "successor", "members", "workers", "run", "as_of",
        "profiles", "scores", "lines",
    ]  # fmt: skip
    assert (report["household_id"], report["run"]) == (county.ref, county.run)
    assert report["successor"] is None
    for profile in report["profiles"]:
        for values in profile["dimensions"].values():
            for name, value in values.items():
                is_money = profile["units"][name] == "yuan"
                assert (
                    value is None or not is_money or Decimal(value) == Decimal(value).quantize(FEN)
                )
                assert not is_money or not isinstance(value, int)
    assert {line["kind"] for line in report["lines"]} == {"pre", "granted"}
    assert all(Decimal(line["line_yuan"]) % 100 == 0 for line in report["lines"])


def test_a_score_with_its_reasons(county: County) -> None:
    (report,) = county.installation.run("score", county.ref, "--explain", "--json").objects
    assert report["points"] == sum(feature["points"] for feature in report["features"])
    assert report["points"] == sum(report["dimensions"].values())
    assert [reason["code"] for reason in report["reasons"]] == report["reason_codes"]
    words = county.installation.run("score", county.ref, "--explain", "--language", "en").out
    assert f"{report['points']} points, grade {report['grade']}" in words
    assert words.count("\n- ") == len(report["reasons"])


def test_every_reading_is_recorded(county: County) -> None:
    asked = "SELECT count(*) FROM privacy_read WHERE purpose = 'servicing'"
    ((before,),) = county.installation.rows(asked)
    county.installation.run("household", county.ref, "--purpose", "servicing")
    assert county.installation.rows(asked) == [(before + 1,)]


@pytest.mark.parametrize("command", [["household"], ["score", "--explain"]])
def test_what_is_unknown_is_said(county: County, command: list[str]) -> None:
    done = county.installation.run(*command, "H9999999999999", code=1)
    assert done.out == ""
    assert "refused: household.unknown: No household has this number" in done.err
    done = county.installation.run(*command, county.ref, "--purpose", "curiosity", code=2)
    assert "there is no purpose 'curiosity'" in done.err
    done = county.installation.run(*command, county.ref, "--purpose", "objection", code=1)
    assert "refused: purpose.case_missing" in done.err
