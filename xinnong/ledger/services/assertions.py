"""What others say about our balances, and why it differs."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from xinnong.accounts.models import Institution
from xinnong.audit.services import ActsFor, record
from xinnong.core.errors import Refused
from xinnong.core.ledger_refusals import AccountUnknown
from xinnong.ledger.models import Account, Assertion
from xinnong.ledger.queries import balance_at
from xinnong.ledger.services.commands import answer_once

EXPLANATION_LENGTH = 200


class NoBreak(Refused):
    """There is no such assertion, or it is explained already."""

    code: ClassVar[str] = "ledger.no_break"


class ExplanationMissing(Refused):
    """An explanation of 1 to 200 characters is needed."""

    code: ClassVar[str] = "ledger.explanation_missing"


def assert_balance(
    *,
    institution: Institution,
    actor: ActsFor | UUID,
    key: str,
    account: int,
    source: Assertion.Source,
    business_on: date,
    expected_minor: int,
    now: datetime,
    reference: str = "",
) -> Assertion:
    """Record what a statement or a count says an account has at the end of a day.

    `expected_minor` is on the account's normal side. A difference moves nothing; it stays a break
    until the books agree or somebody explains it. Raises AccountUnknown.
    """

    def work() -> dict[str, int]:
        found = Account.objects.filter(pk=account, institution=institution).first()
        if found is None:
            raise AccountUnknown(journal=0, transfer=0)
        stored = Assertion.objects.create(
            institution=institution,
            account=found,
            source=source,
            business_on=business_on,
            reference=reference,
            expected_minor=expected_minor,
            computed_minor=balance_at(found, on=business_on),
            asserted_at=now,
            asserted_by=actor if isinstance(actor, UUID) else actor.ref,
        )
        record(
            actor=actor,
            action="ledger.assert",
            at=now,
            subject=stored.ref,
            counts={"breaks": int(stored.difference_minor != 0)},
            concerns=institution,
        )
        return {"assertion": stored.pk}

    answer = answer_once(
        institution=institution,
        actor=actor,
        route="ledger.assert",
        key=key,
        body={
            "account": account,
            "source": str(source),
            "business_on": business_on,
            "expected_minor": expected_minor,
            "reference": reference,
        },
        now=now,
        work=work,
    )
    return Assertion.objects.get(pk=answer["assertion"])


def explain_break(
    *,
    institution: Institution,
    actor: ActsFor | UUID,
    key: str,
    assertion: UUID,
    explanation: str,
    now: datetime,
) -> Assertion:
    """Say why an assertion differs. Raises NoBreak, ExplanationMissing."""
    if not 0 < len(explanation.strip()) <= EXPLANATION_LENGTH:
        raise ExplanationMissing(limit=EXPLANATION_LENGTH)

    def work() -> dict[str, int]:
        open_ones = Assertion.objects.filter(
            institution=institution, ref=assertion, explained_at__isnull=True
        )
        if not open_ones.update(
            explained_at=now,
            explained_by=actor if isinstance(actor, UUID) else actor.ref,
            explanation=explanation.strip(),
        ):
            raise NoBreak
        record(
            actor=actor, action="ledger.explain", at=now, subject=assertion, concerns=institution
        )
        return {}

    answer_once(
        institution=institution,
        actor=actor,
        route="ledger.explain",
        key=key,
        body={"assertion": assertion, "explanation": explanation.strip()},
        now=now,
        work=work,
    )
    return Assertion.objects.get(ref=assertion)
