"""Throwaway databases for the tests, copied from a migrated template while nothing changed."""

from __future__ import annotations

import copy
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.apps import apps
from django.db import connections

from xinnong.config import databases, environment, postgres, schema
from xinnong.config.settings import database

Made = TypeVar("Made")
PREFIX = "xinnong_test_"
TEMPLATE_PREFIX = "xinnong_template_"
TEMPLATE_LOCK = 7_466_251
EMBEDDED = "test-postgres"
ROLE_OF_ALIAS = {"default": "app", "batch": "batch"}
_FILLED: dict[str, Any] = {}
_COPIES: set[str] = set()


def server_address() -> str:
    """Address of the owner role on the server used for the tests."""
    if environment.has_server():
        return os.environ["DATABASE_OWNER_URL"]
    return postgres.embedded(EMBEDDED).url("xinnong_owner", "postgres")


@contextmanager
def throwaway(server: str) -> Iterator[str]:
    """A migrated database of this process on the server (address of the owner role); its name."""
    name = f"{PREFIX}{os.getpid()}_{secrets.token_hex(3)}"
    with psycopg.connect(server, autocommit=True) as owner:
        _drop_abandoned(owner)
        _create_migrated(owner, server, name)
    try:
        yield name
    finally:
        _disconnect()
        with psycopg.connect(server, autocommit=True) as owner:
            for made in _names(owner, f"{PREFIX}{os.getpid()}_"):
                _drop(owner, made)


@contextmanager
def copy_with(what: str, fill: Callable[[], Made]) -> Iterator[Made]:
    """A database of its own, where `fill` has committed, for as long as the context lasts.

    It fills one database a process and copies that: a copy costs a tenth of the filling, and needs
    no tables emptied after it. Objects are copied too; nobody sees what another test did to them.
    """
    server, before = server_address(), str(connections["default"].settings_dict["NAME"])
    assert before not in _COPIES, "one module, one copy: tests would look into the wrong one"
    source, name = (f"{PREFIX}{os.getpid()}_{part}" for part in (what, secrets.token_hex(3)))
    with psycopg.connect(server, autocommit=True) as owner:
        if what not in _FILLED:
            _create_migrated(owner, server, source)
            point_django_at(server, source)
            _FILLED[what] = fill()
            _disconnect()
        owner.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"'.encode())
        point_django_at(server, name)
        _COPIES.add(name)
        try:
            yield copy.deepcopy(_FILLED[what])
        finally:
            _COPIES.remove(name)
            point_django_at(server, before)
            _drop(owner, name)


def point_django_at(server: str, name: str) -> None:
    """Every alias of Django works in the database, each as its own role."""
    for alias, role in ROLE_OF_ALIAS.items():
        _point(alias, role, server, name)


def address(server: str, name: str) -> str:
    """The owner's address of another database on the server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def _create_migrated(owner: psycopg.Connection, server: str, name: str) -> None:
    """A copy of the migrated template; only one process at a time makes or copies that."""
    owner.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
    template = _template(owner, server)
    owner.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
    owner.execute("SELECT pg_advisory_unlock(%s)", [TEMPLATE_LOCK])


def _template(owner: psycopg.Connection, server: str) -> str:
    """Name of the migrated template, made when the code of the apps has changed."""
    name = TEMPLATE_PREFIX + _fingerprint()
    if _exists(owner, name):
        return name
    for old in _names(owner, TEMPLATE_PREFIX):
        _drop_if_free(owner, old)
    draft = f"{PREFIX}{os.getpid()}_template"
    databases.create_database(owner, draft)
    _migrate(server, draft)
    owner.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"'.encode())
    return name


def _fingerprint() -> str:
    """Changes with every file of an app that a migration may use."""
    digest = hashlib.sha256()
    for config in sorted(apps.get_app_configs(), key=lambda config: config.name):
        folder = Path(config.path)
        own = config.name.startswith("xinnong.")
        for path in sorted(folder.rglob("*") if own else folder.glob("migrations/*.py")):
            if path.suffix in {".py", ".sql", ".json"}:
                digest.update(path.read_bytes())
    for path in sorted(databases.SQL.glob("*.sql")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _migrate(server: str, name: str) -> None:
    """Prepare and migrate as the owner."""
    with psycopg.connect(address(server, name), autocommit=True) as owner:
        owner.execute((databases.SQL / "database.sql").read_bytes())
        owner.execute("GRANT CREATE ON SCHEMA public TO xinnong_owner")
    _point("default", "owner", server, name)
    schema.bring_up_to_date()
    _disconnect()
    with psycopg.connect(address(server, name), autocommit=True) as owner:
        # pytest-django empties tables after tests that commit
        owner.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO xinnong_app")


def _point(alias: str, role: str, server: str, name: str) -> None:
    """Change the live settings of a connection, as Django's own test runner does."""
    connection = connections[alias]
    connection.close()
    wanted = database(role)
    if not environment.has_server():
        host = dict(part.split("=", 1) for part in urlsplit(server).query.split("&"))["host"]
        wanted |= {"USER": f"xinnong_{role}", "HOST": host.replace("%2F", "/").replace("%40", "@")}
    for key in ("USER", "PASSWORD", "HOST", "PORT"):
        connection.settings_dict[key] = wanted[key]
    connection.settings_dict["NAME"] = name


def _disconnect() -> None:
    for alias in ROLE_OF_ALIAS:
        connections[alias].close()


def _names(owner: psycopg.Connection, prefix: str) -> list[str]:
    rows = owner.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
    return [row[0] for row in rows]


def _exists(owner: psycopg.Connection, name: str) -> bool:
    return name in _names(owner, name)


def _drop(owner: psycopg.Connection, name: str) -> None:
    # without FORCE the server waits a few seconds for backends that are just ending
    owner.execute(f'DROP DATABASE "{name}"'.encode())


def _drop_if_free(owner: psycopg.Connection, name: str) -> None:
    """Leave what another process is copying from; it will be dropped next time."""
    try:
        owner.execute(f'DROP DATABASE IF EXISTS "{name}"'.encode())
    except psycopg.errors.ObjectInUse:
        return


def _drop_abandoned(owner: psycopg.Connection) -> None:
    """Drop the databases of test processes that were killed."""
    for name in _names(owner, PREFIX):
        pid = name.removeprefix(PREFIX).split("_")[0]
        if not Path(f"/proc/{pid}").exists():
            _drop_if_free(owner, name)
