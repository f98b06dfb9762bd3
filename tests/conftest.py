"""The test database: a real PostgreSQL server, one throwaway database per pytest process.

Without DATABASE_URL the embedded server is started beside the demo's, in a cluster of its own.
Migrations run as the owner; every test then works as the application role, which row-level
security holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pytest_django import DjangoDbBlocker

from tests import database, servers
from xinnong.config import catalogues, environment, postgres
from xinnong.config.logging import without_personal_data

HERE = Path(__file__).parent
SET_BASED = frozenset({"ledger", "lending", "pipelines", "sources"})


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run on another database server leave out what has nothing to do with it."""
    parser.addoption(
        "--database-only", action="store_true",
        help="only tests with a database: the quick ones, and the slow ones of books and runs",
    )  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests with a database where only those are asked for.

    Slow pages and journeys ask the server nothing that quick tests do not; what books and runs ask it
    is long statements and functions. With everything it takes ten minutes.
    """
    if not config.getoption("--database-only"):
        return
    kept = [item for item in items if uses_database(item) and (is_quick(item) or is_of(item))]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def uses_database(item: pytest.Item) -> bool:
    """Whether a test asks for the database by mark or by fixture."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db"})


def is_quick(item: pytest.Item) -> bool:
    """Whether a test is not marked as slow."""
    return item.get_closest_marker("slow") is None


def is_of(item: pytest.Item) -> bool:
    """Whether a test is of books or runs."""
    return str(item.path.relative_to(HERE).parent) in SET_BASED


def pytest_configure(config: pytest.Config) -> None:
    """Compile the catalogues; logging personal data is an error while testing."""
    catalogues.compile_all()
    without_personal_data.strict = True


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """Address of the owner role, who may create databases, on the server used for the tests."""
    if environment.has_server():
        yield database.server_address()
        return
    server = postgres.embedded(database.EMBEDDED)
    with postgres.running(server):
        servers.prepare(server)
        yield database.server_address()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, database_server: str
) -> Iterator[None]:
    """Stand in for pytest-django's own: migrate as the owner, then work as the application."""
    with django_db_blocker.unblock(), database.throwaway(database_server) as name:
        database.point_django_at(database_server, name)
        yield


@pytest.fixture
def as_owner(db: None, database_server: str) -> Iterator[psycopg.Connection]:
    """A connection of the owner to the test database, outside the test's transaction."""
    from django.db import connection

    name = connection.settings_dict["NAME"]
    with psycopg.connect(database.address(database_server, name), autocommit=True) as owner:
        yield owner
