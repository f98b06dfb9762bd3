"""Tables of the algorithm pages: read as rows of text, and those about the card written anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.core.cards import expert
from tests.core.persons import PERSONS, WU, Person
from xinnong.core.bins import DIMENSIONS
from xinnong.core.money import FEN_PER_YUAN
from xinnong.core.scorecard import ScoreResult, score_one

PAGES = Path(__file__).parents[2] / "docs" / "algorithms"
SUFFIX = {
    "percent": "%",
    "month": " months",
    "year": " years",
    "day": " days",
    "mu_hundredths": " mu",
    "mu_year_hundredths": " mu-years",
    "share_hundredths": " shares",
}

Rows = list[dict[str, str]]


def table(page: str, name: str) -> Rows:
    """Answer the table that follows `<!-- table: name -->` on a page."""
    heads, *rows = [_cells(line) for line in _lines(page, name) if not line.startswith("|---")]
    return [dict(zip(heads, row, strict=True)) for row in rows]


def rewrite(page: str, name: str, rows: Rows) -> None:
    """Put a table with new rows in the place of the old one."""
    heads = list(rows[0])
    body = [heads, *[list(row.values()) for row in rows]]
    text = [f"| {' | '.join(cells)} |" for cells in body]
    text.insert(1, "|" + "---|" * len(heads))
    path = PAGES / f"{page}.md"
    path.write_text(
        path.read_text("utf-8").replace("\n".join(_lines(page, name)), "\n".join(text)), "utf-8"
    )


def _lines(page: str, name: str) -> list[str]:
    text = (PAGES / f"{page}.md").read_text("utf-8")
    mark = f"<!-- table: {name} -->\n"
    assert text.count(mark) == 1, name
    found = []
    for line in text.split(mark)[1].splitlines():
        if not line.startswith("|"):
            break
        found.append(line)
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip()[1:-1].split("|")]


def shown(unit: str, value: int | None) -> str:
    """Write a value as the pages do."""
    if value is None:
        return "unknown"
    if unit == "fen":
        return f"{value // FEN_PER_YUAN:,} yuan"
    if unit == "score_hundredths":
        return f"{value / 100:.2f}"
    number = f"{value / 100:g}" if unit.endswith("_hundredths") else str(value)
    return number + SUFFIX.get(unit, "")


def card_rows() -> Rows:
    """List every feature of the expert card."""
    return [
        {
            "feature": f"`{feature.name}`",
            "dimension": feature.dimension,
            "edges": "; ".join(shown(feature.unit, edge) for edge in feature.edges),
            "points": " ".join(map(str, feature.points)),
            "unknown": str(feature.unknown_points),
            "first borrower": _number(feature.first_borrower_points),
        }
        for feature in expert().features
    ]


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def result(person: Person) -> ScoreResult:
    """Score one of the three persons with the expert card."""
    return score_one(expert(), person.values, first_borrower=person.line.first_borrower)


def worked_rows() -> Rows:
    """List every feature of 邬根水 with the points it gave."""
    given = zip(expert().features, result(WU).by_feature, strict=True)
    return [
        {
            "feature": f"`{feature.name}`",
            "value": shown(feature.unit, WU.values[feature.name]),
            "points": str(points),
            "best": str(feature.best_points),
        }
        for feature, points in given
    ]


def dimension_rows() -> Rows:
    """List the points of the three persons by dimension."""
    return [
        {
            "person": person.name,
            **{name: str(result(person).by_dimension[name]) for name in DIMENSIONS},
            "total": str(result(person).points),
            "grade": result(person).grade,
        }
        for person in PERSONS
    ]


def reason_rows() -> Rows:
    """List the reasons of the three persons."""
    return [row for person in PERSONS for row in _reasons(person)]


def _reasons(person: Person) -> Iterator[dict[str, str]]:
    units = {feature.name: feature.unit for feature in expert().features}
    for reason in result(person).reasons:
        edge = reason.next_edge
        yield {
            "person": person.name,
            "feature": f"`{reason.feature}`",
            "lost": str(reason.lost_points),
            "change": reason.direction,
            "from or below": "" if edge is None else shown(units[reason.feature], edge),
            "gain": str(reason.gain_points),
        }


WRITTEN = {
    "expert card": card_rows,
    "worked score": worked_rows,
    "dimensions": dimension_rows,
    "reasons": reason_rows,
}


def rewrite_all() -> None:
    """Write the tables about the card anew."""
    for name, rows in WRITTEN.items():
        rewrite("score", name, rows())
