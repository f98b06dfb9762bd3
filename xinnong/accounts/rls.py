"""Row-level security, declared beside the model in the migration that creates its table.

Call `enable(...)` once per table that has an owner kind, after `CreateModel`:

    operations = [migrations.CreateModel(...), *rls.enable("registry_household", owner_kind="a",
                  area_column="area12", household_column="id", batch="write",
                  shares=[rls.Share("b")])]

and `grants(...)` for public tables (no policy). Policies only filter; the queryset's own
`visible_to` conditions drive the indexes. Every part of a policy that depends on the scope is an
uncorrelated sub-select, so PostgreSQL computes it once per statement and each row costs a few
comparisons of text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from django.db.migrations import RunSQL

from xinnong.accounts.roles import OwnerKind

APP: Final = "xinnong_app"
BATCH: Final = "xinnong_batch"
DEPENDENCY: Final = ("accounts", "0001_initial")
"""Put this into `dependencies` of a migration that calls `enable`."""

Access = Literal["none", "read", "append", "write"]
PRIVILEGES: Final[dict[Access, str]] = {
    "none": "",
    "read": "SELECT",
    "append": "SELECT, INSERT",
    "write": "SELECT, INSERT, UPDATE, DELETE",
}
_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class Share:
    """Rows of the owner that another kind of operator may read; `when` is SQL over the row.

    Each share needs its reason in xinnong/accounts/crossings.py; a test compares the two.
    """

    kind: str
    when: str = "true"


def enable(
    table: str,
    *,
    owner_kind: str,
    area_column: str | None = None,
    institution_column: str | None = None,
    institution_id_column: str | None = None,
    lender_column: str | None = None,
    household_column: str | None = None,
    subject_column: str | None = None,
    personal: bool = True,
    books: bool = False,
    shares: Sequence[Share] = (),
    app: Access = "write",
    batch: Access = "none",
) -> list[RunSQL]:
    """Migration operations: FORCE ROW LEVEL SECURITY, policies and grants for one table.

    `area_column` holds an area code of 9 or 12 digits. `institution_column`: every row belongs to
    the institution with that code; `institution_id_column`: to the one with that key. `lender_column`: '' means the row belongs to `owner_kind`, a code means it
    belongs to that lender (kind b) alone. `household_column`, `subject_column`: a farmer sees the
    own household's or own person's rows, read only. `personal` rows need a scope that opens
    persons, rows of `books` one that opens ledgers. `batch` is the publisher's access, not limited
    to rows.
    """
    _check_names(table, area_column, institution_column, lender_column, household_column)
    _check_names(table, institution_id_column)
    assert owner_kind in set(OwnerKind), owner_kind
    where = _Where(
        area_column, institution_column, institution_id_column, personal=personal, books=books
    )
    owned = f"{lender_column} = ''" if lender_column else "true"
    policies = [policy(table, "own", "ALL", where.of(owner_kind, owned))]
    if lender_column:
        mine = _among(lender_column)
        policies.append(policy(table, "lender", "ALL", where.of("b", f"{owned} IS FALSE", mine)))
    for share in shares:
        shared = where.of(share.kind, owned, f"({share.when})", shared=True)
        policies.append(policy(table, f"share_{share.kind}", "SELECT", shared))
    if household_column:
        own = f"{household_column} = ANY ((SELECT scope.households())::bigint[])"
        policies.append(policy(table, "household", "SELECT", own))
    if subject_column:
        own = f"{subject_column} = (SELECT scope.subject())"
        policies.append(policy(table, "subject", "SELECT", own))
    if batch != "none":
        policies.append(policy(table, "batch", "ALL", "true", role=BATCH))
    return [switch_on(table), *policies, *grants(table, app=app, batch=batch)]


def grants(table: str, *, app: Access = "write", batch: Access = "none") -> list[RunSQL]:
    """Migration operations: exactly these privileges on a table, whatever the defaults gave.

    Nothing on its sequence: identity columns need none, and its last value counts hidden rows.
    """
    _check_names(table)
    statements = [f"REVOKE ALL ON {table} FROM {APP}, {BATCH}", _close_sequence(table)]
    statements += [
        f"GRANT {PRIVILEGES[access]} ON {table} TO {role}"
        for role, access in ((APP, app), (BATCH, batch))
        if access != "none"
    ]
    return [RunSQL(";\n".join(statements), RunSQL.noop)]


def _close_sequence(table: str) -> str:
    """Some tables take their key from another table and have no sequence."""
    sequence = f"{table}_id_seq"
    return (
        f"DO $$ BEGIN IF to_regclass('{sequence}') IS NOT NULL THEN"
        f" REVOKE ALL ON SEQUENCE {sequence} FROM {APP}, {BATCH}; END IF; END $$"
    )


@dataclass(frozen=True, slots=True)
class _Where:
    """The conditions that hold for each policy of one table."""

    area_column: str | None
    institution_column: str | None
    institution_id_column: str | None
    personal: bool
    books: bool

    def of(self, kind: str, *conditions: str, shared: bool = False) -> str:
        """The whole condition; a shared row need not belong to the reader's institution."""
        parts = [f"(SELECT scope.holds('{kind}'))"]
        if self.personal:
            parts.append("(SELECT scope.sees_persons())")
        if self.books:
            parts.append("(SELECT scope.sees_books())")
        parts += [condition for condition in conditions if condition != "true"]
        if self.institution_column and not shared:
            parts.append(_among(self.institution_column))
        if self.institution_id_column and not shared:
            parts.append(_among_ids(self.institution_id_column))
        if self.area_column:
            parts.append(_inside(self.area_column))
        return " AND ".join(parts)


def _among(column: str) -> str:
    return f"({column} = ANY ((SELECT scope.institutions())::text[]) OR (SELECT scope.is_system()))"


def _among_ids(column: str) -> str:
    ids = "(SELECT scope.institution_ids())::bigint[]"
    return f"((SELECT scope.is_system()) OR {column} = ANY ({ids}))"


def _inside(column: str) -> str:
    """One range bounds the scope; a scope of several areas is then checked prefix by prefix."""
    areas = "ANY ((SELECT scope.areas())::text[])"
    return (
        f"{column} >= (SELECT scope.area_from()) AND {column} < (SELECT scope.area_until())"
        f" AND ((SELECT scope.is_one_area()) OR {column} = {areas}"
        f" OR left({column}, 9) = {areas} OR left({column}, 6) = {areas})"
    )


def policy(table: str, name: str, command: str, condition: str, *, role: str = APP) -> RunSQL:
    """Migration operation: one permissive policy; several of a table are joined by OR."""
    clause = "WITH CHECK" if command == "INSERT" else "USING"
    return RunSQL(
        f"CREATE POLICY {name} ON {table} FOR {command} TO {role} {clause} ({condition})",
        f"DROP POLICY {name} ON {table}",
    )


def refuse_borrowers(table: str) -> list[RunSQL]:
    """Migration operations: a borrower's scope writes nothing of a table, whatever else opens it."""
    refused = "(NOT (SELECT scope.is_borrower()))"
    return [
        RunSQL(
            f"CREATE POLICY borrower_{command.lower()}s ON {table} AS RESTRICTIVE FOR {command}"
            f" TO {APP} {'WITH CHECK' if command == 'INSERT' else 'USING'} {refused}",
            f"DROP POLICY borrower_{command.lower()}s ON {table}",
        )
        for command in ("INSERT", "UPDATE", "DELETE")
    ]


def switch_on(table: str) -> RunSQL:
    """Migration operation: no row passes without a policy, not even for the table's owner."""
    return RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY",
    )


def _check_names(*names: str | None) -> None:
    for name in names:
        assert name is None or _NAME.fullmatch(name), name
