"""Wu and Lin read what happened to a loan, and take it along as a file."""

from __future__ import annotations

import csv
import io
from uuid import uuid4

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from tests.factories import signed_in
from tests.lending.origination.story import LATER, Story
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.models import BankCard, Contract, Loan
from xinnong.lending.services import draw_on_contract
from xinnong.privacy.models import Read

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SPAN = {"from_on": "2026-11-01", "until": "2026-12-31"}


@pytest.fixture
def loan(story: Story) -> Loan:
    """Lin paid 20,000 yuan out."""
    contract: Contract = story.in_force()
    story.bind(story.people.lin)
    with scoped(SYSTEM):
        card = BankCard.objects.get()
    with scoped(story.people.lin):
        draw_on_contract(
            actor=story.people.lin, contract=contract, amount_minor=2_000_000, card=card,
            device=None, on=timezone.localdate(LATER), now=LATER, key=str(uuid4()),
        )  # fmt: skip
    with scoped(SYSTEM):
        return Loan.objects.get()


def address(loan: Loan, ending: str = "/") -> str:
    return f"/loans/{loan.ref}/statement{ending}"


def test_wu_reads_it_and_nobody_is_told_of_it(story: Story, loan: Loan) -> None:
    page = signed_in(story.people.wu).get(address(loan), SPAN).content.decode()
    assert "20,000.00 元" in page
    assert f"/borrow/loans/{loan.ref}/" in page
    with scoped(SYSTEM):
        assert not Read.objects.filter(case=str(loan.ref)).exists()


def test_lin_reads_it_and_that_is_remembered(story: Story, loan: Loan) -> None:
    page = signed_in(story.people.lin).get(address(loan), SPAN).content.decode()
    assert "20,000.00 元" in page
    with scoped(SYSTEM):
        read = Read.objects.get(case=str(loan.ref))
    assert read.purpose == "servicing"


def test_the_files_say_the_same(story: Story, loan: Loan) -> None:
    phone = signed_in(story.people.wu)
    paper = phone.get(address(loan, ".pdf"), SPAN)
    assert paper.content.startswith(b"%PDF")
    assert f"statement-{loan.ref}-2026-12-31.pdf" in paper["Content-Disposition"]
    text = phone.get(address(loan, ".csv"), SPAN).content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["kind"], row["amount_yuan"], row["principal_owed_yuan"]) == (
        "drawn", "20000.00", "20000.00",
    )  # fmt: skip
    workbook = phone.get(address(loan, ".xlsx"), SPAN).content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()
    assert rows[1][1:3] == ["drawn", 20000]


@pytest.mark.parametrize("who", ["zhao", "fang", "xu"])
@pytest.mark.parametrize("ending", ["/", ".pdf"])
def test_others_find_nothing(story: Story, loan: Loan, who: str, ending: str) -> None:
    other = signed_in(getattr(story.people, who))
    assert other.get(address(loan, ending), SPAN).status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"from_on": "2026-12-31", "until": "2026-01-01"},
        {"from_on": "昨天"},
        {"until": "2026-13-01"},
    ],
)
def test_days_that_make_no_sense_are_said_and_kept(
    story: Story, loan: Loan, asked: dict[str, str]
) -> None:
    phone = signed_in(story.people.wu)
    answer = phone.get(address(loan), asked)
    assert answer.status_code == 422
    assert all(value in answer.content.decode() for value in asked.values())
    assert phone.get(address(loan, ".csv"), asked).status_code == 404
    assert phone.get(address(loan, ".exe"), SPAN).status_code == 404
