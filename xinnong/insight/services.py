"""The only writer of summary tables: one grouped pass per table, inside the publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xinnong.analytics.loading import Loader

BAND_EDGES_YUAN = (0, 1, 30_000, 50_000, 80_000, 100_000, 150_000, 200_000, 300_000)

LINES_BY_AREA = """
    CREATE TEMPORARY TABLE line_by_area ON COMMIT DROP AS
    SELECT a.area, l.kind, l.lender, l.household_id, l.grade, l.line_minor, l.points
    FROM (SELECT household_id, kind, lender, grade, line_minor, points, area12
          FROM credit_line l WHERE run_id = %(run)s
            AND NOT EXISTS (SELECT FROM privacy_canary c WHERE c.household_id = l.household_id)
          UNION ALL
          (SELECT DISTINCT ON (household_id) household_id, kind, '', grade, line_minor, points,
                  area12
           FROM credit_line WHERE run_id = %(run)s AND kind = 'granted'
           ORDER BY household_id, line_minor DESC, lender)) l
    CROSS JOIN LATERAL (VALUES (left(l.area12, 6)), (left(l.area12, 9)), (l.area12)) a (area)
"""


def publish_summaries(loader: Loader, *, run_id: int) -> None:
    """Fill area summaries, grade counts and line bands of a run from its lines and scores.

    A household granted lines by several lenders counts once under the empty lender, with its
    largest line: a sum over lenders would let one lender read another's book.
    """
    loader.cursor.execute(LINES_BY_AREA, {"run": run_id})
    loader.execute("ANALYZE line_by_area")
    _summarise_areas(loader, run_id)
    _count_grades(loader, run_id)
    _count_bands(loader, run_id)


def _summarise_areas(loader: Loader, run_id: int) -> None:
    loader.cursor.execute(
        """INSERT INTO insight_areasummary (run_id, area, kind, lender, households,
               lined_households, line_sum_minor, points_sum, scored_households, first_borrowers)
           WITH population AS (
               SELECT a.area, count(*) AS households
               FROM registry_household h
               CROSS JOIN LATERAL
                   (VALUES (left(h.area12, 6)), (left(h.area12, 9)), (h.area12)) a (area)
               WHERE h.state = 'active'
                 AND NOT EXISTS (SELECT FROM privacy_canary c WHERE c.household_id = h.id)
               GROUP BY a.area),
           first AS (
               SELECT DISTINCT household_id FROM scoring_score
               WHERE run_id = %(run)s AND first_borrower)
           SELECT %(run)s, l.area, l.kind, l.lender, p.households,
                  count(*) FILTER (WHERE l.line_minor > 0), sum(l.line_minor), sum(l.points),
                  count(*), count(f.household_id)
           FROM line_by_area l JOIN population p USING (area)
           LEFT JOIN first f USING (household_id)
           GROUP BY l.area, l.kind, l.lender, p.households""",
        {"run": run_id},
    )


def _count_grades(loader: Loader, run_id: int) -> None:
    loader.cursor.execute(
        """INSERT INTO insight_gradecount (run_id, area, kind, lender, grade, households)
           SELECT %(run)s, area, kind, lender, grade, count(*) FROM line_by_area
           GROUP BY area, kind, lender, grade""",
        {"run": run_id},
    )


def _count_bands(loader: Loader, run_id: int) -> None:
    edges = [edge * 100 for edge in BAND_EDGES_YUAN]
    loader.cursor.execute(
        """INSERT INTO insight_lineband (run_id, area, kind, lender, floor_minor, ceiling_minor,
               households)
           SELECT %(run)s, area, kind, lender,
                  (%(edges)s::bigint[])[band], (%(edges)s::bigint[])[band + 1], count(*)
           FROM (SELECT area, kind, lender, width_bucket(line_minor, %(edges)s::bigint[]) AS band
                 FROM line_by_area) banded
           GROUP BY area, kind, lender, band""",
        {"run": run_id, "edges": edges},
    )
