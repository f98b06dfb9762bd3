"""The header marks the one entry a page belongs to."""

from __future__ import annotations

import pytest

from tests.factories import signed_in
from tests.lending.origination.story import Story

pytestmark = pytest.mark.slow  # a published county is made first


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/loans/", "贷款申请"),
        ("/loans/counter/", "柜台办理"),
        ("/products/", "贷款产品"),
        ("/loans/statistics/", "资产组合"),
    ],
)
def test_one_entry_is_the_current_one(story: Story, path: str, current: str) -> None:
    reader = story.people.chen if "statistics" in path else story.people.lin
    page = signed_in(reader).get(path).content.decode()
    assert page.count('aria-current="page"') == 1
    assert f'aria-current="page">{current}</a>' in page
