"""Opening and closing accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from xinnong.accounts.models import Institution
from xinnong.accounts.roles import OwnerKind
from xinnong.audit.services import ActsFor, record
from xinnong.core.errors import Refused
from xinnong.core.ledger_refusals import AccountUnknown
from xinnong.ledger.chart import kind_of
from xinnong.ledger.models import TOTALS, Account
from xinnong.ledger.queries import balances_now
from xinnong.ledger.services.commands import answer_once

LEDGER_LOCK: Final = 7_466_252
"""First half of the advisory lock that every posting of an institution shares."""

Natural = tuple[str, str, UUID | None]


class NotALender(Refused):
    """Only lenders keep ledgers."""

    code: ClassVar[str] = "ledger.not_a_lender"


class AccountDiffers(Refused):
    """The account exists for another holder."""

    code: ClassVar[str] = "ledger.account_differs"


class AccountNotEmpty(Refused):
    """The account has a balance or reservations."""

    code: ClassVar[str] = "ledger.account_not_empty"


class ObjectNeeded(Refused):
    """An account of this kind belongs to a loan, a fund or so; control accounts belong to none."""

    code: ClassVar[str] = "ledger.object_needed"


@dataclass(frozen=True, slots=True)
class Opening:
    """An account wanted: a code of the chart, for control accounts a product, else an object.

    `holder` is the public reference of the person whose account it is.
    """

    kind: str
    product: str = ""
    object_ref: UUID | None = None
    holder: UUID | None = None

    @property
    def natural(self) -> Natural:
        """What tells accounts of an institution apart."""
        return (self.kind, self.product, self.object_ref)


def open_account(
    *, institution: Institution, actor: ActsFor | UUID, now: datetime, opening: Opening
) -> Account:
    """One account; see open_accounts."""
    [account] = open_accounts(institution=institution, actor=actor, now=now, openings=[opening])
    return account


def open_accounts(
    *, institution: Institution, actor: ActsFor | UUID, now: datetime, openings: Sequence[Opening]
) -> list[Account]:
    """Accounts in the order asked for, opened where they do not exist yet.

    Kind, product and object are the key: asking again answers the same accounts. Raises
    AccountKindUnknown, NotALender, ObjectNeeded, AccountDiffers (another holder).
    """
    if institution.operator.kind != OwnerKind.LENDER:
        raise NotALender(institution=institution.code)
    wanted = {opening.natural: opening for opening in openings}
    with transaction.atomic():
        known = _known(institution, wanted)
        missing = [_new(institution, o, now) for n, o in wanted.items() if n not in known]
        if missing:
            Account.objects.bulk_create(missing, ignore_conflicts=True)
            known = _known(institution, wanted)
            record(
                actor=actor,
                action="ledger.open",
                at=now,
                counts={"accounts": len(missing)},
                concerns=institution,
            )
    for natural, opening in wanted.items():
        if known[natural].holder != opening.holder:
            raise AccountDiffers(kind=opening.kind)
    return [known[opening.natural] for opening in openings]


def close_account(
    *, institution: Institution, actor: ActsFor | UUID, key: str, now: datetime, account: int
) -> Account:
    """Close an empty account; nothing is posted to it any more.

    Raises AccountUnknown, AccountNotEmpty. An account that is closed already stays as it is.
    """

    def work() -> dict[str, int]:
        _alone(institution)
        found = Account.objects.filter(pk=account, institution=institution).first()
        if found is None:
            raise AccountUnknown(journal=0, transfer=0)
        if any(balances_now(found)):
            raise AccountNotEmpty(account=account)
        if found.closed_at is None:
            Account.objects.filter(pk=account).update(closed_at=now)
            record(
                actor=actor, action="ledger.close", at=now, subject=found.ref, concerns=institution
            )
        return {"account": account}

    answer_once(
        institution=institution,
        actor=actor,
        route="ledger.close-account",
        key=key,
        body={"account": account},
        now=now,
        work=work,
    )
    return Account.objects.get(pk=account)


def _alone(institution: Institution) -> None:
    """Wait until nothing of the institution is being posted, and keep it so until the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LEDGER_LOCK, institution.pk])


def _known(institution: Institution, wanted: dict[Natural, Opening]) -> dict[Natural, Account]:
    objects = [object_ref for _, _, object_ref in wanted if object_ref is not None]
    of_object = Q(object_ref__in=objects)
    if any(object_ref is None for _, _, object_ref in wanted):
        of_object |= Q(object_ref__isnull=True)
    found = Account.objects.filter(of_object, institution=institution)
    found = found.filter(kind__in={kind for kind, _, _ in wanted})
    by_natural = {(a.kind, a.product, a.object_ref): a for a in found}
    return {natural: by_natural[natural] for natural in wanted if natural in by_natural}


def _new(institution: Institution, opening: Opening, now: datetime) -> Account:
    kind = kind_of(opening.kind)
    if kind.of_object is (opening.object_ref is None):
        raise ObjectNeeded(kind=opening.kind)
    return Account(
        institution=institution,
        kind=kind.code,
        product=opening.product,
        holder=opening.holder,
        object_ref=opening.object_ref,
        normal=kind.side.value,
        opened_at=now,
        **dict.fromkeys(kind.flags, True),
        **(dict.fromkeys(TOTALS, 0) if kind.running else {}),
    )
