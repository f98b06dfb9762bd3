"""Where money on its way stands in the ledger, before there is a loan and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from xinnong.accounts.models import Institution
from xinnong.audit.services import ActsFor
from xinnong.ledger.services import Move, Opening, PostedJournal, open_account, post_journal
from xinnong.lending.models import OwnAccount

AT_BANKS: Final = "100201"


@dataclass(frozen=True, slots=True)
class BankBooks:
    """The ledger of one lender as commands about its bank use it."""

    institution: Institution
    actor: ActsFor | UUID
    now: datetime

    def of_house(self, kind: str) -> int:
        """Number of an account of the whole institution."""
        return self._open(Opening(kind))

    def at_bank(self, account: OwnAccount) -> int:
        """Number of the ledger's account for one of the lender's own at a bank."""
        return self._open(Opening(AT_BANKS, object_ref=account.ref))

    def post(
        self, *, key: str, on: date, reason: str, reference: str, moves: Sequence[Move]
    ) -> PostedJournal:
        """Post one journal of the bank's."""
        return post_journal(
            institution=self.institution,
            actor=self.actor,
            key=key,
            business_on=on,
            now=self.now,
            reason=reason,
            reference=reference,
            moves=moves,
            route=reason,
        )

    def _open(self, opening: Opening) -> int:
        return open_account(
            institution=self.institution, actor=self.actor, now=self.now, opening=opening
        ).pk
