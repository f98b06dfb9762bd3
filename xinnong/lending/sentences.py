"""Every refusal of this app in words."""

from __future__ import annotations

from xinnong.lending.aftercare_wording import AFTERCARE_REFUSALS
from xinnong.lending.bank_wording import BANK_REFUSALS
from xinnong.lending.book_wording import BOOK_REFUSALS
from xinnong.lending.loan_wording import LOAN_REFUSALS
from xinnong.lending.reasons import DECISIONS, STEPS
from xinnong.lending.security_wording import SECURITY_REFUSALS
from xinnong.lending.wording import REFUSALS

SENTENCES = (
    REFUSALS,
    DECISIONS,
    STEPS,
    LOAN_REFUSALS,
    SECURITY_REFUSALS,
    AFTERCARE_REFUSALS,
    BANK_REFUSALS,
    BOOK_REFUSALS,
)
