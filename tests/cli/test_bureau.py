"""xinnong bureau: what it is given, what it writes and what it answers."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.lending.loans import Lender, open_lender, vouched
from tests.lending.test_reporting_to_the_bureau import JANUARY, consent, sign
from xinnong.cli import bureau
from xinnong.core.schedule.terms import Method

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def lender() -> Iterator[Lender]:
    with vouched():
        made = open_lender()
        loan = made.draw(9_000_000, on=JANUARY, method=Method.AT_MATURITY)
        made.draw(1_000_000, on=JANUARY, method=Method.AT_MATURITY, contract_ref=loan.ref)
        sign(made, loan, "machinery", 9_000_000)
        consent(made, loan)
        made.end(date(2026, 1, 31))
        yield made


def test_it_writes_a_file_and_counts_what_is_left_out(
    lender: Lender, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "january.jsonl"
    said = argparse.Namespace(institution="BANK-01", month=JANUARY, out=out, json=True)
    assert bureau.run(said) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["records"]) == ("made", 1)
    assert told["withheld"] == {"bureau.no_code": 1, "bureau.no_consent": 1}
    first = out.read_bytes()
    assert len(first.splitlines()) == 3
    assert bureau.run(said) == 1
    assert json.loads(capsys.readouterr().out)["status"] == "already"
    assert out.read_bytes() == first
    said.institution = "NOBODY"
    assert bureau.run(said) == 2


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "january", "2026-01-01", ""])
def test_a_month_is_written_as_year_and_month(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        bureau.month(text)
