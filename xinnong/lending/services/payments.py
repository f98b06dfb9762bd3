"""Orders to the bank: one for each sum that is to leave, and the files they go out in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from xinnong.accounts.models import Institution
from xinnong.accounts.scope import scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import ActsFor, record
from xinnong.core.payments import Encoding, Form, PaymentLine, control_sum, payment_file
from xinnong.ledger.services import answer_once
from xinnong.lending.models import (
    BankCard,
    Loan,
    OwnAccount,
    PaymentFile,
    PaymentKind,
    PaymentOrder,
    PaymentState,
)
from xinnong.lending.queries.borrowers import borrower_names
from xinnong.lending.services.bank_refusals import (
    FileUnknown,
    NothingToSend,
    OwnAccountNumber,
    OwnAccountUnknown,
)
from xinnong.lending.services.lender_scope import of_lender
from xinnong.lending.services.payees import NUMBER
from xinnong.privacy.vault import KEY_ID, seal, unseal

MAKE: Final = "lending.send-payments"
MOST_IN_A_FILE: Final = 10_000
CONTENT: Final = "content"
USES: Final = {
    PaymentKind.DRAW: "贷款发放",
    PaymentKind.EXCESS: "退还多收款",
    PaymentKind.RETURN: "退回来账",
}
"""What stands in the bank's file; it is the bank's language, whoever sends it."""
_ACCOUNT: Final = re.compile(r"[0-9A-Z]{6,34}")


def enter_own_account(
    *, actor: ActsFor | UUID, institution: Institution, bank: str, number: str, now: datetime
) -> OwnAccount:
    """Enter an account of the lender's own at a bank; the same number answers the first one.

    Raises OwnAccountNumber.
    """
    plain = re.sub(r"[\s-]", "", number).upper()
    if not _ACCOUNT.fullmatch(plain):
        raise OwnAccountNumber
    with scoped(of_lender(institution.code, actor)):
        account, is_new = OwnAccount.objects.get_or_create(
            institution=institution.code,
            number=plain,
            defaults={
                "ref": new_ref(), "bank": bank.strip()[:64], "opened_at": now,
                "opened_by": actor if isinstance(actor, UUID) else actor.ref,
            },
        )  # fmt: skip
        if is_new:
            record(
                actor=actor, action="lending.enter-own-account", at=now, subject=account.ref,
                concerns=institution,
            )  # fmt: skip
    return account


def own_account(institution: str, number: str = "") -> OwnAccount:
    """An account of the lender by its number, or the first one. Raises OwnAccountUnknown."""
    found = OwnAccount.objects.filter(institution=institution).order_by("id")
    account = (found.filter(number=number) if number else found).first()
    if account is None:
        raise OwnAccountUnknown
    return account


def order_draw(loan: Loan, on: date, now: datetime) -> PaymentOrder:
    """Order that a drawn loan be paid to its borrower's card. In the caller's transaction."""
    return PaymentOrder.objects.create(
        ref=new_ref(),
        institution=loan.institution,
        kind=PaymentKind.DRAW,
        loan=loan,
        card=loan.payee,
        amount_minor=loan.principal_minor,
        business_on=on,
        made_at=now,
    )


def send_payments(
    *,
    actor: ActsFor | UUID,
    institution: Institution,
    form: Form,
    encoding: Encoding,
    now: datetime,
    key: str,
    account: str = "",
) -> PaymentFile:
    """Make the file of every payment that waits and has a payee; none of them goes out again.

    The same key answers the same file. Raises OwnAccountUnknown, NothingToSend, CommandKeyReused.
    """

    def work() -> dict[str, object]:
        payer = own_account(institution.code, account)
        found = PaymentOrder.objects.select_for_update(of=("self",)).filter(
            institution=institution.code, state=PaymentState.TO_SEND
        )
        waiting = list(found.select_related("loan").order_by("id")[:MOST_IN_A_FILE])
        lines = lines_of(waiting)
        if not lines:
            raise NothingToSend(waiting=len(waiting))
        made = _write_file(payer, list(lines.values()), form, encoding, actor, now)
        PaymentOrder.objects.filter(pk__in=lines).update(
            state=PaymentState.SENT, file=made, account=payer
        )
        record(
            actor=actor, action=MAKE, at=now, subject=made.ref, checksum=made.sha256,
            counts={"payments": made.payments, "sum_minor": made.sum_minor}, concerns=institution,
        )  # fmt: skip
        return {"file": str(made.ref)}

    body = {"form": form.value, "encoding": encoding.value, "account": account}
    with scoped(of_lender(institution.code, actor)):
        answer = answer_once(
            institution=institution, actor=actor, route=MAKE, key=key, body=body, now=now,
            work=work,
        )  # fmt: skip
        return PaymentFile.objects.get(ref=UUID(str(answer["file"])))


def lines_of(orders: Sequence[PaymentOrder]) -> dict[int, PaymentLine]:
    """Orders that name a payee's account as lines of a file, by their row; the others are left."""
    refs = {order.card for order in orders if order.card}
    cards = {
        card.ref: card
        for card in BankCard.objects.filter(
            ref__in=refs, removed_at__isnull=True, number_sealed__isnull=False
        )
    }
    names = borrower_names({card.person for card in cards.values()})
    found: dict[int, PaymentLine] = {}
    for order in orders:
        payee = _payee_of(order, cards, names)
        if payee is not None:
            found[order.pk] = PaymentLine(
                order.number, order.business_on, order.amount_minor, *payee,
                use=USES[PaymentKind(order.kind)],
            )  # fmt: skip
    return found


def _payee_of(
    order: PaymentOrder, cards: dict[UUID, BankCard], names: dict[UUID, str]
) -> tuple[str, str, str] | None:
    """Name, account and bank of a payee, as far as they are known."""
    if order.payee is not None:
        said = unseal(bytes(order.payee), person=order.ref, key_id=order.payee_key)
        return said["name"], said["account"], said["bank"]
    card = cards.get(order.card) if order.card else None
    if card is None or card.number_sealed is None or card.person not in names:
        return None
    opened = unseal(bytes(card.number_sealed), person=card.person, key_id=card.number_key)
    return names[card.person], opened[NUMBER], card.bank


def _write_file(
    payer: OwnAccount,
    lines: Sequence[PaymentLine],
    form: Form,
    encoding: Encoding,
    actor: ActsFor | UUID,
    now: datetime,
) -> PaymentFile:
    ref = new_ref()
    data = payment_file(lines, payer=payer.number, file=str(ref), form=form, encoding=encoding)
    text = data.decode(encoding.value)
    return PaymentFile.objects.create(
        ref=ref,
        institution=payer.institution,
        account=payer,
        form=form.value,
        encoding=encoding.value,
        payments=len(lines),
        sum_minor=control_sum(lines),
        sha256=hashlib.sha256(data).hexdigest(),
        content=seal({CONTENT: text}, person=ref),
        content_key=KEY_ID,
        made_at=now,
        made_by=actor if isinstance(actor, UUID) else actor.ref,
    )


def open_payment_file(
    *, actor: ActsFor | UUID, institution: Institution, ref: UUID, now: datetime
) -> tuple[PaymentFile, bytes]:
    """A file that was made, byte for byte, as often as it is asked for. Raises FileUnknown."""
    with scoped(of_lender(institution.code, actor)):
        made = _file(institution, ref)
        opened = unseal(bytes(made.content), person=made.ref, key_id=made.content_key)
        data = opened[CONTENT].encode(made.encoding)
        assert hashlib.sha256(data).hexdigest() == made.sha256, made.ref
        record(
            actor=actor, action="lending.fetch-payments", at=now, subject=made.ref,
            checksum=made.sha256, concerns=institution,
        )  # fmt: skip
    return made, data


def take_payment_file(
    *, actor: ActsFor | UUID, institution: Institution, ref: UUID, now: datetime
) -> PaymentFile:
    """Note that the bank has taken a file; a second time changes nothing. Raises FileUnknown."""
    with scoped(of_lender(institution.code, actor)):
        made = _file(institution, ref, lock=True)
        if made.taken_at is None:
            made.taken_at = now
            made.save(update_fields=["taken_at"])
            record(
                actor=actor, action="lending.take-payments", at=now, subject=made.ref,
                concerns=institution,
            )  # fmt: skip
    return made


def _file(institution: Institution, ref: UUID, *, lock: bool = False) -> PaymentFile:
    files = PaymentFile.objects.select_for_update() if lock else PaymentFile.objects.all()
    made = files.filter(ref=ref, institution=institution.code).first()
    if made is None:
        raise FileUnknown
    return made
