"""What a drawing shows that others may show too, kind by kind, of all drawings, some, or some marks.

Each branch is core.borrowed_names.Trait in SQL: `mark` is what is shared, `l` the drawing whose day
counts. Branches of one kind follow each other in `BRANCHES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xinnong.core.borrowed_names import Threshold


@dataclass(frozen=True, slots=True)
class Branch:
    """Where one kind of trait comes from; `rows` ends inside its WHERE."""

    kind: str
    mark: str
    type: str
    rows: str
    borrower: str = "l.person"
    loan: str = "l.id"
    touched: tuple[str, ...] = ("l.id",)
    """Columns by one of which a touched drawing is found."""


HELD: Final = """
FROM lending_loan AS l
JOIN lending_paymenthold AS h ON h.person = l.person AND h.institution = l.institution
WHERE l.institution = %(institution)s AND h.institution = %(institution)s AND h.kind = '{kind}'
"""
STAFF: Final = """
FROM lending_loan AS l
LEFT JOIN lending_contract AS c ON c.ref = l.contract_ref
LEFT JOIN lending_application AS a ON a.id = c.application_id
LEFT JOIN lending_loanversion AS v ON v.loan_id = l.id AND v.version = 1
CROSS JOIN LATERAL (VALUES (c.officer), (a.submitted_by), (v.made_by)) AS hand (who)
WHERE l.institution = %(institution)s AND hand.who IS NOT NULL AND hand.who <> %(nobody)s
"""
PASSED_ON: Final = """
FROM lending_statementline AS s
JOIN lending_loan AS got ON got.id = s.loan_id AND got.institution = %(institution)s
JOIN lending_bankcard AS c ON c.number_hash = s.payer_hash AND c.institution = %(institution)s
JOIN lending_loan AS l ON l.payee = c.ref AND l.institution = %(institution)s
CROSS JOIN LATERAL (VALUES (l.person, l.id), (got.person, got.id)) AS side (person, loan)
WHERE s.institution = %(institution)s AND s.state = 'booked' AND s.payer_hash IS NOT NULL
  AND l.person <> got.person
  AND s."on" >= l.disbursed_on AND s."on" <= l.disbursed_on + {within}
"""
BRANCHES: Final = (
    Branch(
        "card", "c.number_hash", "bigint",
        """
FROM lending_loan AS l JOIN lending_bankcard AS c ON c.ref = l.payee
WHERE l.institution = %(institution)s
""",
    ),
    Branch("device", "h.mark", "bigint", HELD),
    Branch("number", "h.mark", "bigint", HELD),
    Branch(
        "number", "i.phone_hash", "bigint",
        """
FROM lending_loan AS l
JOIN registry_person AS p ON p.ref = l.person
JOIN registry_identity AS i ON i.person_id = p.id
WHERE l.institution = %(institution)s AND i.phone_hash IS NOT NULL
""",
    ),
    Branch(
        "household", "l.household_id", "bigint",
        """
FROM lending_loan AS l
WHERE l.institution = %(institution)s AND l.household_id IS NOT NULL AND l.state = 'active'
""",
    ),
    Branch("staff", "hand.who", "uuid", STAFF),
    Branch(
        "guarantor", "g.party", "uuid",
        """
FROM lending_loan AS l
JOIN lending_contract AS c ON c.ref = l.contract_ref
JOIN lending_guarantor AS g ON g.application_id = c.application_id
WHERE l.institution = %(institution)s AND g.institution = %(institution)s AND l.state = 'active'
  AND g.state = 'signed' AND g.kind <> 'guarantee_company'
""",
    ),
    Branch(
        "passed_on", "got.person", "uuid", PASSED_ON, borrower="side.person", loan="side.loan",
        touched=("l.id", "got.id"),
    ),
)  # fmt: skip
"""Lending only: nothing here is told to another lender."""
TOUCHED: Final = """
SELECT id FROM lending_loan WHERE institution = %(institution)s AND id > %(newest_loan)s
UNION
SELECT l.id FROM lending_paymenthold AS h
JOIN lending_loan AS l ON l.person = h.person AND l.institution = h.institution
WHERE h.institution = %(institution)s AND h.id > %(newest_hold)s AND h.kind IN ('device', 'number')
UNION
SELECT loan_id FROM lending_statementline
WHERE institution = %(institution)s AND state = 'booked' AND id > %(newest_line)s
UNION
SELECT loan_id FROM lending_statementline
WHERE institution = %(institution)s AND state = 'booked' AND settled_at >= %(since)s
"""
"""Drawings with which something happened that can make them show more than they showed."""


def of_all(thresholds: Mapping[str, Threshold]) -> str:
    """Traits of every drawing that still counts."""
    return _union(thresholds, lambda _branch: ("TRUE",))


def of_loans(thresholds: Mapping[str, Threshold]) -> str:
    """Traits of the drawings %(loans)s, and of those that passed money on to them."""
    return _union(
        thresholds,
        lambda branch: tuple(f"{column} = ANY(%(loans)s)" for column in branch.touched),
    )


def of_marks(thresholds: Mapping[str, Threshold]) -> str:
    """Traits with the marks of a kind, for example %(card_marks)s, of all drawings that count."""
    return _union(
        thresholds,
        lambda branch: (f"{branch.mark} = ANY(%({branch.kind}_marks)s::{branch.type}[])",),
    )


def _union(thresholds: Mapping[str, Threshold], among: Callable[[Branch], tuple[str, ...]]) -> str:
    """The branches of the kinds that are looked for; their figures come from the published file."""
    return "\nUNION ALL\n".join(
        _select(branch, thresholds[branch.kind], condition)
        for branch in BRANCHES
        if branch.kind in thresholds
        for condition in among(branch)
    )


def _select(branch: Branch, limit: Threshold, condition: str) -> str:
    rows = branch.rows.format(kind=branch.kind, within=limit.within)
    return (
        f"SELECT '{branch.kind}' AS kind, ({branch.mark})::text COLLATE \"C\" AS mark,"
        f" {branch.borrower} AS borrower, {branch.loan} AS loan_id {rows}"
        f" AND l.disbursed_on > %(on)s - {limit.days} AND l.disbursed_on <= %(on)s"
        f" AND {condition}"
    )
