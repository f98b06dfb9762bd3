"""Products, and the loans that were drawn under them."""

from xinnong.lending.models.days import (
    BusinessDay,
    DayState,
    EodAccrual,
    EodRun,
    EodStep,
    Reminder,
    RunState,
)
from xinnong.lending.models.loans import (
    AccrualCorrection,
    ClassChange,
    Loan,
    LoanDue,
    LoanState,
    LoanStretch,
    LoanVersion,
    OpenDue,
    Standing,
)
from xinnong.lending.models.products import (
    BookOfRecord,
    DraftState,
    Offer,
    ProductDraft,
    PublishedProduct,
)
from xinnong.lending.models.repayments import PayChannel, Repayment, RepaymentPart, RepaymentState

__all__ = [
    "AccrualCorrection",
    "BookOfRecord",
    "BusinessDay",
    "ClassChange",
    "DayState",
    "DraftState",
    "EodAccrual",
    "EodRun",
    "EodStep",
    "Loan",
    "LoanDue",
    "LoanState",
    "LoanStretch",
    "LoanVersion",
    "Offer",
    "OpenDue",
    "PayChannel",
    "ProductDraft",
    "PublishedProduct",
    "Reminder",
    "Repayment",
    "RepaymentPart",
    "RepaymentState",
    "RunState",
    "Standing",
]
