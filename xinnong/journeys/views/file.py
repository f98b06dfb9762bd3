"""What a household file shows, for staff and, in plainer words, for the family itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinnong.accounts.permissions import Permission
from xinnong.areas.places import places
from xinnong.core.bins import DIMENSIONS
from xinnong.core.dates import OF_AGE, age_on
from xinnong.credit.models import LineKind
from xinnong.credit.queries import policy_of, worked_line
from xinnong.credit.wording import gate_name, gate_text, step_text
from xinnong.journeys.access import institution_name, lender_of
from xinnong.journeys.queries.facts import MOST_RECORDS, MOST_WHEN_ALL, facts_shown
from xinnong.journeys.queries.household import (
    features_of,
    history_of,
    lines_of,
    medians_of,
    members_of,
    results_of,
)
from xinnong.journeys.queries.identity import masked_identity
from xinnong.journeys.views.tables import (
    basis_code,
    basis_name,
    fact_table,
    feature_table,
    history_table,
    radar_of,
    reads_table,
)
from xinnong.journeys.wording import EVIDENCE, RELATIONS, said
from xinnong.privacy.queries import reads_of_household
from xinnong.profiles.models import Basis
from xinnong.profiles.wording import dimension_name
from xinnong.registry.queries import current_run
from xinnong.scoring.wording import ReasonText, grade_name, reason_text
from xinnong.web import figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xinnong.accounts.models import User
    from xinnong.core.policy import Policy
    from xinnong.core.scorecard import Scorecard
    from xinnong.credit.models import Line
    from xinnong.credit.wording import GateText, StepText
    from xinnong.journeys.queries.household import Result
    from xinnong.journeys.queries.identity import IdentityShown
    from xinnong.registry.models import Household, Person, Run

READS_SHOWN = 5
GRADE_TONES = {"AAA": "good", "AA": "good", "A": "good", "B": "warn", "C": "bad"}


@dataclass(frozen=True, slots=True)
class MemberShown:
    """One member as the page shows them: masked, with how the household was inferred."""

    person: Person
    relation: str
    evidence: str
    age: int | None
    identity: IdentityShown

    @property
    def may_apply(self) -> bool:
        """Whether an officer is offered to enter an application: not for a child."""
        return self.age is None or self.age >= OF_AGE


@dataclass(frozen=True, slots=True)
class LineShown:
    """One line with its rule spelled out."""

    line: Line
    title: str
    lender: str
    is_granted: bool
    steps: Sequence[StepText]
    gates: Sequence[GateText]
    open_gates: Sequence[str]
    policy: str
    policy_url: str


@dataclass(frozen=True, slots=True)
class DimensionShown:
    """One dimension of the overview."""

    code: str
    name: str
    points: int
    maximum: int
    known: int
    features: int

    @property
    def percent(self) -> int:
        """Return the share of the points that can be had."""
        return self.points * 100 // self.maximum if self.maximum else 0


def file_context(
    home: Household, *, user: User, chosen_basis: str = "", past: Run | None = None
) -> dict[str, object]:
    """Return everything the page shows; without a finished run, only who lives here.

    `past` is an earlier run: its result as it was known then. Members are always today's.
    """
    run = past or current_run()
    results = results_of(home, run) if run else []
    result = _chosen(results, chosen_basis)
    context: dict[str, object] = {
        "household": home,
        "place": places().label(home.area12),
        "run": run,
        "past": past,
        "members": [_member(person) for person in members_of(home)],
        "result": result,
        "bases": [(_code_of(r), basis_name(r.basis, r.lender), r is result) for r in results],
        "can_unmask": user.can(Permission.UNMASK_IDENTITY),
        "can_handle_loans": user.can(Permission.HANDLE_LOANS),
        "can_read_facts": user.can(Permission.READ_FACTS),
    }
    if run is not None and result is not None:
        context |= _result_context(home, run, result, results, user)
    if user.can(Permission.READ_WHO_LOOKED):
        newest = list(reads_of_household(home.id, limit=READS_SHOWN + 1))
        context["reads"] = reads_table(newest[:READS_SHOWN])
        context["has_more_reads"] = len(newest) > READS_SHOWN
    return context


def dimension_context(
    home: Household,
    dimension: str,
    *,
    user: User,
    chosen_basis: str = "",
    subject: str | None = None,
    past: Run | None = None,
    every_fact: bool = False,
) -> dict[str, object] | None:
    """Return one dimension: its features with points, its facts with sources; None without a run."""
    run = past or current_run()
    result = _chosen(results_of(home, run) if run else [], chosen_basis)
    if result is None:
        return None
    features = features_of(result, dimension)
    facts = facts_shown(
        home,
        dimension,
        result=result,
        lender=lender_of(user) or None,
        subject=subject,
        most=MOST_WHEN_ALL if every_fact else MOST_RECORDS,
    )
    return {
        "household": home,
        "dimension": dimension,
        "dimension_name": dimension_name(dimension),
        "basis_name": basis_name(result.basis, result.lender),
        "features": feature_table(features),
        "has_unknown": any(row.value is None for row in features),
        "facts": fact_table(
            facts.shown, today=past.as_of if past else timezone.localdate(), names=_names(home)
        ),
        "past": past,
        "cut_facts": facts.cut,
        "chosen_basis": _code_of(result),
        "hidden_facts": facts.hidden,
        "facts_available": facts.available,
    }


def _result_context(
    home: Household, run: Run, result: Result, results: Sequence[Result], user: User
) -> dict[str, object]:
    context: dict[str, object] = {
        "grade": grade_name(result.score.grade),
        "grade_tone": GRADE_TONES.get(result.score.grade, ""),
        "radar": radar_of(result, medians_of(home, run, result.basis)),
        "dimensions": [_dimension(result, code) for code in DIMENSIONS],
        "history": history_table(history_of(home), shown=run),
        "reasons": reasons_of(result),
        "card_name": _document_name(result.card),
        "card_url": reverse("journeys:scorecard", args=[result.card.sha256]),
    }
    if user.can(Permission.READ_LINE) or user.can(Permission.READ_OWN_FILE):
        context["lines"] = [_line(line, results) for line in lines_of(home, run)]
    return context


def reasons_of(result: Result) -> list[ReasonText]:
    """Return the reasons of a result in words, best first."""
    return [reason_text(reason, result.value_of(reason.feature)) for reason in result.reasons()]


def _chosen(results: Sequence[Result], basis: str) -> Result | None:
    """Return the result asked for, or the fullest one."""
    wanted = next((r for r in results if _code_of(r) == basis), None)
    return wanted or next(iter(results), None)


def _code_of(result: Result) -> str:
    return basis_code(result.basis, result.lender)


def _member(person: Person) -> MemberShown:
    today = timezone.localdate()
    age = age_on(person.birth, today) if person.birth else None
    return MemberShown(
        person=person,
        relation=_("户主") if person.is_head else said(RELATIONS, person.relation),
        evidence=said(EVIDENCE, person.evidence),
        age=age,
        identity=masked_identity(person),
    )


def _names(home: Household) -> dict[str, str]:
    """Members by the key under which the lake knows them."""
    return {str(person.key): person.name for person in members_of(home)}


def _dimension(result: Result, code: str) -> DimensionShown:
    features = features_of(result, code)
    return DimensionShown(
        code=code,
        name=dimension_name(code),
        points=result.points_of(code),
        maximum=result.card.weights[code],
        known=sum(1 for row in features if row.value is not None),
        features=len(features),
    )


def _line(line: Line, results: Sequence[Result]) -> LineShown:
    granted = line.kind == LineKind.GRANTED
    basis = Basis.GRANTED if granted else Basis.PRE
    result = next((r for r in results if r.basis == basis and r.lender == line.lender), None)
    steps: list[StepText] = []
    if result is not None:
        worked = worked_line(
            line,
            first_borrower=result.score.first_borrower,
            features=vars(result.profile),
        )
        steps = [step_text(step) for step in worked.steps]
    title, policy = str(LineKind(line.kind).label), policy_of(line)
    lender = institution_name(line.lender) if line.lender else ""
    closed = {code.split(".")[1] for code in line.closed_gates}
    gates = policy.gates["granted" if granted else "pre"]
    return LineShown(
        line=line,
        title=f"{title} · {lender}" if lender else title,
        lender=lender,
        is_granted=granted,
        steps=steps,
        gates=[gate_text(code) for code in line.closed_gates],
        open_gates=[gate_name(gate) for gate in gates if gate not in closed],
        policy=_document_name(policy),
        policy_url=reverse("journeys:policy", args=[policy.sha256]),
    )


def _document_name(document: Scorecard | Policy) -> str:
    """Return title and version of a published document, with the start of its checksum."""
    title = document.title_en if figures.is_english() else document.title_zh
    return f"{title} {document.version} · {document.sha256[:8]}"
