"""Products, applications, contracts, payees, and what was looked into before."""

from xinnong.lending.models.applications import (
    Application,
    ApplicationState,
    AuthorityLimit,
    Channel,
    DecidingRole,
    Decision,
    DecisionKind,
    Outcome,
    Receipt,
)
from xinnong.lending.models.checks import (
    CreditReportQuery,
    Finding,
    Investigation,
    ReportPurpose,
)
from xinnong.lending.models.contracts import (
    Contract,
    ContractCondition,
    ContractPaper,
    ContractState,
    SignedHow,
)
from xinnong.lending.models.payees import (
    BankCard,
    CalledHow,
    HoldKind,
    PaymentHold,
    VerifiedHow,
)
from xinnong.lending.models.products import (
    BookOfRecord,
    DraftState,
    Offer,
    ProductDraft,
    PublishedProduct,
)

__all__ = [
    "Application",
    "ApplicationState",
    "AuthorityLimit",
    "BankCard",
    "BookOfRecord",
    "CalledHow",
    "Channel",
    "Contract",
    "ContractCondition",
    "ContractPaper",
    "ContractState",
    "CreditReportQuery",
    "DecidingRole",
    "Decision",
    "DecisionKind",
    "DraftState",
    "Finding",
    "HoldKind",
    "Investigation",
    "Offer",
    "Outcome",
    "PaymentHold",
    "ProductDraft",
    "PublishedProduct",
    "Receipt",
    "ReportPurpose",
    "SignedHow",
    "VerifiedHow",
]
