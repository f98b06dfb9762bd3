"""Every reading across operators, in one list: which table, who reads, which rows, and why.

A table is visible to another kind of operator only through a `rls.Share` in its migration; a test
reads the policies of the database and compares them with this list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Crossing:
    """One table of an owner that readers of another kind may read, never write."""

    table: str
    owner_kind: str
    reader_kind: str
    rows: str
    purpose: str


@dataclass(frozen=True, slots=True)
class NamedRead:
    """One function by which readers of another kind learn something of an owner's rows."""

    function: str
    owner_kind: str
    reader_kind: str
    answers: str
    purpose: str


NAMED_READS: Final[tuple[NamedRead, ...]] = (
    NamedRead(
        function="xinnong.guard.queries.holds.draw_hold",
        owner_kind="d",
        reader_kind="b",
        answers="wait or not, a public reason code, an appeal number",
        purpose="a lender lets no money go to somebody whose number is being misused",
    ),
    NamedRead(
        function="xinnong.guard.queries.own_accounts.own_accounts",
        owner_kind="d",
        reader_kind="person",
        answers="orders about the own number, how long, what the platform did, the own appeals",
        purpose="whoever is limited reads it and appeals",
    ),
    NamedRead(
        function="xinnong.guard.queries.own_accounts.own_mark",
        owner_kind="a",
        reader_kind="person",
        answers="the mark of the own number in the register",
        purpose="finds what touches the own number without opening it",
    ),
    NamedRead(
        function="xinnong.guard.queries.warnings.warnings_for",
        owner_kind="d",
        reader_kind="a",
        answers="the warnings that were sent to this cadre",
        purpose="a cadre reads what the village is to be told",
    ),
    NamedRead(
        function="xinnong.guard.queries.warnings.fresh_warnings_for",
        owner_kind="d",
        reader_kind="a",
        answers="those of them that still hold",
        purpose="a cadre's first page begins with what is happening nearby",
    ),
    NamedRead(
        function="xinnong.guard.queries.warnings.has_number",
        owner_kind="d",
        reader_kind="a",
        answers="whether this cadre gave a number",
        purpose="a cadre without one is asked for it",
    ),
)
"""Reads that open the owner's scope for one question; each has a test."""

CROSSINGS: Final[tuple[Crossing, ...]] = (
    Crossing(
        table="registry_household",
        owner_kind="a",
        reader_kind="b",
        rows="households of the reader's areas",
        purpose="a lender finds the household it serves in its own area",
    ),
    Crossing(
        table="registry_person",
        owner_kind="a",
        reader_kind="b",
        rows="persons of the reader's areas",
        purpose="a lender finds a borrower by name in its own area",
    ),
    Crossing(
        table="registry_identity",
        owner_kind="a",
        reader_kind="b",
        rows="sealed identities of the reader's areas",
        purpose="search by the tail of an id or phone; opening one is a logged read",
    ),
    Crossing(
        table="registry_membership",
        owner_kind="a",
        reader_kind="b",
        rows="memberships of the reader's areas",
        purpose="who belongs to the household that borrows",
    ),
    Crossing(
        table="profiles_profile",
        owner_kind="a",
        reader_kind="b",
        rows="basis pre: no field that needs written consent",
        purpose="village-wide campaigns",
    ),
    Crossing(
        table="scoring_score",
        owner_kind="a",
        reader_kind="b",
        rows="basis pre: no field that needs written consent",
        purpose="village-wide campaigns",
    ),
    Crossing(
        table="credit_line",
        owner_kind="a",
        reader_kind="b",
        rows="kind pre",
        purpose="village-wide campaigns",
    ),
    Crossing(
        table="registry_organisation",
        owner_kind="a",
        reader_kind="b",
        rows="every organisation",
        purpose="co-ops and firms are public registrations; a lender finds a member's co-op",
    ),
    Crossing(
        table="profiles_dimensionmedian",
        owner_kind="a",
        reader_kind="b",
        rows="every median",
        purpose="a household beside its village and town, without any other household",
    ),
    Crossing(
        table="insight_areasummary",
        owner_kind="a",
        reader_kind="b",
        rows="kind pre",
        purpose="campaign figures by area, without persons",
    ),
    Crossing(
        table="insight_gradecount",
        owner_kind="a",
        reader_kind="b",
        rows="kind pre",
        purpose="campaign figures by area, without persons",
    ),
    Crossing(
        table="insight_lineband",
        owner_kind="a",
        reader_kind="b",
        rows="kind pre",
        purpose="campaign figures by area, without persons",
    ),
    Crossing(
        table="lending_booksum",
        owner_kind="b",
        reader_kind="a",
        rows="every sum of a month end",
        purpose="the county's supervisor reads each lender's book by sums, without persons",
    ),
)


@dataclass(frozen=True, slots=True)
class Opening:
    """One function that reads rows of an owner for readers of another kind, or for everybody."""

    function: str
    owner_kind: str
    reader: str
    purpose: str


OPENINGS: Final[tuple[Opening, ...]] = (
    Opening(
        function="outreach.queries.windows.team_by_code",
        owner_kind="c",
        reader="everybody",
        purpose="whoever is asked for trust checks a team's eight digits",
    ),
    Opening(
        function="outreach.queries.windows.teams_in_village",
        owner_kind="c",
        reader="everybody",
        purpose="a village asks whether anybody is approved there today",
    ),
    Opening(
        function="outreach.queries.windows.any_channel",
        owner_kind="c",
        reader="d",
        purpose="whether detection hears of approved visits at all is said on its pages",
    ),
    Opening(
        function="outreach.queries.windows.approved_between",
        owner_kind="c",
        reader="d",
        purpose="detection tells an approved visit from a gang's",
    ),
    Opening(
        function="outreach.queries.windows.document_by_number",
        owner_kind="c",
        reader="everybody",
        purpose="whoever is shown a letter checks its number",
    ),
    Opening(
        function="outreach.queries.windows.documents_by_digits",
        owner_kind="c",
        reader="everybody",
        purpose="whoever is shown a letter checks its number by the keys of a telephone",
    ),
    Opening(
        function="outreach.queries.windows.photo_of",
        owner_kind="c",
        reader="everybody",
        purpose="the face at the door beside the face on file, of those who go out today or soon",
    ),
    Opening(
        function="outreach.queries.windows.activities_for_town",
        owner_kind="c",
        reader="a",
        purpose="a town's officer approves visits in the own town",
    ),
    Opening(
        function="outreach.queries.windows.activity_for_town",
        owner_kind="c",
        reader="a",
        purpose="a town's officer reads what is to be approved",
    ),
    Opening(
        function="outreach.queries.windows.agents_of",
        owner_kind="c",
        reader="a",
        purpose="a town's officer and a cadre read who comes along",
    ),
    Opening(
        function="outreach.queries.windows.notices_for",
        owner_kind="c",
        reader="a",
        purpose="a cadre reads who is approved in the own village, and the phrase",
    ),
)
"""Functions that open a window of their own, where no policy shares a table: see decision 26."""
