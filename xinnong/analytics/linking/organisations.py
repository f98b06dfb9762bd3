"""Organisations by unified social credit code: co-operatives, farms, firms, collectives."""

from __future__ import annotations

from xinnong.analytics.engine import Engine

ORGANISATIONS = """SELECT u.uscc, COALESCE(f.name, b.name, '') AS name,
  CASE WHEN f.kind IS NOT NULL THEN f.kind WHEN b.kind IS NOT NULL THEN b.kind
    ELSE '村集体' END AS kind,
  a.area12, CAST(COALESCE(f.head_key, b.head_key) AS UUID) AS head_key,
  CAST(COALESCE(f.members, s.members, CASE WHEN b.uscc IS NULL THEN 0 ELSE 1 END) AS INTEGER)
    AS members,
  COALESCE(f.model_level, '') AS model_level
FROM (SELECT uscc FROM live_farm_entity
      UNION SELECT uscc FROM live_business WHERE state = '存续'
      UNION SELECT coop_uscc FROM live_collective_share) AS u
LEFT JOIN (SELECT uscc, MAX(name) AS name, MAX(kind) AS kind,
    MIN(CASE WHEN role = '负责人' THEN CAST(person_key AS VARCHAR) END) AS head_key,
    COUNT(DISTINCT person_key) AS members,
    MAX(CASE model_level WHEN '国家级' THEN '国家级' WHEN '省级' THEN '省级' WHEN '市级' THEN '市级'
      WHEN '县级' THEN '县级' END) AS model_level
  FROM live_farm_entity GROUP BY uscc) AS f ON f.uscc = u.uscc
LEFT JOIN (SELECT uscc, MAX(name) AS name, MAX(kind) AS kind,
    MIN(CAST(person_key AS VARCHAR)) AS head_key
  FROM live_business WHERE state = '存续' GROUP BY uscc) AS b ON b.uscc = u.uscc
LEFT JOIN (SELECT coop_uscc AS uscc, COUNT(DISTINCT person_key) AS members
  FROM live_collective_share GROUP BY coop_uscc) AS s ON s.uscc = u.uscc
LEFT JOIN (SELECT person_key, MAX(h.area12) AS area12
  FROM membership AS m JOIN homes AS h ON h.household_no = m.household_no
  GROUP BY person_key) AS a ON CAST(a.person_key AS VARCHAR) = COALESCE(f.head_key, b.head_key)"""


def describe_organisations(engine: Engine) -> None:
    """Make `organisations`: those that farm, trade or hold a village's shares.

    A business struck off or deregistered is none, unless the register of farms still lists it.
    """
    engine.step("organisations", ORGANISATIONS)
