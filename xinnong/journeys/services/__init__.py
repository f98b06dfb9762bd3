"""Reads by the operator's commands: recorded like everybody's, in the transaction that reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from xinnong.accounts.models import Actor, User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.errors import Refused
from xinnong.journeys.queries.household import household_by_ref, results_of
from xinnong.journeys.reports import (
    explained_score_report,
    household_report,
    result_on,
    score_report,
)
from xinnong.privacy.services import record_read
from xinnong.registry.models import Household, Run
from xinnong.registry.queries import current_run

OPERATOR = "operator"


class HouseholdUnknown(Refused):
    """No household bears this reference, or no refresh has been published yet."""

    code = "household.unknown"


class ScoreUnknown(Refused):
    """The household has no score on this basis."""

    code = "score.unknown"


def read_household_file(*, ref: str, purpose: str, case: str, now: datetime) -> dict[str, Any]:
    """The whole file of a household for the operator of the installation.

    Refuses `household.unknown`, `purpose.missing` and `purpose.case_missing`.
    """
    with scoped(SYSTEM):
        household, run = _found(ref)
        _remember(household, ("profile", "score", "line"), purpose, case, now)
        return household_report(household, run)


def read_score(
    *, ref: str, basis: str, explain: bool, purpose: str, case: str, now: datetime
) -> dict[str, Any]:
    """One score of a household for the operator of the installation.

    Refuses `household.unknown`, `score.unknown`, `purpose.missing` and `purpose.case_missing`.
    """
    with scoped(SYSTEM):
        household, run = _found(ref)
        _remember(household, ("score",), purpose, case, now)
        result = result_on(results_of(household, run), basis=basis)
        if result is None:
            raise ScoreUnknown(basis=basis)
        report = explained_score_report(result) if explain else score_report(result)
    return {"household_id": household.ref, "as_of": run.as_of.isoformat(), **report}


def _found(ref: str) -> tuple[Household, Run]:
    household, run = household_by_ref(ref), current_run()
    if household is None or run is None:
        raise HouseholdUnknown(ref=ref[:14])
    return household, run


def _remember(
    household: Household, fields: tuple[str, ...], purpose: str, case: str, now: datetime
) -> None:
    record_read(
        actor=operator(),
        at=now,
        purpose=purpose,
        case=case,
        fields=fields,
        household_id=household.pk,
        area12=household.area12,
    )


def operator() -> Actor:
    """The account in whose name commands read; made with the installation."""
    return User.objects.select_related("institution__operator").get(username=OPERATOR)
