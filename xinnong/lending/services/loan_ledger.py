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
from xinnong.lending.models import Loan, PayChannel, Standing
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
OFF_BALANCE: Final[Mapping[str, str]] = {
    "interest": "712111",
    "penalty": "712112",
    "compound": "712113",
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

    def source(self, channel: str) -> int:
        """Number of the account that the money of a channel is debited to."""
        if channel == PayChannel.HELD:
            return self.of_loan(HELD)
        return self.of_house(SUSPENSE if channel == PayChannel.SUSPENSE else IN_TRANSIT)

    def is_off_balance(self) -> bool:
        """Whether what the loan earned and nobody paid stands in memorandum accounts."""
        return Standing.objects.filter(loan=self.loan, off_balance=True).exists()

    def accrual_moves(self, amounts: Mapping[str, int], reason: str) -> list[Move]:
        """What was earned by component, as moves; a negative amount is taken back."""
        earned = {name: amount for name, amount in amounts.items() if amount}
        if earned and self.is_off_balance():
            return self.off_balance_moves(earned, reason)
        return [
            self.signed(self.account(RECEIVABLE[name]), self.account(INCOME[name]), amount, reason)
            for name, amount in earned.items()
        ]

    def paid_moves(self, source: int, amounts: Mapping[str, int], reason: str) -> list[Move]:
        """What was paid by component, and `held`; a negative amount is given back.

        Of a loan off the balance interest is income only now, and leaves the memorandum accounts.
        """
        paid = {name: amount for name, amount in amounts.items() if amount}
        is_off = self.is_off_balance()
        into = {"principal": self.of_loan, "held": self.of_loan}
        moves = []
        for name, amount in paid.items():
            kind = paid_into(name, is_off=is_off)
            account = into.get(name, self.account)(kind)
            moves.append(self.signed(source, account, amount, f"{reason}-{name}"))
        if is_off:
            less = {name: -paid[name] for name in OFF_BALANCE if name in paid}
            moves += self.off_balance_moves(less, f"{reason}-off")
        return moves

    def off_balance_moves(self, amounts: Mapping[str, int], reason: str) -> list[Move]:
        """Unpaid interest by component into the memorandum accounts; negative amounts leave them."""
        contra = self.of_house(CONTRA)
        return [
            self.signed(self.account(OFF_BALANCE[name]), contra, amount, reason)
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


def paid_into(component: str, *, is_off: bool) -> str:
    """The kind of account that a paid component is credited to."""
    fixed = {"principal": PRINCIPAL, "held": HELD, "fee": INCOME["fee"]}
    return fixed.get(component) or (INCOME if is_off else RECEIVABLE)[component]
