"""The rule of each kind of value as SQL: layers of columns that end in value, problem, repairs.

Every rule has a quick way for text that is already canonical and the general way for the rest;
DuckDB evaluates the branches of CASE only for the rows that take them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from xinnong.analytics.checking import fragments as sql
from xinnong.analytics.checking.columns import Columns, Rule
from xinnong.analytics.checking.fragments import full, lit, told
from xinnong.analytics.checking.reference import (
    ENUM_SYNONYMS,
    INT_DIGITS,
    MU_DIGITS,
    TEXT_LIMIT,
    WORD_BREAKS,
)
from xinnong.analytics.contracts import Field
from xinnong.analytics.contracts.kinds import FALSE_WORDS, TRUE_WORDS, UNIT_SYNONYMS, UNITS
from xinnong.core.dates import FIRST_YEAR, LAST_SERIAL, LAST_YEAR
from xinnong.core.money import MAX_MINOR

NO_TEXT: Final = "NULL::VARCHAR"


def rule(columns: Columns, *, counties: bool) -> Rule:
    """Return the SQL of a field; `counties` tells whether a table of known counties is there."""
    if columns.field.kind == "rid":
        return _rid(columns, counties=counties)
    return _RULES[columns.field.kind](columns)


def _missing(field: Field, kind: str) -> str:
    return lit(f"{kind}.missing") if field.required else NO_TEXT


def _tidy_rule(
    columns: Columns, kind: str, quick: str, code: str, shape: str, value: str, extra: list[str]
) -> Rule:
    """Build the common form: tidy, mend, then one problem by shape."""
    w = columns.w
    problem = f"CASE WHEN {w} = '' THEN {_missing(columns.field, kind)} ELSE {shape} END"
    own = columns.steps[:3]
    steps = sql.tidying(own, columns.r)
    repairs = [*sql.tidy_repairs(own, columns.field.name, kind, columns.r), *extra]
    return Rule(quick, sql.tight(own[-1]), code, problem, value, repairs, [], steps)


def _rid(columns: Columns, *, counties: bool) -> Rule:
    field, t, w = columns.field, columns.t, columns.w
    upper = sql.sub(t, "x$", "X")
    old = full(upper, "[0-9]{15}")
    shaped = f"CASE WHEN {columns.q} THEN true ELSE {full(w, '[0-9]{17}[0-9X]')} END"
    shape = (
        f"CASE WHEN {columns.n} IS NOT NULL "
        f"THEN {sql.rid_fault(w, columns.n, columns.d, 'as_of_day')} "
        f"WHEN {full(w, sql.SCIENTIFIC)} THEN 'rid.scientific' ELSE 'rid.length' END"
    )
    built = _tidy_rule(
        columns, "rid", full(columns.r, "[0-9]{17}[0-9X]"),
        f"CASE WHEN {old} THEN {sql.rid_upgraded(upper)} ELSE {upper} END", shape, w,
        [
            told(f"{upper} <> {t}", field.name, "rid.lowercase"),
            told(old, field.name, "rid.15to18"),
        ],
    )  # fmt: skip
    parsed = {
        columns.n: f"CASE WHEN {shaped} THEN TRY_CAST(substr({w}, 1, 17) AS BIGINT) END",
        columns.d: f"CASE WHEN {shaped} THEN {sql.rid_birth(w)} END",
    }
    if counties:
        unknown = (
            f"NOT {sql.demo_county(w)} AND substr({w}, 1, 6) NOT IN (SELECT code FROM counties)"
        )
        built.remarks.append(told(unknown, field.name, "rid.county_unknown"))
    return replace(built, parsed=parsed)


def _uscc(columns: Columns) -> Rule:
    field, t, w = columns.field, columns.t, columns.w
    proper = "[0-9A-HJ-NP-RTUWXY]{18}"
    shape = (
        f"CASE WHEN {full(w, proper)} THEN {sql.uscc_fault(w)} "
        f"WHEN {full(w, sql.SCIENTIFIC)} THEN 'uscc.scientific' "
        f"WHEN length({w}) <> 18 THEN 'uscc.length' ELSE 'uscc.characters' END"
    )
    built = _tidy_rule(
        columns, "uscc", full(columns.r, proper), f"upper({t})", shape, w,
        [told(f"upper({t}) <> {t}", field.name, "uscc.lowercase")],
    )  # fmt: skip
    odd = f"NOT ({sql.organisation_sound(w)})"
    built.remarks.append(told(odd, field.name, "uscc.organisation_check"))
    return built


def _phone(columns: Columns) -> Rule:
    field, t, w = columns.field, columns.t, columns.w
    local = sql.sub(t, r"^(\+?86|0086)-?(1[3-9])", r"\2")
    hyphen = r"([0-9])-([0-9])"
    plain = sql.sub(sql.sub(local, hyphen, r"\1\2"), hyphen, r"\1\2")
    whole = sql.sub(plain, r"^([0-9]{11})\.0$", r"\1")
    shape = (
        f"CASE WHEN {full(w, '1[3-9][0-9]{9}')} THEN NULL "
        f"WHEN {full(w, sql.SCIENTIFIC)} THEN 'phone.scientific' ELSE 'phone.length' END"
    )
    return _tidy_rule(
        columns, "phone", full(columns.r, "1[3-9][0-9]{9}"), whole, shape, w,
        [
            told(f"{local} <> {t}", field.name, "phone.prefix"),
            told(f"{plain} <> {local}", field.name, "phone.hyphens"),
            told(f"{whole} <> {plain}", field.name, "phone.decimal"),
        ],
    )  # fmt: skip


def _area(columns: Columns) -> Rule:
    field, t, w = columns.field, columns.t, columns.w
    digits = int(field.kind.removeprefix("area"))
    surplus = (
        f"length({t}) IN (9, 12) AND length({t}) > {digits} AND {full(f'{t}[{digits + 1}:]', '0*')}"
    )
    shape = (
        f"CASE WHEN {columns.q} OR {full(w, f'[0-9]{{{digits}}}')} THEN NULL "
        f"WHEN {full(w, sql.SCIENTIFIC)} THEN 'area.scientific' ELSE 'area.length' END"
    )
    return _tidy_rule(
        columns, "area", full(columns.r, f"[0-9]{{{digits}}}"),
        f"CASE WHEN {surplus} THEN substr({t}, 1, {digits}) ELSE {t} END", shape, w,
        [told(surplus, field.name, "area.trimmed")],
    )  # fmt: skip


DATE_SHAPES: Final = (
    (r"^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})$", r"\1-\2-\3"),
    (r"^([0-9]{4})([0-9]{2})([0-9]{2})$", r"\1-\2-\3"),
    (r"^([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?$", r"\1-\2-\3"),
)
_ONE_SEPARATOR: Final = r"[0-9]{4}(-[0-9]{1,2}-|/[0-9]{1,2}/|\.[0-9]{1,2}\.)[0-9]{1,2}"
_MIDNIGHT: Final = r"([0-9])[T ]?00:00(:00(\.0+)?)?$"
_SERIAL: Final = r"([0-9]{1,5})(\.0+)?"


def _date(columns: Columns) -> Rule:
    field, r, t, w = columns.field, columns.r, columns.t, columns.w
    short, *own = columns.steps
    steps = [(short, sql.sub(sql.strip(r), _MIDNIGHT, r"\1")), *sql.tidying(own, short)]
    mended = t
    for pattern, new in DATE_SHAPES[1:]:
        mended = sql.sub(mended, pattern, new)
    dashed = sql.sub(t, *DATE_SHAPES[0])
    code = f"CASE WHEN {full(t, _ONE_SEPARATOR)} THEN {dashed} ELSE {mended} END"
    shaped = full(w, "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
    serial = f"TRY_CAST(split_part({w}, '.', 1) AS INTEGER)"
    day = columns.d
    problem = (
        f"CASE WHEN {w} = '' THEN {_missing(field, 'date')} "
        f"WHEN {columns.q} OR {shaped} THEN CASE WHEN {day} IS NULL OR starts_with({w}, '0000') "
        f"THEN 'date.impossible' "
        f"WHEN year({day}) NOT BETWEEN {FIRST_YEAR} AND {LAST_YEAR} THEN 'date.range' END "
        f"WHEN {full(w, _SERIAL)} THEN "
        f"CASE WHEN {serial} NOT BETWEEN 1 AND {LAST_SERIAL} THEN 'date.range' END "
        f"ELSE 'date.shape' END"
    )
    from_serial = f"DATE '1899-12-30' + CASE WHEN {serial} < 60 THEN {serial} + 1 ELSE {serial} END"
    value = f"CASE WHEN {columns.q} THEN {day} WHEN {shaped} THEN {day} ELSE {from_serial} END"
    repairs = [
        told(f"{short} <> {sql.strip(r)}", field.name, "date.midnight"),
        *sql.tidy_repairs(own, field.name, "date", short),
        told(
            full(t, r"[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,2}"),
            field.name, "date.dots",
        ),
    ]  # fmt: skip
    quick = full(r, "[0-9]{4}-[0-9]{2}-[0-9]{2}")
    parsed = {day: f"TRY_CAST({w} AS DATE)"}
    return Rule(quick, sql.tight(own[-1]), code, problem, value, repairs, [], steps, parsed)


def _text(columns: Columns) -> Rule:
    field, r, w = columns.field, columns.r, columns.w
    ends, front, clear, plain = columns.steps
    unseen = sql.sub(front, rf"[\x{{1D}}{sql.UNSEEN}]", "")
    steps = [
        (ends, sql.strip(r)),
        (front, sql.sub(sql.unwrapped(ends), "^'+", "")),
        (clear, sql.strip(sql.sub(unseen, r"[\x{9}\x{1C}\x{1E}]+", " "))),
        (plain, sql.narrow_alnum(clear) if field.key else clear),
    ]
    is_name = field.vault and field.name == "name"
    spaceless = sql.sub(plain, f"[{sql.WHITE}]+", "")
    whole = (
        f"CASE WHEN regexp_matches({plain}, '[A-Za-z]') THEN {plain} ELSE {spaceless} END"
        if is_name
        else plain
    )
    limit = field.arguments[0] if field.arguments else TEXT_LIMIT
    problem = (
        f"CASE WHEN {w} = '' THEN {_missing(field, 'text')} "
        f"WHEN length({w}) > {limit} THEN 'text.long'{_word_faults(field, w)} END"
    )
    odd = rf"^['=]|[{sql.WHITE}{sql.UNSEEN}\x{{1B}}-\x{{1F}}\x{{FF10}}-\x{{FF5A}}]"
    repairs = [
        told(f"{front} <> {ends}", field.name, "text.apostrophe"),
        told(f"{clear} <> {front}", field.name, "text.control"),
        told(f"{plain} <> {clear}", field.name, "text.fullwidth"),
        told(f"({whole}) <> {plain}", field.name, "text.spaces"),
    ]
    quick = f"NOT regexp_matches({r}, {lit(odd)})"
    return Rule(quick, whole, columns.t, problem, w, repairs, [], steps)


def _word_faults(field: Field, text: str) -> str:
    """A further branch of the problem where the text must hold known words only."""
    if not field.words:
        return ""
    known, gap = "|".join(field.words), f"[{WORD_BREAKS}{sql.WHITE}]"
    proper = f"{gap}*({known})({gap}+({known}))*{gap}*"
    return f" WHEN NOT {full(f'lower({text})', proper)} THEN 'words.unknown'"


def _listed(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(map(lit, values)) + ")"


def _enum(columns: Columns) -> Rule:
    field, t, w = columns.field, columns.t, columns.w
    listed = _listed(field.values)
    mapped = "".join(f" WHEN {lit(old)} THEN {lit(new)}" for old, new in ENUM_SYNONYMS.items())
    other = f"CASE {t}{mapped} ELSE upper({t}) END"
    code = f"CASE WHEN {t} IN {listed} THEN {t} WHEN {other} IN {listed} THEN {other} ELSE {t} END"
    shape = f"CASE WHEN NOT {columns.q} AND {w} NOT IN {listed} THEN 'enum.unknown' END"
    synonym = told(f"{w} <> {t}", field.name, "enum.synonym")
    return _tidy_rule(columns, "enum", f"{columns.r} IN {listed}", code, shape, w, [synonym])


def _bool(columns: Columns) -> Rule:
    w = columns.w
    words = _listed((*TRUE_WORDS, *FALSE_WORDS))
    shape = f"CASE WHEN NOT {columns.q} AND {w} NOT IN {words} THEN 'bool.unknown' END"
    value = f"{w} IN {_listed(TRUE_WORDS)}"
    quick = f"{columns.r} IN {words}"
    return _tidy_rule(columns, "bool", quick, f"upper({columns.t})", shape, value, [])


def _unit(columns: Columns) -> Rule:
    w = columns.w
    mapped = "".join(f" WHEN {lit(old)} THEN {lit(new)}" for old, new in UNIT_SYNONYMS.items())
    code = f"CASE {columns.t}{mapped} ELSE {columns.t} END"
    unknown = f"NOT {columns.q} AND {w} NOT IN {_listed(UNITS)}"
    shape = f"CASE WHEN {unknown} THEN 'unit.unknown' END"
    synonym = told(f"{w} <> {columns.t}", columns.field.name, "unit.synonym")
    quick = f"{columns.r} IN {_listed(UNITS)}"
    return _tidy_rule(columns, "unit", quick, code, shape, w, [synonym])


def _code(columns: Columns) -> Rule:
    w = columns.w
    proper = "[A-Za-z0-9][A-Za-z0-9._-]{0,39}"
    shape = f"CASE WHEN NOT {columns.q} AND NOT {full(w, proper)} THEN 'code.shape' END"
    return _tidy_rule(columns, "code", full(columns.r, proper), columns.t, shape, w, [])


def _year(columns: Columns) -> Rule:
    w = columns.w
    proper = "(18|19|20|21)[0-9]{2}"
    shape = f"CASE WHEN NOT {columns.q} AND NOT {full(w, proper)} THEN 'year.shape' END"
    code = sql.sub(columns.t, "([0-9])年$", r"\1")
    value = f"TRY_CAST({w} AS BIGINT)"
    return _tidy_rule(columns, "year", full(columns.r, proper), code, shape, value, [])


def _month(columns: Columns) -> Rule:
    t, w = columns.t, columns.w
    dashed = sql.sub(t, "^([0-9]{4})[-/]([0-9]{1,2})(-01)?$", r"\1-\2")
    packed = sql.sub(dashed, "^([0-9]{4})([0-9]{2})$", r"\1-\2")
    spelt = sql.sub(packed, "^([0-9]{4})年([0-9]{1,2})月$", r"\1-\2")
    code = sql.sub(spelt, "^([0-9]{4})-([0-9])$", r"\1-0\2")
    proper = "[0-9]{4}-(0[1-9]|1[0-2])"
    shape = f"CASE WHEN NOT {columns.q} AND NOT {full(w, proper)} THEN 'month.shape' END"
    quick = full(columns.r, proper)
    return _tidy_rule(columns, "month", quick, code, shape, w, [])


def _money(columns: Columns) -> Rule:
    field, t, w = columns.field, columns.t, columns.w
    decimals = 6 if field.scale else 2
    unmarked = sql.sub(sql.sub(t, "^[¥￥]+", ""), "万元$" if field.scale else "元$", "")
    code = f"CASE WHEN {full(unmarked, sql.GROUPED)} THEN replace({unmarked}, ',', '') "
    code += f"ELSE {unmarked} END"
    whole = f"regexp_extract({w}, '^[+-]?([0-9]*)', 1)"
    fraction = f"rtrim(regexp_extract({w}, '\\.([0-9]*)$', 1), '0')"
    minor = (
        f"(TRY_CAST('0' || {whole} AS HUGEINT) * {10**decimals}"
        f" + TRY_CAST('0' || rpad({fraction}, {decimals}, '0') AS HUGEINT))"
    )
    shape = (
        f"CASE WHEN {full(w, sql.SCIENTIFIC)} THEN 'money.scientific' "
        f"WHEN NOT {full(w, '[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)')} THEN 'money.shape' "
        f"WHEN length({fraction}) > {decimals} THEN 'money.decimals' "
        f"WHEN length(ltrim({whole}, '0')) > 17 OR {minor} >= {MAX_MINOR} THEN 'money.range' END"
    )
    quick = full(columns.r, "[0-9]{1,9}([.][0-9]{1,2})?")
    step = f"CAST(CAST({w} AS DECIMAL(18,2)) * {10**decimals} AS BIGINT)"
    general = f"CAST(CASE WHEN starts_with({w}, '-') THEN -{minor} ELSE {minor} END AS BIGINT)"
    value = f"CASE WHEN {columns.q} THEN {step} ELSE {general} END"
    return _tidy_rule(
        columns, "money", quick, code, f"CASE WHEN NOT {columns.q} THEN {shape} END", value,
        [
            told(f"{unmarked} <> {t}", field.name, "money.symbol"),
            told(full(unmarked, sql.GROUPED), field.name, "money.grouping"),
        ],
    )  # fmt: skip


def _number(kind: str, digits: tuple[int, int], columns: Columns) -> Rule:
    field, t, w = columns.field, columns.t, columns.w
    grouped = full(t, sql.GROUPED)
    code = f"CASE WHEN {grouped} THEN replace({t}, ',', '') ELSE {t} END"
    fraction = f"rtrim(regexp_extract({w}, '\\.([0-9]*)$', 1), '0')"
    whole = f"ltrim(regexp_extract({w}, '^[+-]?([0-9]*)', 1), '0')"
    proper = "[+-]?[0-9]+[.]?0*" if kind == "int" else "[+-]?[0-9]+([.][0-9]*)?"
    shape = (
        f"CASE WHEN {full(w, sql.SCIENTIFIC)} THEN '{kind}.scientific' "
        f"WHEN NOT {full(w, proper)} OR ({kind == 'int'} AND {fraction} <> '') "
        f"THEN '{kind}.shape' "
        f"WHEN length({fraction}) > {digits[1]} THEN '{kind}.decimals' "
        f"WHEN length({whole}) > {digits[0] - digits[1]} THEN '{kind}.range' END"
    )
    places, wholes = min(digits[1], 2), min(digits[0] - digits[1], 9)
    decimals = "" if kind == "int" else f"([.][0-9]{{1,{places}}})?"
    quick_shape = f"[0-9]{{1,{wholes}}}{decimals}"
    target = "BIGINT" if kind == "int" else "DECIMAL(28,6)"
    exact = f"split_part({w}, '.', 1)" if kind == "int" else w
    value = f"TRY_CAST({exact} AS {target})"
    return _tidy_rule(
        columns, kind, full(columns.r, quick_shape), code,
        f"CASE WHEN NOT {columns.q} THEN {shape} END", value,
        [told(grouped, field.name, f"{kind}.grouping")],
    )  # fmt: skip


_RULES: Final[Mapping[str, Callable[[Columns], Rule]]] = {
    "uscc": _uscc, "phone": _phone, "area12": _area, "area9": _area, "area6": _area,
    "date": _date, "text": _text, "enum": _enum, "bool": _bool, "unit": _unit, "code": _code,
    "year": _year, "month": _month, "money": _money,
    "int": lambda columns: _number("int", (INT_DIGITS, 0), columns),
    "decimal": lambda columns: _number("decimal", columns.field.digits, columns),
    "mu": lambda columns: _number("mu", MU_DIGITS, columns),
}  # fmt: skip
