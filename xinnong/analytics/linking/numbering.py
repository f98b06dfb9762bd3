"""Household numbers that survive runs: who keeps the old number when people move.

Each old household gives its number to the group that holds most of its people; a group that is
offered several keeps the number that brings most people. Everyone else gets the next free number.
A number that ended leaves a tombstone: merged (all its people are in one group), split (in
several), or gone; the successor is where most of them are.
"""

from __future__ import annotations

from xinnong.analytics.engine import Engine

OVERLAP = """SELECT g.group_key, p.household_no, COUNT(*) AS shared,
  MIN(CAST(g.person_key AS VARCHAR)) AS first_person
FROM groups AS g JOIN previous AS p ON p.person_key = g.person_key
GROUP BY g.group_key, p.household_no"""

KEPT = """SELECT group_key, household_no FROM (
  SELECT group_key, household_no, ROW_NUMBER() OVER (
      PARTITION BY group_key ORDER BY shared DESC, household_no) AS place
  FROM (SELECT *, ROW_NUMBER() OVER (
          PARTITION BY household_no ORDER BY shared DESC, first_person) AS choice FROM overlap)
    AS offers WHERE choice = 1
) AS chosen WHERE place = 1"""

NUMBERED = """SELECT g.group_key, COALESCE(k.household_no, {next} - 1 + ROW_NUMBER() OVER (
    PARTITION BY k.household_no IS NULL ORDER BY g.first_person)) AS household_no,
  k.household_no IS NULL AS is_new
FROM (SELECT group_key, MIN(CAST(person_key AS VARCHAR)) AS first_person
      FROM groups GROUP BY group_key) AS g
LEFT JOIN kept AS k ON k.group_key = g.group_key"""

ENDED = """SELECT o.household_no,
  CASE WHEN MAX(v.shared) IS NULL THEN 'gone' WHEN COUNT(v.shared) = 1 THEN 'merged'
    ELSE 'split' END AS status,
  MAX(CASE WHEN v.place = 1 THEN n.household_no END) AS successor_no
FROM (SELECT DISTINCT household_no FROM previous) AS o
LEFT JOIN (SELECT *, ROW_NUMBER() OVER (
    PARTITION BY household_no ORDER BY shared DESC, first_person) AS place FROM overlap) AS v
  ON v.household_no = o.household_no
LEFT JOIN numbered AS n ON n.group_key = v.group_key
WHERE o.household_no NOT IN (SELECT household_no FROM kept)
GROUP BY o.household_no"""

NO_PREVIOUS = {"household_no": "BIGINT", "person_key": "UUID"}


def number_households(engine: Engine, *, next_household_no: int) -> None:
    """Make `numbered` (group_key, household_no) and `ended` from `groups` and `previous`."""
    if not engine.has("previous"):
        engine.constants("previous", NO_PREVIOUS, [])
    engine.step("overlap", OVERLAP)
    engine.step("kept", KEPT)
    engine.step("numbered", NUMBERED.format(next=next_household_no))
    engine.step("ended", ENDED)
