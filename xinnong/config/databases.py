"""What any PostgreSQL server must fulfil: version, encoding, locale, roles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import psycopg  # not at run time: `run.py stop` works before anything is installed

NAME: Final = "xinnong"
ROLES: Final = ("xinnong_owner", "xinnong_app", "xinnong_batch")
SQL: Final = Path(__file__).parent / "sql"
OLDEST: Final = 15
BUILTIN_SINCE: Final = 17


class ServerFault(Exception):
    """The database server cannot start or does not fulfil what Xinnong needs; the text says why."""


def prepare(connection: psycopg.Connection) -> None:
    """Create our roles and database unless they exist, then check the server."""
    known = connection.execute(
        "SELECT (SELECT count(*) FROM pg_roles WHERE rolname = ANY(%s)),"
        " (SELECT count(*) FROM pg_database WHERE datname = %s)",
        [list(ROLES), NAME],
    ).fetchone()
    if known != (len(ROLES), 1):
        connection.execute((SQL / "roles.sql").read_bytes())
        create_database(connection, NAME)
    if found := faults(connection):
        raise ServerFault("; ".join(found))


def create_database(connection: psycopg.Connection, name: str) -> None:
    """Create a database of the owner with the encoding and locale that search needs."""
    version = connection.info.server_version // 10000
    builtin = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'" if version >= BUILTIN_SINCE else ""
    connection.execute(
        f'CREATE DATABASE "{name}" OWNER xinnong_owner TEMPLATE template0 ENCODING UTF8'
        f" LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' {builtin}".encode()
    )


def faults(connection: psycopg.Connection) -> Sequence[str]:
    """What keeps this server or database from serving Xinnong, in words; empty when all is well."""
    row = connection.execute(
        "SELECT current_setting('server_version_num')::int / 10000,"
        " current_setting('server_encoding'),"
        " (SELECT datctype FROM pg_database WHERE datname = current_database())"
    ).fetchone()
    assert row is not None
    version, encoding, ctype = row
    found = []
    if version < OLDEST:
        found.append(f"PostgreSQL 15 or newer is needed; this is {version}")
    if encoding != "UTF8":
        found.append(f"the database must be UTF8; this one is {encoding}")
    if "utf" not in ctype.lower():
        found.append(
            f"lc_ctype must be C.UTF-8, else Chinese names cannot be searched; it is {ctype}"
        )
    return found


def refuse_unfit_role(address: str) -> None:
    """Raise ServerFault when a database or our role in it is not what the application needs."""
    import psycopg

    try:
        with psycopg.connect(address) as connection:
            found = [*faults(connection), *role_faults(connection)]
    except psycopg.OperationalError as error:
        raise ServerFault(f"the database does not answer: {error}") from error
    if found:
        raise ServerFault("; ".join(found))


def role_faults(connection: psycopg.Connection) -> Sequence[str]:
    """What makes the connected role unfit to be the application, which row-level security holds."""
    row = connection.execute(
        "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert row is not None
    name, superuser, bypass = row
    if superuser or bypass:
        return [f"role {name} must be neither superuser nor BYPASSRLS"]
    return []
