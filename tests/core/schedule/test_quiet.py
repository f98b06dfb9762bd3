"""The short way of the plainest loan leads where the long one does."""

from __future__ import annotations

from hypothesis import assume, given

from tests.core.schedule.loans import Said, documents, many_loans
from xinnong.core.schedule import InvalidTerms, terms_from
from xinnong.core.schedule.quiet import is_quiet, quiet_rows
from xinnong.core.schedule.walk import walk


@many_loans
@given(documents(events=False))
def test_it_gives_the_rows_of_the_long_way(said: Said) -> None:
    said["method"] = "equal_installment"
    for name in ("grace", "disbursements", "calendar", "balloon", "level"):
        said.pop(name, None)
    try:
        terms = terms_from(said)
    except InvalidTerms:
        assume(condition=False)
    assert is_quiet(terms)
    assert list(quiet_rows(terms)[0]) == walk(terms).rows
