"""JSON API of household files: profile, score with its explanation, line; by public reference.

Every call names its purpose; the read is written in the transaction that answers.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router, Schema

from xinnong.accounts.api_auth import needs
from xinnong.accounts.models import ApiClient
from xinnong.accounts.permissions import Permission
from xinnong.journeys import api_evidence
from xinnong.journeys.queries.household import (
    Result,
    household_by_ref,
    lines_of,
    results_of,
)
from xinnong.journeys.reports import (
    explained_score_report,
    line_report,
    profile_report,
    result_on,
    score_report,
)
from xinnong.privacy.models import ReadKind
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_read
from xinnong.registry.models import Household, Run
from xinnong.registry.queries import current_run

router = Router(tags=["households"])
router.add_router("", api_evidence.router)

Ref = Annotated[str, Path(pattern=r"^H[0-9]{13}$", description="public household reference")]
Why = Annotated[
    Purpose, Query(description="why the file is read; objection and break-glass need a case")
]
Case = Annotated[
    str, Query(max_length=64, description="number of the case, where the purpose asks for one")
]
Basis = Annotated[
    Literal["", "pre", "base", "granted"], Query(description="default: the fullest one")
]


class ProblemOut(Schema):
    """RFC 9457 with a stable code."""

    type: str
    title: str
    status: int
    code: str


class ProfileOut(Schema):
    """Features by dimension, each in its unit of `units`; what has decimals, as yuan, is text.

    null is unknown, never zero.
    """

    household_id: str
    as_of: date
    basis: str
    lender: str | None
    completeness_percent: int
    dimensions: dict[str, dict[str, int | str | None]]
    units: dict[str, str | None]


class ReasonOut(Schema):
    """Why points were lost and what would change it."""

    code: str
    feature: str
    lost_points: int
    gain_points: int
    says: str
    would_change: str


class FeatureOut(Schema):
    """Points of one feature beside the most it can give; `value` in its unit, `says` in words."""

    feature: str
    title: str
    dimension: str
    value: int | str | None
    unit: str | None
    says: str
    points: int
    best_points: int


class ScoreOut(Schema):
    """Points and grade on one basis, with the card that gave them."""

    household_id: str
    as_of: date
    basis: str
    lender: str | None
    points: int
    grade: str
    dimensions: dict[str, int]
    first_borrower: bool
    scorecard: str
    scorecard_version: str
    reason_codes: list[str]


class ExplainedScoreOut(ScoreOut):
    """A score with points by feature and reasons in words."""

    features: list[FeatureOut]
    reasons: list[ReasonOut]


class GateOut(Schema):
    """A closed gate in words."""

    code: str
    says: str


class LineOut(Schema):
    """One line with its addends in yuan."""

    kind: str
    lender: str | None
    grade: str
    line_yuan: Decimal
    rate_percent: Decimal | None
    addends_yuan: dict[str, Decimal | None]
    cap_code: str | None
    closed_gates: list[GateOut]
    policy_version: str


class LinesOut(Schema):
    """Every line of the household the client may see."""

    household_id: str
    as_of: date
    lines: list[LineOut]


REFUSALS: dict[int, type[Schema]] = dict.fromkeys((401, 403, 404, 422), ProblemOut)


@router.get(
    "/households/{ref}/profile",
    response={200: ProfileOut, **REFUSALS},
    operation_id="household_profile",
    auth=needs(Permission.READ_HOUSEHOLD),
)
def profile(
    request: HttpRequest, ref: Ref, purpose: Why, case: Case = "", basis: Basis = ""
) -> dict[str, Any]:
    """The six dimensions of a household on one basis."""
    household, run, result = _opened(request, ref, ("profile",), purpose, case, basis)
    return {**_head(household, run), **profile_report(result)}


@router.get(
    "/households/{ref}/score",
    response={200: ScoreOut, **REFUSALS},
    operation_id="household_score",
    auth=needs(Permission.READ_SCORE),
)
def score(
    request: HttpRequest, ref: Ref, purpose: Why, case: Case = "", basis: Basis = ""
) -> dict[str, Any]:
    """Points, grade and reason codes of a household on one basis."""
    household, run, result = _opened(request, ref, ("score",), purpose, case, basis)
    return {**_head(household, run), **score_report(result)}


@router.get(
    "/households/{ref}/score/explanation",
    response={200: ExplainedScoreOut, **REFUSALS},
    operation_id="household_score_explanation",
    auth=needs(Permission.READ_SCORE),
)
def explanation(
    request: HttpRequest, ref: Ref, purpose: Why, case: Case = "", basis: Basis = ""
) -> dict[str, Any]:
    """A score with points by feature, reasons in words and what would change them."""
    household, run, result = _opened(request, ref, ("score",), purpose, case, basis)
    return {**_head(household, run), **explained_score_report(result)}


@router.get(
    "/households/{ref}/lines",
    response={200: LinesOut, **REFUSALS},
    operation_id="household_lines",
    auth=needs(Permission.READ_LINE),
)
def lines(request: HttpRequest, ref: Ref, purpose: Why, case: Case = "") -> dict[str, Any]:
    """Pre-approved and granted lines, with every addend and closed gate."""
    household, run = _found(ref)
    _remember(request, household, ("line",), purpose, case)
    found = [line_report(line) for line in lines_of(household, run)]
    return {**_head(household, run), "lines": found}


def _found(ref: str) -> tuple[Household, Run]:
    household, run = household_by_ref(ref), current_run()
    if household is None or run is None:
        raise Http404
    return household, run


def _opened(
    request: HttpRequest,
    ref: str,
    fields: tuple[str, ...],
    purpose: str,
    case: str,
    basis: str,
) -> tuple[Household, Run, Result]:
    """The result asked for, with the read recorded in this transaction."""
    household, run = _found(ref)
    _remember(request, household, fields, purpose, case)
    result = result_on(results_of(household, run), basis=basis)
    if result is None:
        raise Http404
    return household, run, result


def _remember(
    request: HttpRequest, household: Household, fields: tuple[str, ...], purpose: str, case: str
) -> None:
    client = request.auth  # type: ignore[attr-defined]  # set by ninja from `needs`
    assert isinstance(client, ApiClient)
    record_read(
        actor=client,
        at=timezone.now(),
        purpose=purpose,
        case=case,
        fields=fields,
        household_id=household.pk,
        area12=household.area12,
        kind=ReadKind.API,
    )


def _head(household: Household, run: Run) -> dict[str, Any]:
    return {"household_id": household.ref, "as_of": run.as_of}
