"""Whatever lending posts, the accountant reads why in words, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from xinnong.ledger.reasons import is_explained, reason_in_both, reason_words
from xinnong.lending.journal_reasons import reasons

SERVICES = Path(__file__).parents[2] / "xinnong" / "lending" / "services"
CODE = re.compile(r'"((?:loan|payment|statement|eod)\.[a-z-]+)"')
NOT_POSTED = {"loan.settle", "loan.prepay", "loan.renewed"}
"""Codes of changed terms and corrections, under which no money moves."""


def codes_in_the_services() -> set[str]:
    """Codes that stand in the services' text, without those of refusals, which have words of their own."""
    files = [path for path in SERVICES.glob("*.py") if "refusals" not in path.name]
    return {code for path in files for code in CODE.findall(path.read_text())}


def test_every_code_that_is_posted_has_words() -> None:
    unexplained = {code for code in codes_in_the_services() if not is_explained(code)}
    assert unexplained == NOT_POSTED


@pytest.mark.parametrize("code", sorted(reasons()))
def test_the_words_are_chinese_and_english(code: str) -> None:
    chinese, english = reason_in_both(code)
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert re.fullmatch(r"[A-Z][\x20-\x7e]+", english)


def test_a_component_is_named_with_what_was_done() -> None:
    with override("zh-hans"):
        assert reason_words("loan.repay-principal") == "收到还款：本金"
    with override("en"):
        assert reason_words("eod.off-penalty").endswith("off the balance sheet: Penalty interest")


def test_a_code_that_nobody_explains_is_shown_as_it_is() -> None:
    assert reason_in_both("core.unheard-of") == ("core.unheard-of", "core.unheard-of")
