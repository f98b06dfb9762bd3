"""Describe numbered households: head, village, counts, and how each member is related."""

from __future__ import annotations

from xinnong.analytics.engine import Engine

HEADS = """SELECT household_no, person_key, area12 FROM (
  SELECT n.household_no, g.person_key,
    CASE WHEN SUBSTR(g.dwelling_area, 1, 6) = {county} THEN g.dwelling_area
      ELSE COALESCE(g.registered_area, g.dwelling_area) END AS area12,
    ROW_NUMBER() OVER (PARTITION BY n.household_no ORDER BY
      CASE WHEN g.follows IS NULL AND g.relation = '户主' AND g.evidence = 'hukou' THEN 0
        WHEN g.birth <= {y18} THEN 1 ELSE 2 END,
      CASE WHEN g.follows IS NULL THEN 0 ELSE 1 END,
      CASE g.relation WHEN '子女' THEN 0 WHEN '配偶' THEN 1 ELSE 2 END,
      g.birth NULLS LAST, CAST(g.person_key AS VARCHAR)) AS place
  FROM groups AS g JOIN numbered AS n ON n.group_key = g.group_key) AS ranked WHERE place = 1"""

AREAS_KNOWN = """SELECT n.household_no, MAX(COALESCE(g.registered_area, g.dwelling_area)) AS area12
FROM groups AS g JOIN numbered AS n ON n.group_key = g.group_key GROUP BY n.household_no"""

MEMBERSHIP = """SELECT n.household_no, g.person_key, g.evidence,
  CASE WHEN g.person_key = h.person_key THEN '户主'
    WHEN g.follows = h.person_key OR c.spouse IS NOT NULL THEN '配偶'
    WHEN g.follows IS NOT NULL THEN '儿媳女婿'
    WHEN g.evidence IN ('residence', 'land') AND g.relation = '孙子女' THEN '子女'
    WHEN g.relation IS NULL OR g.relation = '户主' OR g.evidence IN ('residence', 'land') THEN '其他'
    ELSE g.relation END AS relation
FROM groups AS g JOIN numbered AS n ON n.group_key = g.group_key
JOIN heads AS h ON h.household_no = n.household_no
LEFT JOIN (SELECT a AS person_key, b AS spouse FROM couples
           UNION ALL SELECT b, a FROM couples) AS c
  ON c.person_key = g.person_key AND c.spouse = h.person_key"""

GRANTS = """SELECT person_key, {grants}
FROM (SELECT person_key, recipient, signed_on, until_on, withdrawn_on,
    CONCAT(';', REGEXP_REPLACE(LOWER(scopes), '[^a-z_]+', ';', 'g'), ';') AS scopes
  FROM live_consent) AS told WHERE signed_on <= {today} AND (until_on IS NULL OR until_on >= {today})
  AND (withdrawn_on IS NULL OR withdrawn_on > {today}) GROUP BY person_key"""

MEMBER = """SELECT m.household_no, m.person_key, g.birth,
  g.birth IS NULL OR g.birth <= {y18} AS adult,
  CASE WHEN SUBSTR(COALESCE(g.dwelling_area, g.registered_area), 1, 6) = {county}
      OR SUBSTR(g.registered_area, 1, 6) = {county} THEN 1 ELSE 0 END AS in_county,
  {grants}
FROM membership AS m JOIN groups AS g ON g.person_key = m.person_key
LEFT JOIN consents AS c ON c.person_key = m.person_key"""

HOMES = """SELECT h.household_no, COALESCE(h.area12, a.area12, {no_area}) AS area12,
  SUBSTR(COALESCE(h.area12, a.area12, {no_area}), 1, 9) AS area9, h.person_key AS head_key
FROM heads AS h JOIN areas_known AS a ON a.household_no = h.household_no"""

HOUSEHOLDS = """SELECT h.household_no, h.area12, h.head_key, CAST(c.members AS INTEGER) AS members,
  CAST(c.workers AS INTEGER) AS workers, 'active' AS status, CAST(NULL AS BIGINT) AS successor_no
FROM homes AS h JOIN (SELECT household_no, COUNT(*) AS members,
    SUM(CASE WHEN birth <= {y18} AND birth > {y65} THEN 1 ELSE 0 END) AS workers
  FROM member GROUP BY household_no) AS c ON c.household_no = h.household_no
UNION ALL
SELECT e.household_no, COALESCE(h.area12, l.area12, {no_area}), NULL, 0, 0, e.status, e.successor_no
FROM ended AS e LEFT JOIN homes AS h ON h.household_no = e.successor_no
LEFT JOIN last_areas AS l ON l.household_no = e.household_no
ORDER BY household_no"""

LAST_AREAS = """SELECT p.household_no, MAX(r.area) AS area12
FROM previous AS p JOIN registered AS r ON r.person_key = p.person_key GROUP BY p.household_no"""


def describe_households(engine: Engine, *, literals: dict[str, str], grants: str) -> None:
    """Make `membership`, `member` (with consents as bit sets), `homes` and `households`.

    `grants` is the SQL of the consent columns (see features.consent); `literals` the date and
    county constants.
    """
    columns = [part.rsplit(" AS ", 1)[1] for part in grants.split(",\n")]
    engine.step("heads", HEADS.format(**literals))
    engine.step("areas_known", AREAS_KNOWN)
    engine.step("membership", MEMBERSHIP)
    engine.step("consents", GRANTS.format(**literals, grants=grants))
    passed = ", ".join(f"COALESCE(c.{name}, 0) AS {name}" for name in columns)
    engine.step("member", MEMBER.format(**literals, grants=passed))
    nowhere = literals["county"][:-1] + "000000'"
    engine.step("homes", HOMES.format(no_area=nowhere))
    engine.step("last_areas", LAST_AREAS)
    engine.step("households", HOUSEHOLDS.format(**literals, no_area=nowhere))
