"""One chunk of rows through DuckDB: checked, hashed, told apart, written as parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import duckdb

from xinnong.analytics.checking.fragments import lit, name
from xinnong.analytics.checking.statement import (
    Check,
    checking_select,
    easy_select,
    splitting_select,
)
from xinnong.analytics.contracts import Field
from xinnong.analytics.reading.limits import LINE_CHARS
from xinnong.analytics.reading.marks import CELL_END
from xinnong.analytics.sealing import Keys
from xinnong.core.ids import LOST_TAIL

MEMORY_LIMIT: Final = "700MB"
THREADS: Final = 2
ROW_GROUP_ROWS: Final = 20_480
"""A chunk in many row groups keeps every thread busy to its end; of three, one would be left over."""
FETCH_ROWS: Final = 5_000
LONGEST_LINE_BYTES: Final = LINE_CHARS * 8 + 4096
LOST_TAILS_SHARE: Final = 20
"""One lost id in so many rows, and a spreadsheet has been at the whole column."""
IDENTITY: Final = ("name", "phone", "address")
"""Vault columns that every segment has, NULL where the class knows none."""


@dataclass(slots=True)
class Counts:
    """Rows by outcome, codes by kind."""

    read: int = 0
    accepted: int = 0
    repaired: int = 0
    quarantined: int = 0
    duplicate: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every row of a batch carries."""

    batch: int
    as_of: date
    loaded_at: datetime


class Desk:
    """A DuckDB connection that checks the chunks of one file in turn."""

    def __init__(self, folder: Path, check: Check, stamp: Stamp, keys: Keys) -> None:
        self.folder = folder
        self.check = check
        self.contract = check.contract
        self.stamp = stamp
        self.keys = keys
        self.counts = Counts()
        self.earlier_rows = 0
        self.parts: dict[str, list[Path]] = {"lake": [], "vault": [], "pending": []}
        self.duck = duckdb.connect(
            config={
                "threads": THREADS,
                "memory_limit": MEMORY_LIMIT,
                "temp_directory": str(folder / "spill"),
                "preserve_insertion_order": True,
                # it would turn a long IN list inside a CASE into a join that every row pays for
                "disabled_optimizers": "in_clause",
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        self._run(f"ATTACH ':memory:' AS desk (ROW_GROUP_SIZE {ROW_GROUP_ROWS})")
        self._run("USE desk")
        for known in ("areas(code VARCHAR, successor VARCHAR)", "counties(code VARCHAR)",
                      "recipients(code VARCHAR)", "seen(key UHUGEINT, content UBIGINT)"):  # fmt: skip
            self._run(f"CREATE TABLE {known}")

    def close(self) -> None:
        """Let go of memory and spill."""
        self.duck.close()

    def _run(self, query: str) -> list[tuple[object, ...]]:
        return self.duck.execute(query).fetchall()

    def know_areas(self, areas: Mapping[str, str | None]) -> None:
        """Take in the area list: 12-digit codes and their successors."""
        # as lists: the parser takes fifty milliseconds over as many literals, at every file
        told: list[object] = [list(areas), list(areas.values())]
        self.duck.execute("INSERT INTO areas SELECT unnest($1), unnest($2)", told)

    def know_counties(self, counties: Iterable[str]) -> None:
        """Take in the six-digit codes of all counties there ever were."""
        self.duck.execute("INSERT INTO counties SELECT unnest($1)", [list(counties)])

    def know_recipients(self, codes: Iterable[str]) -> None:
        """Take in the institutions to which consent can be given."""
        self.duck.execute("INSERT INTO recipients SELECT unnest($1)", [list(codes)])

    def know_earlier(self, paths: Sequence[Path]) -> None:
        """Take in rows of the same class and date that are already in the lake."""
        for path in paths:
            self._run(
                f"INSERT INTO seen SELECT {self._key('')}, row_hash "
                f"FROM read_parquet({lit(str(path))})"
            )
        self.earlier_rows = int(str(self._run("SELECT count(*) FROM seen")[0][0]))

    def rows_at_hand(self) -> int:
        """Count the rows of this class and date: those that came earlier and those of this file."""
        counts = self.counts
        return max(counts.read, self.earlier_rows + counts.read - counts.duplicate)

    def _key(self, prefix: str) -> str:
        """Expression of the row's key over lake columns, or working columns with a prefix."""
        columns = [name(prefix + (f.lake_name or f.name)) for f in self.contract.key]
        if [f.kind for f in self.contract.key] == ["rid"]:
            return f"coalesce(CAST({columns[0]} AS UHUGEINT), 0)"  # a hash needs no other
        parts = [f"coalesce(CAST({column} AS VARCHAR), '')" for column in columns]
        return f"md5_number(concat_ws({lit(CELL_END)}, {', '.join(parts)}))"

    def take(self, lines: Path, rows: int, number: int, *, more: bool) -> None:
        """Check one chunk and write its parts; `more` tells whether another chunk may follow."""
        self._run(
            f"CREATE OR REPLACE TABLE raw AS SELECT line FROM read_csv({lit(str(lines))}, "
            f"columns = {{'line': 'VARCHAR'}}, delim = {lit(chr(1))}, quote = '', escape = '', "
            f"header = false, auto_detect = false, max_line_size = {LONGEST_LINE_BYTES}, "
            f"new_line = '\\n', encoding = 'utf-8')"
        )
        lines.unlink()
        assert self._rows() == rows, (self._rows(), rows)
        at_hand = f"(SELECT rowid + {self.counts.read + 1} AS row, line FROM raw)"
        self._run(f"CREATE OR REPLACE TABLE split AS {splitting_select(self.check, lines=at_hand)}")
        self._run(
            f"CREATE OR REPLACE TABLE others AS SELECT row, line FROM {at_hand} "
            f"SEMI JOIN (FROM split WHERE NOT easy) USING (row)"
        )
        self._run(f"CREATE OR REPLACE TABLE checked AS {self._checked()}")
        for field_ in self.contract.rid_fields:
            self._doubt_lost_tails(field_, rows)
        self._tell_repeated()
        self._count()
        self.counts.read += rows
        self._write_parts(number, more=more)

    def remember(self) -> None:
        """Keep the keys of the chunk just taken, for the chunks that follow."""
        self._run(f"INSERT INTO seen SELECT key, content FROM checked WHERE {self._kept}")

    def _checked(self) -> str:
        judged = self._judged()
        hashed = ", ".join(
            f"{self._lake_value(f)} AS {name('l_' + (f.lake_name or f.name))}"
            for f in self.contract.fields
        )
        content = ", ".join(
            f"CAST({name('l_' + (f.lake_name or f.name))} AS VARCHAR)"
            if f.kind != "text"
            else name("l_" + (f.lake_name or f.name))
            for f in self.contract.fields
        )
        rids = "".join(f", {name('v_' + f.name)}" for f in self.contract.rid_fields)
        salted = f"concat_ws({lit(CELL_END)}, {lit(self.keys.salt_text())}, {_spelt(content)})"
        return (
            f"SELECT *, CASE WHEN reasons IS NULL THEN {self._key('l_')} END AS key, "
            # the half DuckDB calls lower: its md5_number_lower goes through a text of 128 bits
            f"CASE WHEN reasons IS NULL THEN CAST(md5_number({salted}) >> 64 AS UBIGINT) END "
            f"AS content "
            f"FROM (SELECT row, reasons, repairs, remarks{rids}, {hashed} FROM ({judged}))"
        )

    def _judged(self) -> str:
        """Judge easy rows the quick way, and the few others by the whole rule."""
        as_of = self.stamp.as_of.isoformat()
        easy = easy_select(self.check, split="split", as_of=as_of)
        return f"{easy} UNION ALL {checking_select(self.check, lines='others', as_of=as_of)}"

    def _doubt_lost_tails(self, field_: Field, rows: int) -> None:
        """Put sound ids that end in 000 aside where a spreadsheet cut the ids of the file.

        One in eleven cut ids has a fitting check character by chance and is somebody else's.
        """
        told = lit(f"{field_.name}=rid.scientific")
        lost = self._run(
            f"SELECT count(*) FROM checked WHERE list_contains(string_split(reasons, ';'), {told})"
        )
        if int(str(lost[0][0])) * LOST_TAILS_SHARE < rows:
            return
        value, kept = name(f"v_{field_.name}"), name(f"l_{field_.lake_name}")
        self._run(
            f"UPDATE checked SET reasons = concat_ws(';', reasons, {told}), {value} = NULL, "
            f"{kept} = NULL WHERE ends_with({value}, {lit(LOST_TAIL)})"
        )

    def _lake_value(self, field_: Field) -> str:
        value = name(f"v_{field_.name}")
        if field_.kind != "rid":
            return value
        return f"CASE WHEN {value} IS NOT NULL THEN {self.keys.keyed_hash_sql(value)} END"

    def _tell_repeated(self) -> None:
        self._run(
            "CREATE OR REPLACE TABLE repeated AS SELECT key FROM ("
            "SELECT key FROM checked WHERE reasons IS NULL UNION ALL "
            "SELECT key FROM seen WHERE key IN (SELECT key FROM checked WHERE reasons IS NULL)"
            ") GROUP BY key HAVING count(*) > 1"
        )
        self._run(
            "CREATE OR REPLACE TABLE verdicts AS WITH every AS ("
            "SELECT key, content, row FROM checked WHERE key IN (SELECT key FROM repeated) "
            "UNION ALL SELECT key, content, 0 FROM seen WHERE key IN (SELECT key FROM repeated)), "
            "standing AS (SELECT key, arg_min(content, row) AS content, min(row) AS row "
            "FROM every GROUP BY key) "
            "SELECT e.row, e.content = s.content AS same FROM every e JOIN standing s USING (key) "
            "WHERE e.row > s.row"
        )

    def _count(self) -> None:
        told = self._run(
            "SELECT count(*) FILTER (reasons IS NOT NULL), "
            "count(*) FILTER (reasons IS NULL AND v.row IS NOT NULL AND v.same), "
            "count(*) FILTER (reasons IS NULL AND v.row IS NOT NULL AND NOT v.same), "
            "count(*) FILTER (reasons IS NULL AND v.row IS NULL AND repairs IS NOT NULL), "
            "count(*) FILTER (reasons IS NULL AND v.row IS NULL AND repairs IS NULL) "
            "FROM checked LEFT JOIN verdicts v USING (row)"
        )[0]
        broken, same, other, repaired, accepted = (int(str(value)) for value in told)
        self.counts.quarantined += broken + other
        self.counts.duplicate += same
        self.counts.repaired += repaired
        self.counts.accepted += accepted
        if other:
            self.counts.reasons["key.conflict"] += other
        self.counts.reasons.update(self._codes("reasons", "reasons IS NOT NULL"))
        self.counts.repairs.update(self._codes("repairs", f"repairs IS NOT NULL AND {self._kept}"))
        self.counts.remarks.update(self._codes("remarks", f"remarks IS NOT NULL AND {self._kept}"))

    def _codes(self, column: str, where: str) -> dict[str, int]:
        found = self._run(
            f"SELECT split_part(told, '=', 2), count(*) FROM ("
            f"SELECT unnest(string_split({column}, ';')) AS told FROM checked WHERE {where}"
            f") GROUP BY 1 ORDER BY 1"
        )
        return {str(code): int(str(count)) for code, count in found}

    def _write_parts(self, number: int, *, more: bool) -> None:
        # what is merged later may have small row groups, which keep both threads busy to the end
        layout = f", ROW_GROUP_SIZE {ROW_GROUP_ROWS}" if more or number else ""
        for part, query in (
            ("lake", self._lake_select()),
            ("vault", self._vault_select()),
            ("pending", self._pending_select()),
        ):
            if not query:
                continue
            path = self.folder / f"{part}{number}.parquet"
            copied = self._run(f"COPY ({query}) TO {lit(str(path))} (FORMAT parquet{layout})")
            if copied[0][0]:
                self.parts[part].append(path)

    @property
    def _kept(self) -> str:
        return "reasons IS NULL AND row NOT IN (SELECT row FROM verdicts)"

    def _tail(self) -> dict[str, str]:
        stamp = self.stamp
        return {
            "as_of": f"DATE {lit(stamp.as_of.isoformat())}",
            "batch": f"CAST({stamp.batch} AS BIGINT)",
            "row": "CAST(row AS INTEGER)",
            "row_hash": "content",
            "loaded_at": f"TIMESTAMP {lit(naive_utc(stamp.loaded_at).isoformat(' '))}",
        }

    def _lake_select(self) -> str:
        tail = self._tail()
        own = {f.lake_name for f in self.contract.fields}
        selected = [
            f"{name('l_' + column) if column in own else tail[column]} AS {name(column)}"
            for column, _ in self.contract.lake_columns()
        ]
        return f"SELECT {', '.join(selected)} FROM checked WHERE {self._kept}"

    def _vault_select(self) -> str:
        contract = self.contract
        if not contract.has_vault:
            return ""
        secret = {f.name: name(f"l_{f.name}") for f in contract.fields if f.vault}
        village = next((f"l_{f.name}" for f in contract.fields if f.kind == "area12"), None)
        birth = "l_birth" if any(f.name == "birth" for f in contract.fields) else None
        queries = [
            _segment(rid, secret if rid.name == "rid" else {}, village, birth)
            for rid in contract.rid_fields
        ]
        if not contract.rid_fields:
            queries = [_segment(None, secret, village, birth)]
        plain = not secret
        tail = self._tail()
        merged = " UNION ALL ".join(f"({query} WHERE {self._kept})" for query in queries)
        if plain:
            merged = (
                f"SELECT person_key, any_value(COLUMNS(* EXCLUDE (person_key))) "
                f"FROM ({merged}) WHERE person_key IS NOT NULL GROUP BY person_key"
            )
        return f"SELECT *, {tail['as_of']} AS as_of, {tail['batch']} AS batch FROM ({merged})"

    def _pending_select(self) -> str:
        """Rows put aside only because of their resident id: kept for linking by other evidence."""
        rids = "|".join(f.name for f in self.contract.rid_fields)
        if not rids:
            return ""
        values = ", ".join(
            f"{name('l_' + (f.lake_name or f.name))} AS {name(f.lake_name or f.name)}"
            for f in self.contract.fields
        )
        texts = ", ".join(
            f"string_split(raw.line, {lit(CELL_END)})[{place + 1}] AS {name(field_.name + '_text')}"
            for field_ in self.contract.rid_fields
            if (place := self.check.layout.positions.get(field_.name)) is not None
        )
        tail = self._tail()
        own_date = any(f.name == "as_of" for f in self.contract.fields)
        stamped = ", ".join(
            f"{value} AS {column}" for column, value in tail.items()
            if column != "row_hash" and not (own_date and column == "as_of")
        )  # fmt: skip
        return (
            f"SELECT {values}, {texts}, reasons, {stamped} FROM checked JOIN raw "
            f"ON raw.rowid = checked.row - {self.counts.read - self._rows() + 1} "
            f"WHERE regexp_full_match(reasons, '(({rids})=rid[.][a-z]+;?)+')"
        )

    def _rows(self) -> int:
        return int(str(self._run("SELECT count(*) FROM raw")[0][0]))

    def put_aside(self) -> Iterator[tuple[int, str, str]]:
        """Yield (row, canonical line, reasons) of the chunk's quarantined rows, in order."""
        first = self.counts.read - self._rows() + 1
        result = self.duck.execute(
            f"SELECT checked.row, raw.line, coalesce(reasons, '=key.conflict') FROM checked "
            f"JOIN raw ON raw.rowid = checked.row - {first} WHERE reasons IS NOT NULL "
            f"OR checked.row IN (SELECT row FROM verdicts WHERE NOT same) ORDER BY checked.row"
        )
        while found := result.fetchmany(FETCH_ROWS):
            yield from ((int(row), str(line), str(told)) for row, line, told in found)

    def merged(self, part: str) -> Path | None:
        """Return one Parquet file with all chunks of a part, None where no row went there."""
        parts = self.parts[part]
        if len(parts) <= 1:
            return parts[0] if parts else None
        listed = ", ".join(lit(str(path)) for path in parts)
        whole = self.folder / f"{part}.parquet"
        self._run(
            f"COPY (SELECT * FROM read_parquet([{listed}])) TO {lit(str(whole))} (FORMAT parquet)"
        )
        for path in parts:
            path.unlink()
        return whole


def naive_utc(instant: datetime) -> datetime:
    """Return an instant as the lake stores it: UTC without a zone."""
    return instant if instant.tzinfo is None else instant.astimezone(UTC).replace(tzinfo=None)


def _spelt(content: str) -> str:
    """Spell NULL and empty apart from each other, so that no two contents look the same."""
    return ", ".join(f"coalesce({value}, chr(29))" for value in content.split(", "))


def _segment(
    rid: Field | None, secret: Mapping[str, str], village: str | None, birth: str | None
) -> str:
    columns = [
        f"{name('l_' + (rid.lake_name or '')) if rid else 'NULL::UUID'} AS person_key",
        f"{name('v_' + rid.name) if rid else 'NULL::VARCHAR'} AS rid",
    ]
    columns += [f"{secret.get(item, 'NULL::VARCHAR')} AS {item}" for item in IDENTITY]
    columns += [
        f"{value} AS {name(item)}" for item, value in secret.items() if item not in IDENTITY
    ]
    told = bool(secret)
    columns.append(f"{name(village) if village and told else 'NULL::VARCHAR'} AS area12")
    columns.append(f"{name(birth) if birth and told else 'NULL::DATE'} AS birth")
    columns.append(f"{'CAST(row AS INTEGER)' if told else 'NULL::INTEGER'} AS row")
    return f"SELECT {', '.join(columns)} FROM checked"
