"""Results outlive their rows: what a forgotten run said can be read and computed again."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connections
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests.factories import Sample, sample_county
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.cli.dispatch import dispatch
from xinnong.credit.archive import archived
from xinnong.credit.evidence import recomputed_results
from xinnong.credit.models import Line
from xinnong.credit.services.archiving import archive_run
from xinnong.pipelines.services import publishing
from xinnong.privacy.models import Read
from xinnong.profiles.models import Profile
from xinnong.scoring.models import Score

BATCH = "batch"
Result = Profile | Score | Line
Forgotten = tuple[Sample, Path, dict[str, list[dict[str, object]]]]


def plain(rows: Sequence[Result]) -> list[dict[str, object]]:
    return [{f.attname: getattr(row, f.attname) for f in row._meta.fields} for row in rows]


@pytest.fixture(scope="module")
def forgotten(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Forgotten]:
    """A county whose first run has left the database; its rows as they were before."""
    data = tmp_path_factory.mktemp("data")
    (data / "facts").mkdir()
    with (
        sample_county(django_db_blocker) as (people, sample),
        override_settings(XINNONG_DATA=data),
        patch.object(publishing, "KEPT_RUNS", 1),
    ):
        User.objects.filter(pk=people.ou.pk).update(username="operator")
        before = {
            model.__name__: plain(list(rows.filter(run=sample.earlier).order_by("id")))
            for model, rows in (
                (Profile, Profile.objects.using(BATCH)),
                (Score, Score.objects.using(BATCH)),
                (Line, Line.objects.using(BATCH)),
            )
        }
        assert publishing.forget_old_runs() > 0
        yield sample, data, before
        connections[BATCH].close()


@pytest.mark.django_db
def test_it_keeps_every_row_as_it_was(forgotten: Forgotten) -> None:
    sample, _data, before = forgotten
    models: list[type[Any]] = [Profile, Score, Line]
    for model in models:
        with scoped(SYSTEM):
            assert not model.objects.filter(run=sample.earlier).exists()
        kept: list[dict[str, object]] = []
        for home in sample.households:
            kept += plain(archived(model, run_id=sample.earlier.pk, household_id=home.pk))
        assert sorted(kept, key=lambda row: str(row["id"])) == sorted(
            before[model.__name__], key=lambda row: str(row["id"])
        )


@pytest.mark.django_db
def test_it_recomputes_from_the_archive(forgotten: Forgotten) -> None:
    sample, _data, before = forgotten
    with scoped(SYSTEM):
        results = [
            found
            for home in sample.households
            for found in recomputed_results(run_id=sample.earlier.pk, household_id=home.pk)
        ]
    assert sorted(found.points for found in results) == sorted(
        int(str(row["points"])) for row in before["Score"]
    )
    assert {found.differences for found in results} == {()}


@pytest.mark.django_db
def test_it_answers_by_command_and_is_remembered(
    forgotten: Forgotten, capsys: pytest.CaptureFixture[str]
) -> None:
    sample, _data, _before = forgotten
    home = sample.home_of("李大山")
    assert dispatch(["recompute", home.ref, "--run", str(sample.earlier.pk)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["basis"], one["agrees"]) for one in told] == [("pre", True), ("granted", True)]
    with scoped(SYSTEM):
        assert Read.objects.get().household_id == home.pk
    assert dispatch(["recompute", home.ref, "--run", "99999"]) == 1


@pytest.mark.django_db(databases=["default", BATCH])
def test_it_archives_once_and_for_its_owner_alone(forgotten: Forgotten) -> None:
    sample, data, _before = forgotten
    assert archive_run(sample.earlier.pk, using=BATCH) is False
    assert archive_run(99_999, using=BATCH) is False
    assert archived(Score, run_id=99_999, household_id=1) == []
    folder = data / "archive" / str(sample.earlier.pk)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name for path in folder.iterdir()} == {
        "profile.parquet",
        "score.parquet",
        "line.parquet",
    }
