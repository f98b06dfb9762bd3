"""What every command of origination shares: once by key, in one transaction, inside one lender."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction

from xinnong.accounts.models import Actor, Institution, lender_code
from xinnong.accounts.scope import Scope, scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import record
from xinnong.ledger.services import Answer, answer_once
from xinnong.lending.services.refusals import NotYours, OwnHousehold
from xinnong.registry.models import Household, Person

if TYPE_CHECKING:
    from datetime import datetime

    from xinnong.lending.models.owned import OfHousehold

LENDER = "b"


@dataclass(frozen=True, slots=True)
class Claim:
    """A command's receipt: what it concerns, and whether it comes for the first time."""

    subject: UUID
    is_new: bool


@contextmanager
def at_counter(actor: Actor, *, institution: str, home: Household) -> Iterator[None]:
    """One transaction in which a command may write a lender's rows about one household.

    Staff of that lender write in their own scope. A farmer owns no lender's rows: the command that
    was checked to be about the own person runs as if handed over a counter, in the scope of one
    lender and one village, in the farmer's own name. Raises NotYours for everybody else.
    """
    if lender_code(actor.institution) == institution:
        with transaction.atomic():
            yield
        return
    if actor.institution is not None or actor.person_ref is None:
        raise NotYours
    window = Scope(
        actor=actor.ref,
        kinds=(LENDER,),
        areas=(home.area12,),
        institutions=(institution,),
        households=(home.pk,),
        subject=actor.person_ref,
        persons=True,
    )
    with scoped(window):
        yield


def claim(
    *,
    actor: Actor,
    institution: str,
    route: str,
    key: UUID,
    body: Mapping[str, object],
    now: datetime,
    subject: UUID | None = None,
) -> Claim:
    """Take a key for a command, or find what came of it the first time.

    A second command with the key waits for the first to end. Raises CommandKeyReused for another
    body. In the caller's transaction: a refusal later on gives the key back.
    """
    came: list[Answer] = []

    def work() -> Answer:
        came.append({"subject": str(subject or new_ref())})
        return came[0]

    answer = answer_once(
        institution=Institution.objects.get(code=institution),
        actor=actor,
        route=f"lending.{route}",
        key=str(key),
        body=body,
        now=now,
        work=work,
    )
    return Claim(UUID(answer["subject"]), is_new=bool(came))


def owned_by(institution: str, person: Person) -> dict[str, Any]:
    """The columns that every row about a borrower carries. Needs a household."""
    home = person.household
    assert home is not None, "a borrower belongs to a household"
    return {
        "ref": new_ref(),
        "institution": institution,
        "area12": home.area12,
        "household": home,
        "person": person.ref,
    }


def same_owner(row: OfHousehold) -> dict[str, Any]:
    """As `owned_by`, from another row about the same borrower."""
    return {
        "ref": new_ref(),
        "institution": row.institution,
        "area12": row.area12,
        "household": row.household,
        "person": row.person,
    }


def note(
    actor: Actor, action: str, row: OfHousehold, now: datetime, *, checksum: str = "", **counts: int
) -> None:
    """Write the audit entry of a command; the lender's own overseer reviews it."""
    record(
        actor=actor,
        action=f"lending.{action}",
        at=now,
        subject=row.ref,
        counts=counts,
        checksum=checksum,
        concerns=Institution.objects.select_related("operator").get(code=row.institution),
    )


def take_turns(institution: str, number: int) -> None:
    """Let commands on one household (or card) at one lender follow each other until they commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s), (%s %% 2147483647)::int)",
            [institution, number],
        )


def refuse_own_household(actor: Actor, household_id: int) -> None:
    """Nobody of the staff handles the own household's credit. Raises OwnHousehold."""
    if household_of(actor) == household_id:
        raise OwnHousehold


def household_of(actor: Actor) -> int | None:
    """The household of the person behind an account, as far as it is tied to one."""
    if actor.person_ref is None:
        return None
    found = Person.objects.filter(ref=actor.person_ref).values_list("household_id", flat=True)
    return found.first()


def refuse_strangers(actor: Actor, row: OfHousehold) -> None:
    """Staff of another lender, and any farmer but the borrower, are strangers. Raises NotYours."""
    is_lender = lender_code(actor.institution) == row.institution
    if not is_lender and actor.person_ref != row.person:
        raise NotYours


def refuse_all_but_staff(actor: Actor, institution: str) -> None:
    """Only the lender's own staff do this. Raises NotYours."""
    if lender_code(actor.institution) != institution:
        raise NotYours


def refuse_all_but_borrower(actor: Actor, row: OfHousehold) -> None:
    """Only the borrower does this: no helper, no spouse, no officer. Raises NotYours."""
    if actor.person_ref is None or actor.person_ref != row.person:
        raise NotYours
