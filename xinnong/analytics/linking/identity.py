"""Names, resident ids, phones and addresses of persons, from opened vault segments.

The segments are opened into the private work folder, read once, and removed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from xinnong.analytics.engine import Engine
from xinnong.analytics.linking.live import LakeFile, table_name
from xinnong.analytics.linking.pinyin import add_initials

Unseal = Callable[[Path, Path], None]

NAMED_BY = ("person", "field_form.member", "residence", "hukou_member", "marriage")
"""Classes whose vault segments name people, best source first."""
VALUES = ("rid", "name", "phone", "address")
ADDRESS_RANK = {"residence": 0, "person": 1}

NEWEST = """SELECT person_key, {values} FROM {view} GROUP BY person_key"""

PERSONS = """SELECT w.person_key, n.name, i.initials AS pinyin_initials,
  COALESCE(r.birth, TRY_CAST(CONCAT(SUBSTR(n.rid, 7, 4), '-', SUBSTR(n.rid, 11, 2), '-',
    SUBSTR(n.rid, 13, 2)) AS DATE)) AS birth,
  COALESCE(r.sex, CASE WHEN TRY_CAST(SUBSTR(n.rid, 17, 1) AS INTEGER) % 2 = 1 THEN '男'
    WHEN n.rid IS NOT NULL THEN '女' END) AS sex,
  COALESCE(r.area, h.area12) AS area12, COALESCE(r.state, '正常') AS state,
  n.rid, n.phone, n.address
FROM (SELECT person_key FROM registered UNION SELECT person_key FROM membership) AS w
LEFT JOIN registered AS r ON r.person_key = w.person_key
LEFT JOIN membership AS m ON m.person_key = w.person_key
LEFT JOIN homes AS h ON h.household_no = m.household_no
LEFT JOIN identity AS n ON n.person_key = w.person_key
LEFT JOIN name_initials AS i ON i.name = n.name"""


def open_vaults(engine: Engine, files: Sequence[LakeFile], unseal: Unseal) -> list[str]:
    """Make `vault_<class>` for every class that names people; return the class names."""
    opened = []
    folder = engine.workdir / "vault"
    folder.mkdir(exist_ok=True, mode=0o700)
    for class_name in NAMED_BY:
        segments = [f for f in files if f.class_name == class_name and f.vault_path is not None]
        if not segments:
            continue
        paths = []
        for file in sorted(segments, key=lambda f: (f.as_of, f.batch)):
            assert file.vault_path is not None
            path = folder / f"{table_name(class_name)}_{file.batch}.parquet"
            unseal(file.vault_path, path)
            paths.append(path)
        engine.source(f"vault_{table_name(class_name)}", paths)
        opened.append(class_name)
    return opened


def gather_identities(engine: Engine, opened: Sequence[str]) -> None:
    """Make `identity`: one row a person, each value from the best source that has it.

    Within a source the newest delivery speaks, in one delivery the last row: never chance.
    """
    available: dict[str, list[str]] = {value: [] for value in VALUES}
    for class_name in opened:
        table = table_name(class_name)
        columns = engine.columns(f"vault_{table}")
        values = [v for v in VALUES if v in columns]
        row = 'COALESCE("row", 0)' if "row" in columns else "0"
        newest = ", ".join(
            f"ARG_MAX({v}, (as_of, batch, {row}, {v})) FILTER (WHERE {v} IS NOT NULL) AS {v}"
            for v in values
        )
        engine.step(f"named_{table}", NEWEST.format(values=newest, view=f"vault_{table}"))
        for value in values:
            available[value].append(class_name)
    engine.step("identity", _identity_sql(opened, available))
    add_initials(engine, "identity", "name_initials")


def _identity_sql(opened: Sequence[str], available: dict[str, list[str]]) -> str:
    available["address"].sort(key=lambda name: ADDRESS_RANK.get(name, len(ADDRESS_RANK)))
    everyone = (
        " UNION ".join(f"SELECT person_key FROM named_{table_name(name)}" for name in opened)
        or "SELECT CAST(NULL AS UUID) AS person_key WHERE FALSE"
    )
    columns = ["e.person_key"]
    for value, sources in available.items():
        found = ", ".join(f"{table_name(name)}.{value}" for name in sources)
        columns.append(
            f"COALESCE({found}, NULL) AS {value}" if found else f"CAST(NULL AS VARCHAR) AS {value}"
        )
    joins = " ".join(
        f"LEFT JOIN named_{table_name(n)} AS {table_name(n)} ON {table_name(n)}.person_key = e.person_key"
        for n in opened
    )
    return f"SELECT {', '.join(columns)} FROM ({everyone}) AS e {joins}"


def describe_persons(engine: Engine) -> None:
    """Make `persons`, with identities where the vault has them."""
    engine.step("persons", PERSONS)
