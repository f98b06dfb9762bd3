"""From application to contract: states, the automatic decision, limits of authority, four eyes.

Everything fails closed. What is not known refers an application to a person or refuses it; nothing
here ever approves for want of a reason against. Amounts are fen, rates percent a year.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from xinnong.core.errors import Problem
from xinnong.core.products import Product, Request, request_problems

Outcome = Literal["approve", "refer", "refuse"]

CHANNELS: Final = ("phone", "desk", "outlet", "pre_offered")
PURPOSES: Final = (
    "seed_and_fertiliser",
    "feed_and_young_stock",
    "machinery",
    "greenhouse_and_barn",
    "land_rent",
    "processing_and_trade",
    "house_repair",
    "schooling",
    "daily_needs",
)
"""What a loan may be used for. No securities, no house to sell, no loan to pass on."""
APPLICATION_MOVES: Final[Mapping[str, frozenset[str]]] = {
    "draft": frozenset({"submitted", "withdrawn", "expired"}),
    "submitted": frozenset({"in_review", "approved", "refused", "withdrawn", "expired"}),
    "in_review": frozenset({"approved", "refused", "withdrawn", "expired"}),
    "approved": frozenset({"withdrawn", "expired"}),
    "refused": frozenset({"in_review"}),
    "withdrawn": frozenset(),
    "expired": frozenset(),
}
"""A refusal leads back to a person alone: whoever was refused may ask for one (PIPL 24)."""
CONTRACT_MOVES: Final[Mapping[str, frozenset[str]]] = {
    "drafted": frozenset({"signed", "cancelled"}),
    "signed": frozenset({"in_force", "cancelled"}),
    "in_force": frozenset({"ended", "cancelled"}),
    "ended": frozenset(),
    "cancelled": frozenset(),
}
OPEN_APPLICATION: Final = ("draft", "submitted", "in_review")
BINDING_CONTRACT: Final = ("drafted", "signed", "in_force")
"""Contracts that use up a line."""
APPLICATION_DAYS: Final = 30
"""An application that nobody finished, or an approval that nobody took up, ends after these days."""
EVIDENCE_DAYS: Final = 190
"""Facts older than a half-yearly refresh and its delay are looked at by a person."""
REPORT_DAYS: Final = 30
"""A credit report older than this says nothing about today."""
HOLD: Final = timedelta(hours=24)
"""How long a new card, device or number waits."""
OFFICER_REASONS: Final = (
    "officer.capacity",
    "officer.purpose",
    "officer.documents",
    "officer.information",
    "officer.debts",
    "officer.visit",
)
"""Why a person may refuse. Family state, illness, disability or a conviction long past is no reason,
so there is no code for one and no text to write it into."""
WITHDRAWN: Final = "officer.withdrawn"
"""Why an approval that waited for a second person waits no more: whoever gave it took it back."""
UNKNOWNS: Final = frozenset(
    {
        "application.line_unknown",
        "application.contracted_unknown",
        "application.rate_unknown",
        "product.lpr_unknown",
    }
)
"""What nobody can decide on before it is known, not even a person."""


def may_move(moves: Mapping[str, frozenset[str]], state: str, to: str) -> bool:
    """Tell whether a state leads to another one; an unknown state leads nowhere."""
    return to in moves.get(state, frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """The granted line of this lender as it stood when the application was handed in."""

    grade: str
    points: int
    line_minor: int
    rate_percent: Decimal | None
    closed_gates: tuple[str, ...]
    known_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What is decided on: the wish, and what is known beside it; None is not known.

    `contracted_minor`: what this lender has already promised the household, open approvals and
    binding contracts together. `wants_person`: the applicant asked for a human decision.
    """

    request: Request
    line: LineFacts | None
    contracted_minor: int | None
    wants_person: bool = False


@dataclass(frozen=True, slots=True)
class Authority:
    """How much a role may approve alone, and how much with a second person."""

    alone_minor: int
    second_minor: int


@dataclass(frozen=True, slots=True)
class Decided:
    """An outcome with every code that led to it; `rate_percent` is None unless it approves."""

    outcome: Outcome
    problems: tuple[Problem, ...]
    rate_percent: Decimal | None

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes in the order in which they are told."""
        return tuple(problem.code for problem in self.problems)


def contract_rate(
    product: Product, line_percent: Decimal | None, *, lpr_percent: Decimal | None
) -> Decimal | None:
    """The rate of the line, held inside the product's bounds and under its total cost.

    None where the line names no rate, or the bound of the total cost is not known.
    """
    if line_percent is None:
        return None
    rate = min(max(line_percent, product.rate.floor_percent), product.rate.cap_percent)
    if product.rate.lpr_multiple is None:
        return rate
    return None if lpr_percent is None else min(rate, product.rate.lpr_multiple * lpr_percent)


def needs_line(product: Product) -> bool:
    """Tell whether the product lends inside a granted line only."""
    return "line_granted" in product.conditions


def obstacles(
    application: Application, product: Product, *, lpr_percent: Decimal | None
) -> tuple[Problem, ...]:
    """Everything that keeps anybody, person or rule, from approving; unknowns are among them."""
    return (
        *request_problems(product, application.request, lpr_percent=lpr_percent),
        *_line_problems(application, product),
    )


def _line_problems(application: Application, product: Product) -> Iterator[Problem]:
    line, asked = application.line, application.request.amount_minor
    if line is None:
        if needs_line(product):
            yield Problem("application.line_unknown", "line")
        return
    if line.closed_gates:
        yield Problem("application.gate_closed", "line", {"gates": line.closed_gates})
    if not needs_line(product):
        return
    if line.rate_percent is None:
        yield Problem("application.rate_unknown", "rate_percent")
    if application.contracted_minor is None:
        yield Problem("application.contracted_unknown", "amount_minor")
        return
    left = max(0, line.line_minor - application.contracted_minor)
    if asked > left:
        params = {"left_minor": left, "line_minor": line.line_minor}
        yield Problem("application.over_line", "amount_minor", params)


def decide(
    application: Application,
    product: Product,
    authority: Authority | None,
    *,
    lpr_percent: Decimal | None,
) -> Decided:
    """Decide by rule alone: approve what is plainly inside every bound, refer, or refuse.

    `authority` is what the lender lets the rule approve; None or zero lets it approve nothing. The
    rate is that of the line (`contract_rate`), whatever the request names.
    """
    line = application.line
    rate = contract_rate(product, line.rate_percent if line else None, lpr_percent=lpr_percent)
    if rate is not None:
        request = replace(application.request, rate_percent=rate)
        application = replace(application, request=request)
    found = obstacles(application, product, lpr_percent=lpr_percent)
    if any(problem.code not in UNKNOWNS for problem in found):
        return _short_of_person(application, found)
    doubts = (*found, *_doubts(application, product, authority))
    if doubts:
        return Decided("refer", doubts, None)
    assert rate is not None, "a doubt or an unknown names a missing line or rate"
    return Decided("approve", (), rate)


def _short_of_person(application: Application, found: tuple[Problem, ...]) -> Decided:
    """Refuse, unless the applicant asked for a person, who then looks at the same codes."""
    if application.wants_person:
        asked = Problem("application.asked_for_person", "wants_person")
        return Decided("refer", (asked, *found), None)
    return Decided("refuse", found, None)


def _doubts(
    application: Application, product: Product, authority: Authority | None
) -> Iterator[Problem]:
    """What a person has to look at although nothing speaks against it."""
    request, line = application.request, application.line
    if application.wants_person:
        yield Problem("application.asked_for_person", "wants_person")
    if line is None or not needs_line(product):
        yield Problem("application.no_line_rule", "line")
    if line is not None and request.on - line.known_on > timedelta(days=EVIDENCE_DAYS):
        yield Problem("application.evidence_old", "line", {"known_on": line.known_on})
    if product.produces:
        yield Problem("application.produces", "produces")
    if request.security != "credit":
        yield Problem("application.security", "security")
    if request.payee != "own_card":
        yield Problem("application.payee", "payee")
    if authority is None or request.amount_minor > authority.alone_minor:
        limit = 0 if authority is None else authority.alone_minor
        yield Problem("application.over_rule", "amount_minor", {"limit_minor": limit})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """A person who decides: reference, the household the person belongs to, and the authority."""

    ref: UUID
    household: int | None
    authority: Authority | None


def authority_problems(
    decider: Decider, *, amount_minor: int, household: int, first: UUID | None = None
) -> tuple[Problem, ...]:
    """Everything that keeps a person from approving; `first` is who approved before.

    Nobody decides for the own household, nobody counts as two, and an amount beyond what the role
    may approve with a second person is beyond the role.
    """
    problems = []
    if decider.household == household:
        problems.append(Problem("authority.own_household", "decider"))
    if first is not None and decider.ref == first:
        problems.append(Problem("authority.same_person", "decider"))
    most = decider.authority.second_minor if decider.authority else 0
    if amount_minor > most:
        problems.append(Problem("authority.over", "amount_minor", {"most_minor": most}))
    return tuple(problems)


def needs_second(decider: Decider, *, amount_minor: int) -> bool:
    """Tell whether a second person has to approve as well."""
    return decider.authority is None or amount_minor > decider.authority.alone_minor


def is_held(*, held_until: datetime, lifted_at: datetime | None, now: datetime) -> bool:
    """Tell whether a new card, device or number still waits: a day, or until the call-back."""
    return lifted_at is None and now < held_until


def last_day(starts_on: date, months: int) -> date:
    """The day a contract of so many months ends; a month too short ends it on its last day."""
    assert months > 0, months
    years, month = divmod(starts_on.month - 1 + months, 12)
    year = starts_on.year + years
    return date(year, month + 1, min(starts_on.day, monthrange(year, month + 1)[1]))


def need_minor(scale_hundredths: int, norm_minor: int) -> int:
    """What so many hundredths of a mu or a head cost by the norm, in fen, rounded down."""
    assert scale_hundredths >= 0, scale_hundredths
    assert norm_minor >= 0, norm_minor
    return scale_hundredths * norm_minor // 100
