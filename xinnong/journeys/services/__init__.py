"""Reads by the operator's commands: recorded like everybody's, in the transaction that reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.errors import Refused
from xinnong.credit.evidence import Recomputed, recomputed_results
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


class OperatorUnknown(Refused):
    """Nobody answers for what commands read: the account `operator` does not exist."""

    code = "operator.unknown"


class RunUnknown(Refused):
    """No such refresh, or it kept no result of this household."""

    code = "run.unknown"


class ScoreUnknown(Refused):
    """The household has no score on this basis."""

    code = "score.unknown"


def read_household_file(*, ref: str, purpose: str, case: str, now: datetime) -> dict[str, Any]:
    """The whole file of a household for the operator of the installation.

    Refuses `household.unknown`, `operator.unknown`, `purpose.missing` and `purpose.case_missing`.
    """
    with as_operator() as reader:
        household, run = _found(ref)
        _remember(reader, household, ("profile", "score", "line"), purpose, case, now)
        return household_report(household, run)


def read_score(
    *, ref: str, basis: str, explain: bool, purpose: str, case: str, now: datetime
) -> dict[str, Any]:
    """One score of a household for the operator of the installation.

    Refuses `household.unknown`, `score.unknown`, `operator.unknown`, `purpose.missing` and
    `purpose.case_missing`.
    """
    with as_operator() as reader:
        household, run = _found(ref)
        _remember(reader, household, ("score",), purpose, case, now)
        result = result_on(results_of(household, run), basis=basis)
        if result is None:
            raise ScoreUnknown(basis=basis)
        report = explained_score_report(result) if explain else score_report(result)
    return {"household_id": household.ref, "as_of": run.as_of.isoformat(), **report}


def recompute_results(
    *, ref: str, run_id: int | None, purpose: str, case: str, now: datetime
) -> tuple[Run, list[Recomputed]]:
    """A household's results in a run (default: the current one), each computed again.

    Refuses `household.unknown`, `run.unknown`, `operator.unknown`, `purpose.missing` and
    `purpose.case_missing`.
    """
    with as_operator() as reader:
        household, current = _found(ref)
        _remember(reader, household, ("score", "line"), purpose, case, now)
        run = current if run_id is None else Run.objects.filter(pk=run_id).first()
        found = run and recomputed_results(run_id=run.pk, household_id=household.pk)
        if run is None or not found:
            raise RunUnknown(run=run_id)
        return run, found


def _found(ref: str) -> tuple[Household, Run]:
    household, run = household_by_ref(ref), current_run()
    if household is None or run is None:
        raise HouseholdUnknown(ref=ref[:14])
    return household, run


def _remember(
    reader: User,
    household: Household,
    fields: tuple[str, ...],
    purpose: str,
    case: str,
    now: datetime,
) -> None:
    record_read(
        actor=reader,
        at=now,
        purpose=purpose,
        case=case,
        fields=fields,
        household_id=household.pk,
        area12=household.area12,
    )


@contextmanager
def as_operator() -> Iterator[User]:
    """A transaction that sees everything, in the name of the account that answers for commands.

    Refuses `operator.unknown`: without that account nobody would stand in the record of reads.
    """
    known = User.objects.select_related("institution__operator").filter(username=OPERATOR)
    reader = known.first()
    if reader is None:
        raise OperatorUnknown
    with scoped(replace(SYSTEM, actor=reader.ref)):
        yield reader
