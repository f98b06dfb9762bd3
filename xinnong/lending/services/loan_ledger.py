"""Where the money of loans stands in the ledger: principal by loan, the rest by product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from xinnong.accounts.models import Institution
from xinnong.audit.services import ActsFor
from xinnong.ledger.services import Move, Opening, PostedJournal, open_accounts, post_journal
from xinnong.lending.models import Loan, PayChannel
from xinnong.lending.queries.loans import PRINCIPAL

IN_TRANSIT: Final = "101201"
HELD: Final = "224101"
SUSPENSE: Final = "224190"
PROVISIONS: Final = "130401"
IMPAIRMENT: Final = "670201"
CONTRA: Final = "719901"
RECOVERED: Final = "630101"
RECEIVABLE: Final[Mapping[str, str]] = {
    "interest": "113211",
    "penalty": "113212",
    "compound": "113213",
}
INCOME: Final[Mapping[str, str]] = {
    "interest": "601101",
    "penalty": "601102",
    "compound": "601102",
    "fee": "602101",
}
"""What a day earns, by component; a fee earns when it is paid."""


@dataclass(frozen=True, slots=True)
class LoanBooks:
    """The ledger of one lender as one loan's commands use it."""

    institution: Institution
    actor: ActsFor | UUID
    now: datetime
    loan: Loan

    def account(self, kind: str) -> int:
        """Number of an account by product, opened where it is missing."""
        return self._open(Opening(kind, product=self.loan.product.code))

    def of_house(self, kind: str) -> int:
        """Number of an account of the whole institution."""
        return self._open(Opening(kind))

    def of_loan(self, kind: str) -> int:
        """Number of an account of this loan."""
        product = self.loan.product.code if kind == PRINCIPAL else ""
        return self._open(
            Opening(kind, product=product, object_ref=self.loan.ref, holder=self.loan.person)
        )

    def paid_into(self, component: str) -> int:
        """Number of the account that a paid component is credited to."""
        if component == "principal":
            return self.of_loan(PRINCIPAL)
        return self.account(RECEIVABLE.get(component) or INCOME[component])

    def source(self, channel: str) -> int:
        """Number of the account that the money of a channel is debited to."""
        if channel == PayChannel.HELD:
            return self.of_loan(HELD)
        return self.of_house(SUSPENSE if channel == PayChannel.SUSPENSE else IN_TRANSIT)

    def accrual_moves(self, amounts: Mapping[str, int], reason: str) -> list[Move]:
        """What was earned by component, as moves; a negative amount is taken back."""
        return [
            self.signed(self.account(RECEIVABLE[name]), self.account(INCOME[name]), amount, reason)
            for name, amount in amounts.items()
            if amount
        ]

    def signed(self, debit: int, credit: int, amount_minor: int, reason: str) -> Move:
        """A move, the other way round where the amount is negative."""
        if amount_minor < 0:
            return Move(credit, debit, -amount_minor, reason)
        return Move(debit, credit, amount_minor, reason)

    def post(self, *, key: str, on: date, reason: str, moves: Sequence[Move]) -> PostedJournal:
        """Post one journal of this loan."""
        return post_journal(
            institution=self.institution,
            actor=self.actor,
            key=key,
            business_on=on,
            now=self.now,
            reason=reason,
            reference=str(self.loan.ref),
            moves=moves,
            route=reason,
        )

    def _open(self, opening: Opening) -> int:
        [account] = open_accounts(
            institution=self.institution, actor=self.actor, now=self.now, openings=[opening]
        )
        return account.pk
