"""The test database: a real PostgreSQL server, one throwaway database per pytest process.

Without DATABASE_URL the embedded server is started beside the demo's, in a cluster of its own.
Migrations run as the owner; every test then works as the application role, which row-level
security holds.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.utils import translation
from pytest_django import DjangoDbBlocker

from tests import database, servers
from tests.factories import filled
from tests.people import People, settle
from tests.static_files import REAL
from xinnong.config import catalogues, environment, postgres
from xinnong.config.logging import without_personal_data

HERE = Path(__file__).parent
FOUND_ONCE = "tests.static_files.FoundOnce"
LONG = (
    "cli/",
    "lending/test_",
    "api/test_generated",
    "browser/",
    "analytics/checking/",
    "hostile/",
    "core/schedule/",
    "test_walls",
    "lending/",
    "pipelines/",
)
"""How the names of the files begin that take long, the longest first."""
FIRST_TO_SAY = frozenset(
    {
        "test_at_once",
        "test_borrowers_write_their_own",
        "test_end_of_day",
    }
)
"""Files on loans with the long statements of a day, the walls and the locks; the others repeat them."""
SHARED_INSTALLATION = "installation"
"""The fixture of tests/cli that migrates and fills an installation: a minute on a slow machine."""
OF_PAGES = frozenset({"api", "journeys", "web"})
"""Folders of tests that ask the server nothing but what a page or a form asks."""
SET_BASED = frozenset({"audit", "ledger", "pipelines"})


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run on another database server leave out what has nothing to do with it."""
    parser.addoption(
        "--database-only", action="store_true",
        help="only tests with a database: the quick ones, and the slow ones of books and runs",
    )  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the long files, each for one tester; keep the tests with a database where only those are asked for.

    Slow pages and journeys ask the server nothing that quick tests do not; what books and runs ask it
    is long statements and functions, each of them once: months lived through day by day repeat them.
    """
    items.sort(key=turn)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(together(item)))
    if not config.getoption("--database-only"):
        return
    kept = [item for item in items if uses_database(item) and (is_quick(item) or is_of(item))]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def together(item: pytest.Item) -> str:
    """Who tests a file tests all of it; one alone tests all commands that share an installation."""
    shares = SHARED_INSTALLATION in getattr(item, "fixturenames", ())
    return "an installation" if shares else item.path.relative_to(HERE).as_posix()


def turn(item: pytest.Item) -> int:
    """Where a file stands in the queue of those who test side by side: nobody begins a long one last."""
    place = item.path.relative_to(HERE).as_posix()
    return next((n for n, start in enumerate(LONG) if place.startswith(start)), len(LONG))


def uses_database(item: pytest.Item) -> bool:
    """Whether a test asks for the database by mark or by fixture."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db"})


def is_quick(item: pytest.Item) -> bool:
    """Whether a test is not marked as slow, and asks more of the database than pages do."""
    return item.get_closest_marker("slow") is None and item.path.parent.name not in OF_PAGES


def is_of(item: pytest.Item) -> bool:
    """Whether a test is of books or runs, or the first to say a loan's statements."""
    place = item.path.relative_to(HERE)
    of_loans = str(place.parent) == "lending" and place.stem in FIRST_TO_SAY
    return of_loans or str(place.parent) in SET_BASED


def pytest_configure(config: pytest.Config) -> None:
    """Compile the catalogues; logging personal data is an error while testing.

    What a demo in the same data folder published is nobody's business here.
    """
    catalogues.compile_all()
    settings.XINNONG_BADGES = HERE / "nothing-published"
    settings.MIDDLEWARE = [FOUND_ONCE if each == REAL else each for each in settings.MIDDLEWARE]
    without_personal_data.strict = True


@pytest.fixture(autouse=True)
def _the_usual_language() -> None:
    """A page that was asked for in English leaves nothing to the next test."""
    translation.deactivate()


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


@pytest.fixture(scope="module")
def settled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[People]:
    """Everybody, made once for a module of tests."""
    with filled(django_db_blocker, "people", settle) as made:
        yield made


@pytest.fixture
def people(settled: People, db: None) -> People:
    """Everybody, as they were when they settled."""
    return copy.deepcopy(settled)
