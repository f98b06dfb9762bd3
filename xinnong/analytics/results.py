"""The tables a refresh hands over, and the folder of facts that pages look up."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from xinnong.analytics.engine import Engine, quoted
from xinnong.core.bins import DIMENSIONS

PUBLISHED: Final = (
    "persons", "households", "membership", "organisations", "features", "scores", "lines",
    "contested", "medians", "completeness",
)  # fmt: skip
SMALLEST_AREA: Final = 10
INDEX_NAME: Final = "index.json"

AREA_MEDIANS = """SELECT area, basis, dimension, households,
  CAST(FLOOR((MIN(points) + MAX(points)) / 2) AS BIGINT) AS median_points
FROM (SELECT {area} AS area, basis, '{dimension}' AS dimension, d_{dimension} AS points,
    ROW_NUMBER() OVER (PARTITION BY {area}, basis ORDER BY d_{dimension}) AS place,
    COUNT(*) OVER (PARTITION BY {area}, basis) AS households
  FROM scores WHERE basis IN ('pre', 'base')) AS ranked
WHERE 2 * place >= households AND 2 * place <= households + 2
GROUP BY area, basis, dimension, households"""

MEDIANS = """SELECT area, basis, dimension, households, median_points FROM area_medians
WHERE LENGTH(area) = 9 AND households >= {smallest}
UNION ALL
SELECT v.area, v.basis, v.dimension,
  CASE WHEN v.households >= {smallest} THEN v.households ELSE t.households END AS households,
  CASE WHEN v.households >= {smallest} THEN v.median_points ELSE t.median_points END
FROM area_medians AS v LEFT JOIN area_medians AS t
  ON t.area = SUBSTR(v.area, 1, 9) AND t.basis = v.basis AND t.dimension = v.dimension
WHERE LENGTH(v.area) = 12 AND (v.households >= {smallest} OR t.households >= {smallest})"""

WITH_FACT = """SELECT '{class_name}' AS source_class,
  COUNT(DISTINCT household_no) AS households_with_fact,
  (SELECT COUNT(*) FROM homes) AS households FROM linked_{table}"""


def result_tables(
    engine: Engine, linked: Sequence[str], facts: Path
) -> tuple[Mapping[str, Path], Mapping[str, int]]:
    """Make medians and completeness; return every result table with its rows."""
    each = [
        AREA_MEDIANS.format(area=area, dimension=dimension)
        for area in ("area12", "area9")
        for dimension in DIMENSIONS
    ]
    engine.step("area_medians", "\nUNION ALL\n".join(each))
    engine.step("medians", MEDIANS.format(smallest=SMALLEST_AREA))
    counted = [WITH_FACT.format(class_name=_class_name(t), table=t) for t in linked]
    engine.step("completeness", "\nUNION ALL\n".join(counted))
    lay_out_facts(engine, linked, facts)
    engine.step("contested_published", "SELECT * FROM contested")
    tables = {name: engine.path(name) for name in PUBLISHED}
    tables["contested"] = engine.path("contested_published")
    return tables, {name: engine.count(name) for name in PUBLISHED}


def _class_name(table: str) -> str:
    return table.replace("field_form_", "field_form.")


def lay_out_facts(engine: Engine, linked: Sequence[str], folder: Path) -> None:
    """Put the linked rows where lookup finds them, with an index of households per piece.

    The index maps <class>, old_<class> (what newer deliveries replaced) and `contested` to lists
    of (first household, last household, file).
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    steps = {_class_name(table): f"linked_{table}" for table in linked}
    steps |= {f"old_{_class_name(table)}": f"superseded_{table}" for table in linked}
    steps["contested"] = "contested"
    index = {
        name: _place_pieces(engine, name, step, folder)
        for name, step in steps.items()
        if engine.has(step)
    }
    (folder / INDEX_NAME).write_text(json.dumps(index))


def _place_pieces(
    engine: Engine, name: str, step: str, folder: Path
) -> list[tuple[object, object, str]]:
    placed = []
    for number, piece in enumerate(sorted(engine.pieces(step).glob("*.parquet"))):
        file = f"{name}_{number}.parquet"
        os.link(piece, folder / file)
        ends = f"SELECT MIN(household_no), MAX(household_no) FROM read_parquet({quoted(piece)})"
        first, last = engine.query(ends)[0]
        if first is not None:
            placed.append((first, last, file))
    return placed
