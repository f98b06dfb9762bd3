"""An auditor's question: do these points and this line follow from what was stored beside them?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db.models import Model
from pytest_django import DjangoDbBlocker

from tests.factories import LENDER, Sample, sample_county
from tests.people import People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.credit.evidence import line_differences, recomputed_results, score_differences
from xinnong.credit.models import Line
from xinnong.profiles.models import Profile
from xinnong.scoring.models import Score

pytestmark = pytest.mark.django_db
County = tuple[People, Sample]


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[County]:
    with sample_county(django_db_blocker) as made:
        yield made


@pytest.fixture
def stored(county: County) -> tuple[Score, Profile, Line]:
    """What last year's run granted one household."""
    sample = county[1]
    of = {"run": sample.earlier, "household": sample.home_of("李大山"), "lender": LENDER}
    with scoped(SYSTEM):
        return (
            Score.objects.select_related("scorecard").get(**of),
            Profile.objects.get(**of),
            Line.objects.select_related("policy").get(**of),
        )


def test_it_recomputes_every_stored_result(county: County) -> None:
    sample = county[1]
    with scoped(SYSTEM):
        results = [
            found
            for home in sample.households
            for run in (sample.earlier, sample.run)
            for found in recomputed_results(run_id=run.pk, household_id=home.pk)
        ]
    assert len(results) == 2 * 50
    assert {found.differences for found in results} == {()}
    assert None not in {found.line_minor for found in results}


@pytest.mark.parametrize(
    ("which", "field", "value", "named"),
    [
        (0, "points", 99, {"points", "line.points"}),
        (0, "grade", "Z", {"grade", "line.grade"}),
        (0, "reason_codes", [], {"reason_codes"}),
        (0, "assets_points", 0, {"assets_points"}),
        (1, "land_mu_years", None, {"points", "points_by_feature", "assets_points"}),
        (1, "net_assets", 0, {"line_minor", "assets_minor"}),
        (1, "adult_18_65", None, {"line_minor", "closed_gates"}),
        (2, "line_minor", 10_000, {"line_minor"}),
        (2, "rate_percent", Decimal("1.5"), {"rate_percent"}),
        (2, "closed_gates", ["gate.age.closed"], {"closed_gates"}),
    ],
)
def test_it_names_what_does_not_follow(
    stored: tuple[Score, Profile, Line], which: int, field: str, value: object, named: set[str]
) -> None:
    changed: Model = stored[which]
    setattr(changed, field, value)
    score, profile, line = stored
    found = {*score_differences(score, profile), *line_differences(line, score, profile)}
    assert named <= found


def test_it_trusts_no_document_but_the_signed_one(stored: tuple[Score, Profile, Line]) -> None:
    score, profile, line = stored
    score.scorecard.document = bytes(score.scorecard.document) + b" "
    line.policy.document = bytes(line.policy.document).replace(b"1", b"2", 1)
    assert list(score_differences(score, profile)) == ["scorecard"]
    assert list(line_differences(line, score, profile)) == ["policy"]
