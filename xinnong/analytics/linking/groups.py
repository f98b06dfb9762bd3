"""Households inferred by exact rules, one after the other; evidence kept per person.

1. hukou: people on one register book belong together.
2. marriage: of a couple on two books the one who is not head of a book follows the other; where
   neither or both head one, who is registered as living in the other's village follows, then the
   wife (the custom of the county where nothing else tells). People on no book follow their spouse.
3. residence: a family on somebody else's book that is registered as living together in another
   village than the head is a household of its own; so is one person past school age without a
   spouse, where the head's own dwelling is known and the village lies in the county. Whoever
   studies or works elsewhere stays.
4. land: a couple on somebody else's book that holds a land contract of its own is a household,
   with the grandchildren on that book.
"""

from __future__ import annotations

from xinnong.analytics.engine import Engine

ANCHORS = """SELECT r.person_key, r.sex, r.birth, r.area AS registered_area, b.relation, b.hukou_no,
  d.area AS dwelling_area,
  CASE WHEN b.hukou_no IS NULL THEN CONCAT('P', CAST(r.person_key AS VARCHAR))
    ELSE CONCAT('B', b.hukou_no) END AS anchor
FROM (SELECT person_key, sex, birth, area FROM registered WHERE state = '正常'
      UNION ALL
      SELECT o.person_key, NULL, NULL, NULL FROM outsiders AS o) AS r
LEFT JOIN book AS b ON b.person_key = r.person_key
LEFT JOIN dwelling AS d ON d.person_key = r.person_key"""

OUTSIDERS = """SELECT DISTINCT person_key FROM (
  SELECT person_key FROM book
  UNION ALL SELECT c.a FROM couples AS c JOIN registered AS p ON p.person_key = c.b
  UNION ALL SELECT c.b FROM couples AS c JOIN registered AS p ON p.person_key = c.a
) AS named WHERE person_key NOT IN (SELECT person_key FROM registered)"""

BOOK_AREAS = """SELECT anchor, MAX(registered_area) AS area, COUNT(*) AS people,
  MAX(CASE WHEN relation = '户主' THEN CAST(person_key AS VARCHAR) END) AS head,
  COALESCE(MAX(CASE WHEN relation = '户主' THEN dwelling_area END),
    MAX(CASE WHEN relation = '配偶' THEN dwelling_area END), MAX(registered_area)) AS head_area,
  MAX(CASE WHEN relation IN ('户主', '配偶') THEN dwelling_area END) IS NOT NULL AS head_seen
FROM anchors GROUP BY anchor"""

TWO_BOOKS = """SELECT c.a, c.b, pa.anchor AS anchor_a, pb.anchor AS anchor_b,
  {stays_a} AS stays_a, {stays_b} AS stays_b
FROM couples AS c
JOIN anchors AS pa ON pa.person_key = c.a
JOIN anchors AS pb ON pb.person_key = c.b
JOIN book_areas AS ba ON ba.anchor = pa.anchor
JOIN book_areas AS bb ON bb.anchor = pb.anchor
WHERE pa.anchor <> pb.anchor"""

STAYS = """(CASE WHEN {p}.hukou_no IS NOT NULL THEN 16 ELSE 0 END
  + CASE WHEN {p}.relation = '户主' THEN 8 ELSE 0 END
  + CASE WHEN {other}.dwelling_area = {book}.head_area
      AND {other}.dwelling_area <> {other_book}.area THEN 4 ELSE 0 END
  + CASE WHEN {p}.sex = '男' OR {other}.sex = '女' THEN 1 ELSE 0 END)"""

FOLLOWS = """SELECT CASE WHEN stays_a >= stays_b THEN b ELSE a END AS person_key,
  CASE WHEN stays_a >= stays_b THEN anchor_a ELSE anchor_b END AS anchor,
  CASE WHEN stays_a >= stays_b THEN a ELSE b END AS follows
FROM two_books"""

SEATED = """SELECT a.person_key, a.sex, a.birth, a.registered_area, a.relation, a.dwelling_area,
  COALESCE(f.anchor, a.anchor) AS anchor, f.follows,
  CASE WHEN f.anchor IS NOT NULL THEN 'marriage' WHEN a.hukou_no IS NOT NULL THEN 'hukou'
    ELSE 'single' END AS evidence
FROM anchors AS a LEFT JOIN follows AS f ON f.person_key = a.person_key"""


AT_HEADS = """SELECT s.*, b.head_area, b.head_seen,
  CASE WHEN s.follows IS NULL THEN s.relation IN ('户主', '配偶')
    ELSE CAST(s.follows AS VARCHAR) = b.head END AS beside_head
FROM seated AS s JOIN book_areas AS b ON b.anchor = s.anchor"""

AWAY = """SELECT anchor, dwelling_area, CONCAT(anchor, '@', dwelling_area) AS group_key,
  COUNT(*) OVER (PARTITION BY anchor) AS families
FROM at_heads WHERE NOT beside_head AND dwelling_area <> head_area
GROUP BY anchor, dwelling_area HAVING COUNT(*) >= 2"""

MOVED_OUT = """SELECT h.person_key, a.group_key FROM at_heads AS h
JOIN away AS a ON a.anchor = h.anchor
WHERE NOT h.beside_head AND (h.dwelling_area = a.dwelling_area
  OR (h.dwelling_area IS NULL AND h.relation = '孙子女' AND a.families = 1))"""

ALONE = """SELECT h.person_key, CONCAT(h.anchor, '@', h.dwelling_area) AS group_key
FROM at_heads AS h LEFT JOIN moved_out AS m ON m.person_key = h.person_key
LEFT JOIN (SELECT a AS person_key FROM couples UNION SELECT b FROM couples) AS c
  ON c.person_key = h.person_key
WHERE NOT h.beside_head AND h.head_seen AND h.dwelling_area <> h.head_area
  AND SUBSTR(h.dwelling_area, 1, 6) = {county} AND h.birth <= {y23}
  AND m.person_key IS NULL AND c.person_key IS NULL"""

WITH_SPOUSE = """SELECT person_key, MIN(group_key) AS group_key FROM (
  SELECT person_key, group_key FROM moved_out
  UNION ALL
  SELECT h.person_key, m.group_key
  FROM (SELECT a AS person_key, b AS spouse FROM couples
        UNION ALL SELECT b, a FROM couples) AS c
  JOIN moved_out AS m ON m.person_key = c.spouse
  JOIN at_heads AS h ON h.person_key = c.person_key
  JOIN at_heads AS o ON o.person_key = c.spouse AND o.anchor = h.anchor
  WHERE h.dwelling_area IS NULL AND NOT h.beside_head
) AS leaving GROUP BY person_key"""

LAND_FAMILIES = """SELECT anchor, person_key, CONCAT(anchor, '#', CAST(person_key AS VARCHAR)) AS group_key,
  COUNT(*) OVER (PARTITION BY anchor) AS families
FROM (SELECT DISTINCT h.anchor, h.person_key FROM at_heads AS h
  JOIN live_land_contract AS l ON l.person_key = h.person_key
  JOIN couples AS c ON h.person_key = c.a OR h.person_key = c.b
  LEFT JOIN with_spouse AS w ON w.person_key = h.person_key
  WHERE NOT h.beside_head AND h.follows IS NULL AND w.person_key IS NULL
    AND h.relation IN ('子女', '孙子女', '兄弟姐妹')) AS holders"""

WITH_LAND = """SELECT person_key, MIN(group_key) AS group_key FROM (
  SELECT person_key, group_key FROM land_families
  UNION ALL
  SELECT h.person_key, l.group_key
  FROM (SELECT a AS person_key, b AS spouse FROM couples
        UNION ALL SELECT b, a FROM couples) AS c
  JOIN land_families AS l ON l.person_key = c.spouse
  JOIN at_heads AS h ON h.person_key = c.person_key AND h.anchor = l.anchor
  UNION ALL
  SELECT h.person_key, l.group_key FROM at_heads AS h JOIN land_families AS l ON l.anchor = h.anchor
  WHERE l.families = 1 AND h.follows IS NULL AND h.relation = '孙子女'
) AS leaving GROUP BY person_key"""

GROUPS = """SELECT s.person_key, s.sex, s.birth, s.registered_area, s.dwelling_area, s.relation,
  s.follows, COALESCE(w.group_key, o.group_key, l.group_key, s.anchor) AS group_key,
  CASE WHEN COALESCE(w.group_key, o.group_key) IS NOT NULL THEN 'residence' WHEN l.group_key IS NOT NULL THEN 'land'
    ELSE s.evidence END AS evidence
FROM seated AS s LEFT JOIN with_spouse AS w ON w.person_key = s.person_key
LEFT JOIN alone AS o ON o.person_key = s.person_key
LEFT JOIN with_land AS l ON l.person_key = s.person_key"""


def group_people(engine: Engine, *, literals: dict[str, str]) -> None:
    """Make `groups`: person_key, group_key, evidence and what is needed to describe members.

    `literals` are the date and county constants.
    """
    engine.step("outsiders", OUTSIDERS)
    engine.step("anchors", ANCHORS)
    engine.step("book_areas", BOOK_AREAS)
    stays = {
        "stays_a": STAYS.format(p="pa", other="pb", book="ba", other_book="bb"),
        "stays_b": STAYS.format(p="pb", other="pa", book="bb", other_book="ba"),
    }
    engine.step("two_books", TWO_BOOKS.format(**stays))
    engine.step("follows", FOLLOWS)
    engine.step("seated", SEATED)
    engine.step("at_heads", AT_HEADS)
    engine.step("away", AWAY)
    engine.step("moved_out", MOVED_OUT)
    engine.step("alone", ALONE.format(**literals))
    engine.step("with_spouse", WITH_SPOUSE)
    engine.step("land_families", LAND_FAMILIES)
    engine.step("with_land", WITH_LAND)
    engine.step("groups", GROUPS)
