"""The generated SQL and the slow reference say the same about every cell and every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xinnong.analytics.checking.fragments import lit
from xinnong.analytics.checking.reference import Layout, Surroundings, Verdict, check_line
from xinnong.analytics.checking.statement import (
    Check,
    checking_select,
    easy_select,
    splitting_select,
)
from xinnong.analytics.contracts import Contract, Field, load_contracts
from xinnong.analytics.contracts.kinds import UNIT_SYNONYMS, UNITS
from xinnong.analytics.reading.marks import CELL_END, MERGED, NESTED, NUL, ROW_PROBLEM, UNDECODABLE
from xinnong.core.ids import rid_check, uscc_check

pytestmark = pytest.mark.slow

EXAMPLES = 3
"""Lists of rows per class; raise it when a rule changes."""
AS_OF = date(2026, 11, 1)
AREAS = {
    "339981001201": None,
    "339981001299": "339981001201",
    "339981001": None,
    "339981": None,
}
COUNTIES = ("330381", "110101")
RECIPIENTS = ("GOV-339981", "BANK-01")
SURROUNDINGS = Surroundings(AS_OF, AREAS, COUNTIES, RECIPIENTS)

Said = tuple[list[tuple[str, str]], list[tuple[str, str]], list[tuple[str, str]], list[object]]


def _rids() -> st.SearchStrategy[str]:
    digits = st.from_regex(r"\A(?:339981|330381|110102|990101)(?:19|20|17)[0-9]{2}(?:0[1-9]|1[0-3])"
                           r"[0-3][0-9][0-9]{3}\Z")  # fmt: skip
    valid = digits.map(lambda text: text + rid_check(text))
    old = digits.map(lambda text: text[:6] + text[8:])
    return st.one_of(valid, digits.map(lambda text: text + "5"), old, valid.map(str.lower))


def _usccs() -> st.SearchStrategy[str]:
    first = st.from_regex(r"\A9[123]330381MA[0-9A-HJ-NP-RTUWXY]{7}\Z")
    valid = first.map(lambda text: text + uscc_check(text))
    return st.one_of(valid, first, valid.map(str.lower), valid.map(lambda text: text[:-1] + "A"))


NUMBERS = st.one_of(
    st.from_regex(r"\A[+-]?[0-9]{0,20}(?:\.[0-9]{0,7})?\Z"),
    st.from_regex(r"\A[¥￥]?[0-9]{1,3}(?:,[0-9]{3}){0,3}(?:\.[0-9]{0,3})?(?:元|万元)?\Z"),
    st.sampled_from(["3.39981E+17", "1e5", "1.5E3", "-", ".", "0", "00", "-0", "12.0", "1.5"]),
)
DATES = st.one_of(
    st.dates(date(1800, 1, 1), date(2300, 1, 1)).map(str),
    st.from_regex(r"\A[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?(?:[ T]?00:00(?::00)?)?\Z"),
    st.from_regex(r"\A[0-9]{1,8}(?:\.0+)?\Z"),
    st.sampled_from(["2021-02-30", "0000-01-01", "2026年10月", "202610", "2026-10", "2018年"]),
)
WORDS = st.sampled_from(
    ["是", "否", "y", "N", "1", "0", "男", "正常", "其它", "其他", "a", "Ａ", "亩", "网箱", "kg",
     "口（网箱）", "张 三", "John Smith", "BANK-01", "-x", "ＨＴ００１", "'x", "''", "合计", "",
     "339981001201", "339981001299", "339981001000", "339981000000", "339981", "339982001201",
     "19800000001", "+86 198-0000-0001", "8619800000001", "13086139999", "19800000001.0",
     "#N/A", " #REF! ", NESTED, "文" * 501],
)  # fmt: skip
ODD = st.text(
    st.sampled_from(list("12３Ｘx'‘ \u3000\u200b\ufeff\t\x1d\x1e.,-/年月日E+元万¥张a文（）\xa0")),
    max_size=8,
)
SPACED = st.sampled_from(
    ["{}", " {}", "{} ", "\u3000{}", "'{}", '="{}"', "{}\u200b", MERGED + "{}", "{}\x1e"]
)


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _cells() -> st.SearchStrategy[str]:
    plain = st.one_of(_rids(), _usccs(), NUMBERS, DATES, WORDS, ODD)
    dressed = st.builds(lambda shape, text: shape.format(text), SPACED, plain)
    return st.one_of(plain, dressed, plain.map(_wide))


CELLS = _cells()


def _fitting(field: Field) -> st.SearchStrategy[str]:
    """Cells of the field's own kind, so that whole rows are often sound."""
    own: Mapping[str, st.SearchStrategy[str]] = {
        "rid": _rids(), "uscc": _usccs(), "date": DATES, "money": NUMBERS, "mu": NUMBERS,
        "decimal": NUMBERS, "int": NUMBERS, "enum": st.sampled_from(field.values or ("x",)),
        "unit": st.sampled_from([*UNITS, *UNIT_SYNONYMS]),
    }  # fmt: skip
    if field.words:
        return _lists_of(field.words)
    if field.register:
        return st.sampled_from(
            [*RECIPIENTS, "BANK-02", "bank-01", "ＢＡＮＫ－０１", "BANK-０１", ""]
        )
    fitting = own.get(field.kind, WORDS)
    return st.one_of(fitting, fitting, fitting, CELLS)


def _lists_of(words: Sequence[str]) -> st.SearchStrategy[str]:
    """Known words and others, joined in every way a clerk finds."""
    word = st.sampled_from(
        [*words, *words, words[0].upper(), "全部", "lands", "land2", "ｌａｎｄ", ""]
    )
    gap = st.sampled_from([";", "；", ", ", "，", "、", "|", "/", " ", "\u3000", ";;", ".", "-"])
    joined = st.lists(st.tuples(word, gap), max_size=4).map(
        lambda told: "".join(map("".join, told))
    )
    return st.builds(str.__add__, joined, word)


def _lines(contract: Contract) -> st.SearchStrategy[str]:
    sound = st.tuples(*(_fitting(field) for field in contract.fields)).map(CELL_END.join)
    broken = st.one_of(
        sound.map(lambda line: line + CELL_END),
        sound.map(lambda line: line + CELL_END + "x"),
        sound.map(lambda line: line.rsplit(CELL_END, 1)[0]),
        sound.map(lambda line: line + NUL),
        sound.map(lambda line: UNDECODABLE + line),
        st.sampled_from([ROW_PROBLEM + letter + "raw" for letter in "qljdc"]),
    )
    return st.one_of(sound, sound, sound, broken)


def _pairs(text: object) -> list[tuple[str, str]]:
    if text is None:
        return []
    found = [told.partition("=") for told in str(text).split(";")]
    return sorted((name, code) for name, _, code in found)


def _by_sql(contract: Contract, layout: Layout, lines: Sequence[str]) -> list[Said]:
    check = Check(contract, layout, areas=True, counties=True, recipients=True)
    with duckdb.connect(config={"threads": 1}) as duck:
        duck.execute("CREATE TABLE areas(code VARCHAR, successor VARCHAR)")
        duck.executemany("INSERT INTO areas VALUES (?, ?)", [list(item) for item in AREAS.items()])
        duck.execute("CREATE TABLE counties(code VARCHAR)")
        duck.executemany("INSERT INTO counties VALUES (?)", [[code] for code in COUNTIES])
        duck.execute("CREATE TABLE recipients(code VARCHAR)")
        duck.executemany("INSERT INTO recipients VALUES (?)", [[code] for code in RECIPIENTS])
        duck.execute("CREATE TABLE lines(row INTEGER, line VARCHAR)")
        values = ", ".join(f"({row}, {lit(line)})" for row, line in enumerate(lines))
        duck.execute(f"INSERT INTO lines VALUES {values}")
        every = checking_select(check, lines="lines", as_of=AS_OF.isoformat())
        rows = duck.execute(f"SELECT * FROM ({every}) ORDER BY row").fetchall()
        duck.execute(f"CREATE TABLE split AS {splitting_select(check, lines='lines')}")
        easy = easy_select(check, split="split", as_of=AS_OF.isoformat())
        quick = duck.execute(f"SELECT * FROM ({easy}) ORDER BY row").fetchall()
    assert quick == [rows[int(row[0])] for row in quick], "easy rows are judged as any others"
    return [(_pairs(r[1]), _pairs(r[2]), _pairs(r[3]), list(r[4:])) for r in rows]


def _by_reference(contract: Contract, verdict: Verdict) -> Said:
    values = [_as_stored(field, verdict.values[field.name]) for field in contract.fields]
    return sorted(verdict.problems), sorted(verdict.repairs), sorted(verdict.remarks), values


def _as_stored(field: Field, value: object) -> object:
    if isinstance(value, Decimal):
        places = max(4, field.digits[1]) if field.kind == "decimal" else 4
        return value.quantize(Decimal(1).scaleb(-places))
    return value


@pytest.mark.parametrize("name", sorted(load_contracts()))
def test_it_judges_rows_as_the_reference_does(name: str) -> None:
    contract = load_contracts()[name]
    layout = Layout(len(contract.fields), {f.name: p for p, f in enumerate(contract.fields)})

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(_lines(contract), min_size=30, max_size=60))
    def agree(lines: list[str]) -> None:
        told = _by_sql(contract, layout, lines)
        for line, said in zip(lines, told, strict=True):
            expected = _by_reference(contract, check_line(contract, layout, line, SURROUNDINGS))
            assert said == expected, line

    agree()


MARKS = ("年", "年年", "月", "日", "元", "万元", "¥", "￥元", "-", "+", ".", "+.", "-元", ",", "'", '=""',
         "''元", "　", "\u200b", "\u200b年", "＇", "：", "+86", "0086-", "x", "X", "Ｘ", "2018年年", "．",
         "0年", "e", "1e", "E5", "1.", ".5", "-.5", "１．５", "¥1", "1元元", "¥¥1", "1,00", "00:00")  # fmt: skip
"""Cells of marks alone, or with one mark too many: what is left of them after mending is little."""


@pytest.mark.parametrize("name", sorted(load_contracts()))
def test_it_judges_cells_of_mere_marks_as_the_reference_does(name: str) -> None:
    contract = load_contracts()[name]
    layout = Layout(len(contract.fields), {f.name: p for p, f in enumerate(contract.fields)})
    lines = [CELL_END.join([mark] * len(contract.fields)) for mark in MARKS]
    for line, said in zip(lines, _by_sql(contract, layout, lines), strict=True):
        expected = _by_reference(contract, check_line(contract, layout, line, SURROUNDINGS))
        assert said == expected, line
