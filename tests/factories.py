"""A finished run for the test county: thirty invented households with scores and lines.

Everything is computed by the same core functions as a refresh, from values set here, so that a page
shows consistent figures. Written through the publisher's connection, as a refresh would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests import database
from tests.people import People, settle
from tests.sample_rows import (
    AS_OF,
    BATCH,
    CARD,
    LAST_YEAR,
    LENDER,
    NOW,
    POLICY,
    VILLAGES,
    Sample,
    contest,
    documents,
    household,
    results,
    rid_of,
    run_of,
    summaries,
)
from xinnong.accounts.models import User
from xinnong.registry.models import RunState

Made = TypeVar("Made")
__all__ = [
    "AS_OF",
    "BATCH",
    "CARD",
    "LENDER",
    "NOW",
    "POLICY",
    "Sample",
    "empty_tables",
    "filled",
    "publish_sample",
    "rid_of",
    "sample_county",
    "signed_in",
]


def signed_in(user: User) -> Client:
    """Return a browser in which somebody signed in with a password."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@contextmanager
def filled(blocker: DjangoDbBlocker, what: str, fill: Callable[[], Made]) -> Iterator[Made]:
    """What `fill` makes, committed in a database of its own; for the fixture of a module."""
    with blocker.unblock():
        cache.clear()
        with database.copy_with(what, fill) as made:
            yield made
        cache.clear()


@contextmanager
def sample_county(blocker: DjangoDbBlocker) -> Iterator[tuple[People, Sample]]:
    """Everybody and a published county."""
    with filled(blocker, "county", lambda: (settle(), publish_sample())) as made:
        yield made


def empty_tables() -> None:
    """Empty every table of our own apps."""
    models = [m for m in apps.get_models() if m.__module__.startswith("xinnong.")]
    tables = ", ".join(f'"{model._meta.db_table}"' for model in models)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} CASCADE")
    cache.clear()


def publish_sample() -> Sample:
    """Write two runs over thirty households, the newer one current, with summaries."""
    card, policy = documents()
    earlier = run_of(1, RunState.PAST, LAST_YEAR)
    sample = Sample(run=run_of(2, RunState.CURRENT, AS_OF), earlier=earlier)
    number = 0
    for area12, homes in VILLAGES.items():
        for _home in range(homes):
            number += 1
            household(sample, number, area12)
    for run, shift in ((sample.earlier, 1), (sample.run, 0)):
        results(sample, run, card, policy, shift)
    contest(sample)
    summaries(sample)
    return sample
