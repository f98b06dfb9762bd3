"""Persons by valid id, and what each register says about where and with whom they live."""

from __future__ import annotations

from xinnong.analytics.engine import Engine

REGISTERED = """SELECT person_key, sex, birth, area, state, state_on
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY person_key ORDER BY as_of DESC, batch DESC) AS place
  FROM live_person) AS ranked WHERE place = 1"""

BOOK = """SELECT person_key, hukou_no, relation, in_on
FROM (SELECT h.person_key, h.hukou_no, h.relation, h.in_on, ROW_NUMBER() OVER (
      PARTITION BY h.person_key ORDER BY h.in_on DESC NULLS LAST, h.hukou_no) AS place
  FROM live_hukou_member AS h LEFT JOIN registered AS p ON p.person_key = h.person_key
  WHERE (h.out_on IS NULL OR h.out_on > {today}) AND COALESCE(p.state, '正常') = '正常'
) AS ranked WHERE place = 1"""

DWELLING = """SELECT person_key, area, from_on
FROM (SELECT person_key, area, from_on, ROW_NUMBER() OVER (
      PARTITION BY person_key ORDER BY from_on DESC, area) AS place
  FROM live_residence
  WHERE from_on <= {today} AND (to_on IS NULL OR to_on > {today})) AS ranked WHERE place = 1"""

SPOUSE_EVENTS = """SELECT LEAST(person_key, spouse_key) AS a, GREATEST(person_key, spouse_key) AS b,
  state, "on" AS happened_on FROM live_marriage
WHERE "on" <= {today} AND person_key <> spouse_key"""

COUPLES = """SELECT a, b, married_on FROM (
  SELECT a, b, married_on,
    ROW_NUMBER() OVER (PARTITION BY a ORDER BY married_on DESC, b) AS place_a,
    ROW_NUMBER() OVER (PARTITION BY b ORDER BY married_on DESC, a) AS place_b
  FROM (SELECT a, b, happened_on AS married_on, state, ROW_NUMBER() OVER (
          PARTITION BY a, b ORDER BY happened_on DESC, state DESC) AS place
        FROM spouse_events) AS newest
  LEFT JOIN registered AS pa ON pa.person_key = a
  LEFT JOIN registered AS pb ON pb.person_key = b
  WHERE place = 1 AND newest.state = '已婚'
    AND COALESCE(pa.state, '正常') = '正常' AND COALESCE(pb.state, '正常') = '正常'
) AS current WHERE place_a = 1 AND place_b = 1"""


def find_people(engine: Engine, *, today: str) -> None:
    """Make `registered`, `book`, `dwelling` and `couples`; `today` is an SQL date constant."""
    engine.step("registered", REGISTERED)
    engine.step("book", BOOK.format(today=today))
    engine.step("dwelling", DWELLING.format(today=today))
    engine.step("spouse_events", SPOUSE_EVENTS.format(today=today))
    engine.step("couples", COUPLES)
