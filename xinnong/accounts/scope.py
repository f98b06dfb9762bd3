"""The scope of a transaction: what the database shows to whoever acts.

PostgreSQL's row-level security reads one setting, `xinnong.scope`. It is set here and nowhere
else, for one transaction at a time; where it is not set, no row about a person is visible.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.db import connections, transaction

from xinnong.accounts.models import Actor, ApiClient, User, lender_codes
from xinnong.accounts.permissions import PERSONAL, RESULTS, Permission
from xinnong.accounts.roles import OwnerKind

SETTING: Final = "xinnong.scope"
EVERYWHERE: Final = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a transaction may see.

    `kinds` are operators' letters; `areas` are code prefixes ("" is everywhere); `institutions`
    own the rows that belong to one of them; `households` and `subject` are a farmer's own.
    `persons` opens rows about people, `oversight` the records of who read what, `books` the ledgers
    of the institutions. A scope with a subject that is not `staff` is a borrower's: it writes no rows
    of a lender but the own application, contract and cards, and opens no ledger.
    """

    actor: UUID | None
    kinds: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    households: tuple[int, ...] = ()
    subject: UUID | None = None
    persons: bool = False
    oversight: bool = False
    books: bool = False
    staff: bool = False

    def document(self) -> str:
        """The setting's text."""
        return json.dumps(
            {
                "actor": str(self.actor) if self.actor else None,
                "kinds": self.kinds,
                "areas": self.areas,
                "institutions": self.institutions,
                "households": self.households,
                "subject": str(self.subject) if self.subject else None,
                "persons": self.persons,
                "oversight": self.oversight,
                "books": self.books,
                "staff": self.staff,
            }
        )


NOBODY: Final = Scope(actor=None)
SYSTEM: Final = Scope(
    actor=UUID(int=0),
    kinds=tuple(sorted(OwnerKind)),
    areas=(EVERYWHERE,),
    institutions=("*",),
    persons=True,
    oversight=True,
    books=True,
)
"""For commands and jobs of the installation itself; never for a request."""

HouseholdFinder = Callable[[UUID], Sequence[int]]
_household_finders: list[HouseholdFinder] = []


def register_household_finder(find: HouseholdFinder) -> None:
    """Let the registry say which households a person (by public reference) belongs to.

    `find` runs inside a transaction whose scope already names the person as its subject.
    """
    if find not in _household_finders:
        _household_finders.append(find)


def scope_of(actor: Actor) -> Scope:
    """The scope of a user or API client from roles, areas and institution (a few queries).

    Staff read the tables of their employer's kind alone; without an employer nobody is staff.
    """
    institution = actor.institution
    employer = {institution.operator.kind} if institution is not None else set[str]()
    kinds = employer & {kind.value for kind in actor.owner_kinds}
    return Scope(
        actor=actor.ref,
        kinds=tuple(sorted(kinds)),
        areas=actor.area_prefixes,
        institutions=lender_codes(institution),
        subject=actor.person_ref if isinstance(actor, User) else None,
        persons=bool(actor.granted & PERSONAL) or _reads_by_reference(actor),
        oversight=actor.can(Permission.READ_READS),
        books=actor.can(Permission.READ_LEDGER),
        staff=institution is not None,
    )


def _reads_by_reference(actor: Actor) -> bool:
    return isinstance(actor, ApiClient) and not actor.granted.isdisjoint(RESULTS)


@contextmanager
def scoped(actor: Actor | Scope, *, using: str = "default") -> Iterator[Scope]:
    """One transaction that sees what the actor may see.

    Inside another `scoped` it narrows or changes the scope for its block and puts the outer one
    back. Commits when the block ends, rolls back when it raises.
    """
    opens = not connections[using].in_atomic_block
    with transaction.atomic(using=using):
        before = "" if opens else _current(using)
        if isinstance(actor, Scope):
            scope = actor
            _apply(scope, using)
        else:
            scope = scope_of(actor)
            _apply(scope, using)
            scope = _with_own_households(scope, using)
        yield scope
        if not opens:  # what opens the transaction has no scope to put back, and ends with it
            _set(before, using)


Write = Callable[[], object]
_owed: ContextVar[list[Write] | None] = ContextVar("_owed", default=None)


@contextmanager
def owing() -> Iterator[list[Write]]:
    """Collect what must be written again should the transactions of this block be undone."""
    owed: list[Write] = []
    token = _owed.set(owed)
    try:
        yield owed
    finally:
        _owed.reset(token)


def owe(write: Write) -> None:
    """Have a record outlive a failure: the request runs `write` again if its work is undone."""
    owed = _owed.get()
    if owed is not None:
        owed.append(write)


def _with_own_households(scope: Scope, using: str) -> Scope:
    if scope.subject is None or not _household_finders:
        return scope
    subject = scope.subject
    households = {number for find in _household_finders for number in find(subject)}
    filled = replace(scope, households=tuple(sorted(households)))
    _apply(filled, using)
    return filled


def _apply(scope: Scope, using: str) -> None:
    _set(scope.document(), using)


def _set(text: str, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, text])


def _current(using: str) -> str:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [SETTING])
        row = cursor.fetchone()
    return str(row[0]) if row else ""
