"""Whatever a read or a list leaves on record has words for the family, in both languages."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from xinnong.journeys.search_terms import TermKind
from xinnong.journeys.seen_wording import ASKED, READ_FIELDS
from xinnong.privacy import seen


def test_every_part_of_a_file_and_every_question_has_words() -> None:
    assert set(READ_FIELDS) == seen.FIELDS
    assert set(ASKED) == seen.ASKED
    assert {kind.value for kind in TermKind} <= seen.ASKED


@pytest.mark.parametrize("words", [READ_FIELDS, ASKED])
def test_they_are_translated(words: dict[str, str]) -> None:
    with translation.override("en"):
        assert not [str(text) for text in words.values() if re.search(r"[^\x00-\x7f]", str(text))]
