"""Codes as people say them."""

from __future__ import annotations

from django.utils.translation import override

from xinnong.core.products import Way
from xinnong.lending import wording


def test_one_period_has_its_own_word() -> None:
    assert wording.way_text(Way("equal_installment", 1, "months")) == "等额本息（每月一期）"
    assert wording.way_text(Way("equal_installment", 3, "months")) == "等额本息（每 3 个月一期）"
    with override("en"):
        assert wording.every_text(1, "quarters") == "every quarter"
        assert wording.every_text(2, "weeks") == "every 2 weeks"


def test_evidence_that_was_looked_up_is_told_without_its_number() -> None:
    assert wording.evidence_text("report:01a21a0d") == "系统里查到的"
    assert wording.evidence_text("PG-2026-00099") == "PG-2026-00099"
