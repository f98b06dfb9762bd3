"""Who may answer for somebody else's loan, and for how much at most.

A guarantor is refused for every reason at once and by name. What is not known refuses: without
income or assets on record nobody guarantees anything. Amounts are fen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from xinnong.core.errors import Problem

PERSON: Final = "person"
FIRM: Final = "firm"
GUARANTEE_COMPANY: Final = "guarantee_company"
VILLAGE_COLLECTIVE: Final = "village_collective"
COMMITTEE: Final = "committee"
STATE_ORGAN: Final = "state_organ"
PUBLIC_BODY: Final = "public_body"
MAY_GUARANTEE: Final = (PERSON, FIRM, GUARANTEE_COMPANY)
NEVER: Final[Mapping[str, str]] = {
    VILLAGE_COLLECTIVE: "guarantee.village_collective",
    COMMITTEE: "guarantee.committee",
    STATE_ORGAN: "guarantee.state_organ",
    PUBLIC_BODY: "guarantee.public_body",
}
"""浙江省农村集体资产管理条例 16; 担保制度解释 5; 民法典 683."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How much a guarantor may answer for, from a day on.

    A person or firm: at most `income_multiple` times a year's income and `assets_percent` of the
    net assets, whichever is less. A licensed guarantee company: `company_multiple` times its net
    assets in all and `client_percent` of them for one client (融资担保公司监督管理条例 15, 16).
    `most_ring`: how many households may guarantee each other in a ring; 0 allows no ring at all.
    """

    from_on: date
    income_multiple: int
    assets_percent: int
    company_multiple: int
    client_percent: int
    most_ring: int


POLICIES: Final = (
    Policy(
        from_on=date(2026, 1, 1),
        income_multiple=5,
        assets_percent=100,
        company_multiple=10,
        client_percent=10,
        most_ring=0,
    ),
)


def policy_on(day: date, policies: Iterable[Policy] = POLICIES) -> Policy | None:
    """The newest policy that has begun; None before the first."""
    begun = [each for each in policies if each.from_on <= day]
    return max(begun, key=lambda each: each.from_on, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Who would guarantee; None is not known.

    `exposure_minor`: everything guaranteed already at this lender; `client_minor`: of it for this
    borrower. `ring`: how many would guarantee each other in a ring, None where none would.
    """

    kind: str
    is_borrower: bool
    is_same_household: bool
    is_spouse: bool
    is_of_age: bool
    income_minor: int | None
    net_assets_minor: int | None
    exposure_minor: int
    client_minor: int = 0
    ring: int | None = None


def guarantee_problems(
    candidate: Candidate, *, amount_minor: int, policy: Policy | None
) -> tuple[Problem, ...]:
    """Everything that keeps somebody from guaranteeing so much."""
    if policy is None:
        return (Problem("guarantee.policy_unknown", "on"),)
    return (
        *_who_problems(candidate, policy),
        *_amount_problems(candidate, amount_minor, policy),
    )


def _who_problems(candidate: Candidate, policy: Policy) -> Iterator[Problem]:
    if candidate.kind not in MAY_GUARANTEE:
        yield Problem(NEVER.get(candidate.kind, "guarantee.kind"), "guarantor")
    if candidate.is_borrower:
        yield Problem("guarantee.borrower", "guarantor")
    elif candidate.is_spouse or candidate.is_same_household:
        yield Problem("guarantee.family", "guarantor")
    elif candidate.ring is not None and candidate.ring > policy.most_ring:
        code = "guarantee.mutual" if candidate.ring == 2 else "guarantee.ring"  # noqa: PLR2004 - two
        yield Problem(code, "guarantor", {"ring": candidate.ring, "most_ring": policy.most_ring})
    if candidate.kind == PERSON and not candidate.is_of_age:
        yield Problem("guarantee.not_of_age", "guarantor")


def _amount_problems(candidate: Candidate, amount_minor: int, policy: Policy) -> Iterator[Problem]:
    if amount_minor <= 0:
        yield Problem("guarantee.amount", "amount_minor")
        return
    if candidate.kind not in MAY_GUARANTEE:
        return
    most = most_minor(candidate, policy)
    if most is None:
        yield Problem("guarantee.means_unknown", "income_minor")
        return
    left = max(0, most - candidate.exposure_minor)
    if amount_minor > left:
        yield Problem("guarantee.over", "amount_minor", {"left_minor": left, "most_minor": most})
    if candidate.kind == GUARANTEE_COMPANY:
        yield from _client_problems(candidate, amount_minor, policy)


def _client_problems(candidate: Candidate, amount_minor: int, policy: Policy) -> Iterator[Problem]:
    assert candidate.net_assets_minor is not None, "means are known here"
    most = candidate.net_assets_minor * policy.client_percent // 100
    if candidate.client_minor + amount_minor > most:
        yield Problem("guarantee.client", "amount_minor", {"most_minor": most})


def most_minor(candidate: Candidate, policy: Policy) -> int | None:
    """The most that all guarantees of one guarantor may come to; None where the means are unknown."""
    income, assets = candidate.income_minor, candidate.net_assets_minor
    if assets is None:
        return None
    if candidate.kind == GUARANTEE_COMPANY:
        return max(0, assets * policy.company_multiple)
    if income is None:
        return None
    return max(0, min(income * policy.income_multiple, assets * policy.assets_percent // 100))


def ring_of(edges: Iterable[tuple[str, str]], guarantor: str, borrower: str) -> int | None:
    """How many would stand in the shortest ring if `guarantor` answered for `borrower`.

    `edges` says who guarantees for whom already. None where no ring would come about.
    """
    answers_for: dict[str, set[str]] = {}
    for one, other in edges:
        answers_for.setdefault(one, set()).add(other)
    waiting, seen = deque([(borrower, 1)]), {borrower}
    while waiting:
        who, steps = waiting.popleft()
        if who == guarantor:
            return steps
        for other in sorted(answers_for.get(who, set()) - seen):
            seen.add(other)
            waiting.append((other, steps + 1))
    return None


def guaranteed_problems(amounts_minor: Iterable[int], *, needed_minor: int) -> tuple[Problem, ...]:
    """What is missing of guarantees for a loan: somebody at all, and the whole amount."""
    amounts = tuple(amounts_minor)
    if not amounts:
        return (Problem("guarantee.nobody", "guarantors"),)
    if sum(amounts) < needed_minor:
        params = {"needed_minor": needed_minor, "given_minor": sum(amounts)}
        return (Problem("guarantee.short", "guarantors", params),)
    return ()
