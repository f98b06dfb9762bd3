"""Lin of the demo's bank has applications in the queue, each in another state; only once."""

from __future__ import annotations

import pytest

from tests.factories import LENDER
from tests.lending.origination.story import Story, counts, states
from tests.people import NOW
from xinnong.cli import demo_loans
from xinnong.lending.models import Application, Contract

pytestmark = pytest.mark.slow  # a published county is made first


def test_it_lends_once(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_loans, "LENDER", LENDER)
    story.people.lin.username = "officer"
    story.people.lin.save(update_fields=["username"])
    made = demo_loans.lend(now=NOW, but=story.borrower.ref)
    assert made == len(states(Application))
    assert sorted(set(states(Application))) == ["approved", "in_review", "refused"]
    assert states(Contract) == ["drafted"]
    before = counts()
    assert demo_loans.lend(now=NOW, but=story.borrower.ref) == 0
    assert counts() == before
