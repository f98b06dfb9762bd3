"""Fragments of DuckDB SQL that every rule is built from; each mirrors a step of the reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xinnong.core.ids import (
    DEMO_COUNTIES,
    EARLIEST_BIRTH_YEAR,
    LOST_TAIL,
    PROVINCES,
    RID_CHECKS,
    USCC_ALPHABET,
    USCC_WEIGHTS,
)

WHITE: Final = (
    r"\x{9}-\x{D}\x{1C}-\x{20}\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}"
    r"\x{202F}\x{205F}\x{3000}"
)
"""Inside of a character class: what Python counts as white space."""
UNSEEN: Final = r"\x{200B}-\x{200D}\x{2060}\x{FEFF}"
APOSTROPHES: Final = "'`\u2018\u2019\u00b4"
SCIENTIFIC: Final = r"[0-9]+(\.[0-9]+)?[eE]\+?[0-9]{1,3}"
GROUPED: Final = r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?"

_WIDE_ALL = "".join(map(chr, range(0xFF01, 0xFF5F)))
_PLAIN_ALL = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F))
_ALNUM = (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
_WIDE_ALNUM = "".join(map(chr, _ALNUM))
_PLAIN_ALNUM = "".join(chr(code - 0xFEE0) for code in _ALNUM)


def lit(text: str) -> str:
    """Write a string literal."""
    return "'" + text.replace("'", "''") + "'"


def name(column: str) -> str:
    """Write an identifier."""
    return '"' + column.replace('"', '""') + '"'


def full(text: str, pattern: str) -> str:
    """Whether the whole of `text` matches."""
    return f"regexp_full_match({text}, {lit(pattern)})"


def sub(text: str, pattern: str, new: str) -> str:
    """Replace every match."""
    return f"regexp_replace({text}, {lit(pattern)}, {lit(new)}, 'g')"


def strip(text: str) -> str:
    """Drop white space at both ends."""
    return sub(text, f"^[{WHITE}]+|[{WHITE}]+$", "")


def narrow(text: str) -> str:
    """Make full-width characters plain."""
    return _translated(text, _WIDE_ALL, _PLAIN_ALL)


def narrow_alnum(text: str) -> str:
    """Make full-width letters and digits plain."""
    return _translated(text, _WIDE_ALNUM, _PLAIN_ALNUM)


def _translated(text: str, wide: str, plain: str) -> str:
    """Translate where there is anything wide: TRANSLATE builds its whole table for every row."""
    there = rf"regexp_matches({text}, '[\x{{FF01}}-\x{{FF5E}}]')"
    return f"CASE WHEN {there} THEN translate({text}, {lit(wide)}, {lit(plain)}) ELSE {text} END"


def unwrapped(text: str) -> str:
    """Take `="0019"` apart."""
    return sub(text, '^="(.*)"$', r"\1")


def bare(text: str) -> str:
    """Drop a spreadsheet's marks of text: `="…"` around, apostrophes at the front."""
    return sub(unwrapped(text), f"^[{APOSTROPHES}]+", "")


def tight(text: str) -> str:
    """Drop all white and unseen space."""
    return sub(text, f"[{WHITE}{UNSEEN}]+", "")


def tidying(columns: Sequence[str], text: str) -> list[tuple[str, str]]:
    """Give the steps of `core.cleaning.tidy`, each into its column; `tight` of the last ends it."""
    plain, ends, front = columns
    return [(plain, narrow(text)), (ends, strip(plain)), (front, bare(ends))]


def tidy_repairs(columns: Sequence[str], field: str, kind: str, text: str) -> list[str]:
    """Give the expressions that name what the steps of `tidying` mended."""
    plain, ends, front = columns
    return [
        told(f"{plain} <> {text}", field, f"{kind}.fullwidth"),
        told(f"{front} <> {ends}", field, f"{kind}.apostrophe"),
        told(f"{tight(front)} <> {front} OR {plain} <> {ends}", field, f"{kind}.spaces"),
    ]


def told(condition: str, field: str, code: str) -> str:
    """Give `field=code` where the condition holds, else NULL."""
    return f"CASE WHEN {condition} THEN {lit(f'{field}={code}')} END"


def joined(parts: list[str]) -> str:
    """Join what is not NULL with semicolons; NULL when nothing is left."""
    return f"nullif(concat_ws(';', {', '.join(parts)}), '')" if parts else "NULL::VARCHAR"


def seldom_joined(parts: list[str]) -> str:
    """Give what `joined` gives, quicker where almost every row has nothing to join."""
    some = " OR ".join(f"{part} IS NOT NULL" for part in parts)
    return f"CASE WHEN {some} THEN {joined(parts)} END" if parts else joined(parts)


def rid_sum(number: str) -> str:
    """Give the weighted sum, modulo 11, of seventeen digits held as a number.

    The weights of GB 11643 are powers of two modulo 11 (ISO 7064, MOD 11-2), so that the sum is
    twice the digits read in base two: half as many divisions as digit by digit.
    """
    carried = [f"({number} // {10**place}) * {2 ** (place + 3)}" for place in range(1, 17)]
    return f"({number} * 2 - ({' + '.join(carried)})) % 11"


def rid_check(number: str) -> str:
    """Give the check character of seventeen digits held as a number."""
    return f"substr({lit(RID_CHECKS)}, {rid_sum(number)} + 1, 1)"


def rid_upgraded(code: str) -> str:
    """Give the 18-character form of a 15-digit id."""
    digits = f"(substr({code}, 1, 6) || '19' || substr({code}, 7, 9))"
    return f"{digits} || {rid_check(f'TRY_CAST({digits} AS BIGINT)')}"


def rid_fault(code: str, number: str, born: str, as_of: str) -> str:
    """Give the problem of a text that has the shape of an id, or NULL.

    `number` are its first seventeen digits, `born` the date inside it, NULL if there is none.
    """
    provinces = ", ".join(map(lit, sorted(PROVINCES)))
    return (
        f"CASE WHEN substr({code}, 1, 2) NOT IN ({provinces}) THEN 'rid.province' "
        f"WHEN {born} IS NULL OR {born} < DATE '{EARLIEST_BIRTH_YEAR}-01-01' OR {born} > {as_of} "
        f"THEN 'rid.date' "
        f"WHEN {rid_check(number)} <> substr({code}, 18, 1) THEN "
        f"CASE WHEN ends_with({code}, {lit(LOST_TAIL)}) THEN 'rid.scientific' ELSE 'rid.check' END END"
    )


def rid_birth(code: str) -> str:
    """Give the date of birth inside an id, NULL when there is no such day."""
    return f"CAST(try_strptime(substr({code}, 7, 8), '%Y%m%d') AS DATE)"


def rid_sex(code: str) -> str:
    """Give the sex inside a clean id."""
    return f"CASE WHEN ascii(substr({code}, 17, 1)) % 2 = 1 THEN '男' ELSE '女' END"


def demo_county(code: str) -> str:
    """Whether an id names the demo county."""
    return f"starts_with({code}, {lit(DEMO_COUNTIES)})"


def uscc_fault(code: str) -> str:
    """Give the problem of eighteen characters of the alphabet, or NULL."""
    terms = [
        f"(instr({lit(USCC_ALPHABET)}, substr({code}, {place}, 1)) - 1) * {weight}"
        for place, weight in enumerate(USCC_WEIGHTS, start=1)
    ]
    total = f"({' + '.join(terms)})"
    check = f"substr({lit(USCC_ALPHABET)}, CAST((31 - {total} % 31) % 31 AS INTEGER) + 1, 1)"
    return f"CASE WHEN {check} <> substr({code}, 18, 1) THEN 'uscc.check' END"


def organisation_sound(code: str) -> str:
    """Whether the organisation code inside a credit code carries its own check character."""
    values = [
        f"(instr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', substr({code}, {place}, 1)) - 1)"
        for place in range(9, 17)
    ]
    weighted = zip(values, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    total = " + ".join(f"{value} * {weight}" for value, weight in weighted)
    check = f"substr('0123456789X0', CAST(11 - ({total}) % 11 AS INTEGER) + 1, 1)"
    return f"{check} = substr({code}, 17, 1)"
