"""Finding households among hundreds of thousands, under row-level security, by keyset.

Only leakproof operators meet the database: ranges over byte-ordered text and equality of keyed
hashes. A wider condition would be run after every row of the county had been checked.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from xinnong.accounts.visibility import AFTER_LAST_DIGIT
from xinnong.credit.models import Line, LineKind
from xinnong.journeys.search_terms import Term, TermKind
from xinnong.registry.models import Household, HouseholdState, Identity, Person, Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django.db.models import QuerySet

    from xinnong.web.paging import Turn

LAST_CHARACTER = "\U0010ffff"
VILLAGE_DIGITS = 12
COLLECTING = (
    "enable_sort", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin", "enable_gathermerge",
)  # fmt: skip
"""Ways of the planner that read much, or start helpers, before the first row comes out."""

HASH_COLUMNS: Mapping[TermKind, tuple[str, ...]] = {
    TermKind.RID: ("rid_hash",),
    TermKind.PHONE: ("phone_hash",),
    TermKind.TAIL4: ("rid_tail4_hash", "phone_tail4_hash"),
    TermKind.TAIL5: ("rid_tail5_hash", "phone_tail5_hash"),
    TermKind.TAIL6: ("rid_tail6_hash", "phone_tail6_hash"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list; the term is kept apart because it may not stand in an address.

    `area` is the leading 9 or 12 digits of a town or village, `state` is lined, none or closed.
    """

    area: str = ""
    kind: str = LineKind.PRE
    lender: str = ""
    grade: str = ""
    state: str = ""

    @property
    def needs_line(self) -> bool:
        """Whether the list depends on lines."""
        return bool(self.grade or self.state)


@dataclass(frozen=True, slots=True)
class Found:
    """One household of a result, with the person who was found or else its head."""

    household_id: int
    household_ref: str
    area12: str
    name: str
    birth_year: int | None
    members: int
    after: str
    lines: tuple[Line, ...] = ()


def find(
    term: Term,
    hashes: Mapping[str, int],
    filters: Filters,
    *,
    reach: Q,
    run: Run | None,
    turn: Turn,
    limit: int,
) -> list[Found]:
    """Return up to `limit` households beside the row named by `turn`, with their lines.

    A page back comes nearest row first. A row that is gone or unknown leads to the first page.

    `hashes` maps Identity columns to keyed hashes for a term that is part of an id or phone.
    `reach` is the reader's own condition on area12 (accounts.visibility.inside_areas): row-level
    security filters the same rows again, but only this one shortens the index range.
    """
    if term.kind is TermKind.ORGANISATION:
        return []
    if hashes:
        rows = _by_hash(hashes, filters, reach, run, turn, limit)
    elif len(filters.area) < VILLAGE_DIGITS:
        with _in_index_order():
            rows = _by_order(term, filters, reach, run, turn, limit)
    else:
        rows = _by_order(term, filters, reach, run, turn, limit)
    return _with_lines(rows, run)


@contextmanager
def _in_index_order() -> Iterator[None]:
    """Let the database walk an index until the page is full, never collect and sort a county.

    The scope's conditions hide how many rows they let through: the planner takes a whole county
    for a handful of rows and would read all of it first. Ends with the transaction at the latest.
    """
    _plan_by(COLLECTING, "off")
    yield
    _plan_by(COLLECTING, "on")


def _plan_by(ways: Sequence[str], state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config(way, %s, true) FROM unnest(%s::text[]) AS ways (way)",
            [state, list(ways)],
        )


def _by_order(
    term: Term,
    filters: Filters,
    reach: Q,
    run: Run | None,
    turn: Turn,
    limit: int,
) -> list[Found]:
    if term.kind in (TermKind.NAME, TermKind.INITIALS):
        return _by_text(term, filters, reach, run, turn, limit)
    return _by_household(term, filters, reach, run, turn, limit)


def _by_text(
    term: Term,
    filters: Filters,
    reach: Q,
    run: Run | None,
    turn: Turn,
    limit: int,
) -> list[Found]:
    column = "name" if term.kind is TermKind.NAME else "initials"
    text = term.text if term.kind is TermKind.NAME else term.text.lower()  # as linking spells them
    people = Person.objects.filter(household__isnull=False).filter(_prefix(column, text))
    people = people.filter(reach, _inside(filters.area))
    people = people.filter(_with_such_line(filters, run, "household_id"))
    people = _beside_person(people, (column, "id"), turn)
    return [_found_person(row) for row in _person_rows(people[:limit])]


def _by_hash(
    hashes: Mapping[str, int],
    filters: Filters,
    reach: Q,
    run: Run | None,
    turn: Turn,
    limit: int,
) -> list[Found]:
    wanted = Q()
    for column, value in hashes.items():
        wanted |= Q(**{column: value})
    keys = Identity.objects.filter(wanted).order_by().values_list("person_id", flat=True)
    people = Person.objects.filter(id__in=list(keys), household__isnull=False)
    people = people.filter(reach, _inside(filters.area))
    people = people.filter(_with_such_line(filters, run, "household_id"))
    people = _beside_person(people, ("id",), turn)
    return [_found_person(row) for row in _person_rows(people[:limit])]


def _by_household(
    term: Term,
    filters: Filters,
    reach: Q,
    run: Run | None,
    turn: Turn,
    limit: int,
) -> list[Found]:
    if term.kind is TermKind.HOUSEHOLD:
        chosen = Household.objects.filter(ref=term.text)
        return [_found_household(h) for h in chosen.filter(reach)]
    if filters.needs_line and len(filters.area) < VILLAGE_DIGITS and run is not None:
        return _by_line(filters, reach, run, turn, limit)
    homes = Household.objects.filter(state=HouseholdState.ACTIVE)
    homes = homes.filter(reach, _inside(filters.area))
    homes = homes.filter(_with_such_line(filters, run, "id"))
    known = _known_household(turn)
    if known is not None:
        homes = homes.filter(_beside({"area12": known.area12, "id": known.id}, turn))
    ordered = homes.order_by(*_order(("area12", "id"), turn))
    return [_found_household(home) for home in ordered[:limit]]


def _by_line(filters: Filters, reach: Q, run: Run, turn: Turn, limit: int) -> list[Found]:
    """List a grade over a town or the county from the line index, in household order."""
    lines = Line.objects.filter(_line_condition(filters, run))
    lines = lines.filter(reach, _inside(filters.area))
    known = _known_household(turn)
    if known is not None:
        lines = lines.filter(_beside({"household_id": known.id}, turn))
    ordered = lines.order_by(*_order(("household_id",), turn)).select_related("household")
    return [_found_household(line.household) for line in ordered[:limit]]


def _line_condition(filters: Filters, run: Run) -> Q:
    condition = Q(run=run, kind=filters.kind, lender=filters.lender)
    if filters.grade:
        condition &= Q(grade=filters.grade)
    if filters.state == "lined":
        condition &= Q(line_minor__gt=0)
    elif filters.state == "none":
        condition &= Q(line_minor=0, closed_gates__len=0)
    elif filters.state == "closed":
        condition &= Q(closed_gates__len__gt=0)
    return condition


def _with_such_line(filters: Filters, run: Run | None, column: str) -> Q | Exists:
    """Match households that have a line as filtered; everything where no line is asked for."""
    if not filters.needs_line:
        return Q()
    if run is None:
        return Q(pk__in=[])
    lines = Line.objects.filter(_line_condition(filters, run), household_id=OuterRef(column))
    return Exists(lines)


def _found_person(row: tuple[Any, ...]) -> Found:
    household_id, household_ref, area12, name, birth, members, ref = row
    year = birth.year if birth else None
    return Found(household_id, household_ref, area12, name, year, members, str(ref))


def _found_household(home: Household) -> Found:
    return Found(home.id, home.ref, home.area12, home.head_name, None, home.members_count, home.ref)


def _prefix(column: str, text: str) -> Q:
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + LAST_CHARACTER})


def _inside(prefix: str) -> Q:
    """Restrict to one town or village as a range; the empty prefix is everywhere."""
    return Q(area12__gte=prefix, area12__lt=prefix + AFTER_LAST_DIGIT) if prefix else Q()


def _beside_person(
    people: QuerySet[Person], columns: tuple[str, ...], turn: Turn
) -> QuerySet[Person]:
    """Order by the columns and start beside the person named by `turn`."""
    ordered = people.order_by(*_order(columns, turn))
    ref = _uuid(turn.key) if turn.key else None
    known = next(iter(Person.objects.filter(ref=ref)), None) if ref else None
    if known is None:
        return ordered
    return ordered.filter(_beside({name: getattr(known, name) for name in columns}, turn))


def _known_household(turn: Turn) -> Household | None:
    return next(iter(Household.objects.filter(ref=turn.key)), None) if turn.key else None


def _order(columns: tuple[str, ...], turn: Turn) -> list[str]:
    return [f"-{name}" if turn.is_back else name for name in columns]


def _beside(values: Mapping[str, object], turn: Turn) -> Q:
    """Rows on the asked side of a key of one or two columns; the range leads to the index."""
    side = "lt" if turn.is_back else "gt"
    *first, (last, least) = values.items()
    if not first:
        return Q(**{f"{last}__{side}": least})
    ((name, value),) = first
    beyond = Q(**{f"{name}__{side}": value}) | Q(**{name: value, f"{last}__{side}": least})
    return beyond & Q(**{f"{name}__{side}e": value})


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


PERSON_COLUMNS = (
    "household_id",
    "household__ref",
    "household__area12",
    "name",
    "birth",
    "household__members_count",
    "ref",
)


def _person_rows(people: QuerySet[Person]) -> Iterable[tuple[Any, ...]]:
    return people.values_list(*PERSON_COLUMNS)


def _with_lines(rows: list[Found], run: Run | None) -> list[Found]:
    """Add the lines the reader may see: pre lines, and granted lines of the own lender."""
    if run is None or not rows:
        return rows
    by_household: dict[int, list[Line]] = {}
    wanted = [row.household_id for row in rows]
    for line in Line.objects.filter(run=run, household_id__in=wanted).order_by("kind", "lender"):
        by_household.setdefault(line.household_id, []).append(line)
    return [replace(row, lines=tuple(by_household.get(row.household_id, ()))) for row in rows]
