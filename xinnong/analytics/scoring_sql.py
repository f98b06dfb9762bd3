"""Scores and lines of every household as flat SQL, the same to the point as `core` for one.

A card becomes one CASE per feature for points and one for the rank of its reason; a policy becomes
one expression per addend. `core.scorecard` and `core.policy` stay the definition: cells with their
ranks, gates and shares are read from them, never repeated here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from xinnong.analytics.engine import coded
from xinnong.core.bins import DIMENSIONS, UNKNOWN, FeatureBins
from xinnong.core.money import FEN_PER_HUNDRED_YUAN
from xinnong.core.policy import CAP_HOUSEHOLD, CAP_PRODUCT, Policy
from xinnong.core.reasons import REASONS_SHOWN, Cell
from xinnong.core.scorecard import BELOW_GRADES, Scorecard

LINE_INPUTS = (
    "adult_18_65", "lives_in_county", "court_list_open", "consent_ok", "own_dpd_over_90",
    "net_assets", "operating_income", "norm_input", "lines_elsewhere",
)  # fmt: skip
OPEN_GATES = {
    "age": "adult_18_65 > 0",
    "residence": "lives_in_county > 0",
    "court_list": "court_list_open = 0",
    "consent": "consent_ok > 0",
    "own_overdue": "own_dpd_over_90 = 0",
}
REASON_COLUMNS = tuple(f"reason_{place}" for place in range(REASONS_SHOWN))
NO_TEXTS = "CAST([] AS VARCHAR[])"
NOTHING_ENTRUSTED = "0"
NO_AMOUNT = "CAST(NULL AS BIGINT)"

SMALLEST_TYPE = 1 << 15
KINDS = ("pre", "granted")


def scores_sql(card: Scorecard, source: str) -> str:
    """Score every row of `source`, which has the card's features, first_borrower, basis, lender.

    Points and reasons are those of `core.scorecard.score_one`, one column each: `points_columns`
    and REASON_COLUMNS (NULL where fewer lost points). The inputs of the line rule pass through.
    """
    packing = _Packing.of(card)
    names = [f"c{i}" for i in range(len(card.features))]
    cells = [f"{_case(card, i, packing)} AS {name}" for i, name in enumerate(names)]
    passed = ["household_no", "area12", "area9", "basis", "lender", "first_borrower", *LINE_INPUTS]
    inner = f"SELECT {', '.join(passed)},\n  {', '.join(cells)}\nFROM {source}"
    points = [f"{packing.points_sql(name)} AS p{i}" for i, name in enumerate(names)]
    total = " + ".join([str(card.base_points), *(f"p{i}" for i in range(len(names)))])
    listed = ", ".join(f"p{i} AS {name}" for i, name in enumerate(points_columns(card)))
    named = ", ".join(
        f"{packing.reason_sql(f'g{place}')} AS {name}" for place, name in enumerate(REASON_COLUMNS)
    )
    return f"""SELECT household_no, area12, area9, basis, lender, first_borrower,
  points, {_grade(card, "points")} AS grade, {", ".join(f"d_{name}" for name in DIMENSIONS)},
  {listed}, {named},
  {", ".join(LINE_INPUTS)}
FROM (SELECT *, CAST({total} AS INTEGER) AS points, {", ".join(_dimensions(card))}
  FROM (SELECT *, {", ".join(points)} FROM ({_largest_cells(inner, names)}) AS packed) AS opened
) AS scored"""


@dataclass(frozen=True, slots=True)
class _Packing:
    """One number for what a cell is worth: the place of its reason above, its points below.

    A feature then needs one CASE, and the largest numbers are the first reasons. Places number the
    ranks of the reasons from 1, the least; no reason is place 0. `span` is a power of two.
    """

    places: Mapping[int, int]
    codes: tuple[str, ...]
    least: int
    span: int

    @classmethod
    def of(cls, card: Scorecard) -> _Packing:
        """Make room for every cell of a card."""
        codes = {cell.rank: cell.reason.code for cell in card.cells if cell.reason is not None}
        points = [cell.points for cell in card.cells]
        return cls(
            places={rank: place for place, rank in enumerate(sorted(codes), start=1)},
            codes=tuple(codes[rank] for rank in sorted(codes)),
            least=min(points, default=0),
            span=1 << (max(points, default=0) - min(points, default=0)).bit_length(),
        )

    @property
    def type(self) -> str:
        """The smallest type that holds every cell."""
        return "SMALLINT" if (len(self.places) + 1) * self.span <= SMALLEST_TYPE else "INTEGER"

    def pack(self, cell: Cell) -> int:
        """Number a cell."""
        place = 0 if cell.reason is None else self.places[cell.rank]
        return place * self.span + cell.points - self.least

    def points_sql(self, packed: str) -> str:
        """Write the points of a packed column."""
        return f"CAST(({packed} & {self.span - 1}) + {self.least} AS SMALLINT)"

    def reason_sql(self, packed: str) -> str:
        """Write the code of the reason of a packed column, NULL where it has none."""
        place = f"{packed} >> {self.span.bit_length() - 1}"
        listed = ", ".join(f"'{code}'" for code in self.codes)
        return f"CAST([{listed}] AS {coded(self.codes)}[])[{place}]"


def points_columns(card: Scorecard) -> tuple[str, ...]:
    """Columns of the points of each feature, in the card's order."""
    return tuple(f"points_{place}" for place in range(len(card.features)))


def _case(card: Scorecard, index: int, packing: _Packing) -> str:
    """Write one flat CASE over the bins of a feature."""
    feature = card.features[index]
    cells = [cell for cell in card.cells if cell.feature_index == index]
    by_bin = {(cell.bin_index, cell.first_borrower): packing.pack(cell) for cell in cells}
    plain, first = by_bin[UNKNOWN, False], by_bin[UNKNOWN, True]
    unknown = (
        str(plain) if plain == first else f"CASE WHEN first_borrower THEN {first} ELSE {plain} END"
    )
    *bins, last = _bins(feature)
    known = " ".join(f"WHEN {test} THEN {by_bin[index, False]}" for test, index in bins)
    return (
        f"CAST(CASE WHEN {feature.name} IS NULL THEN {unknown} {known}"
        f" ELSE {by_bin[last[1], False]} END AS {packing.type})"
    )


def _bins(feature: FeatureBins) -> list[tuple[str, int]]:
    """Tests in order with the bin each leads to; the last test is not needed."""
    if feature.kind == "category":
        listed = [(f"{feature.name} = {code}", i) for i, code in enumerate(feature.codes)]
        return [*listed, ("", len(feature.codes))]
    tests = [f"{feature.name} < {edge}" for edge in feature.edges]
    return [*((test, i) for i, test in enumerate(tests)), ("", len(tests))]


def _largest_cells(inner: str, names: Sequence[str]) -> str:
    """Nest one level per reason: each takes the largest cell below the one before.

    Cells are put in order two by two first: a level then asks one question of every two cells, and
    the first asks only the larger ones. Cells are never negative, so a last one alone stands by 0.
    """
    pairs = list(zip_longest(names[::2], names[1::2], fillvalue="0"))
    ordered = ", ".join(
        f"GREATEST({a}, {b}) AS more_{i}, LEAST({a}, {b}) AS less_{i}"
        for i, (a, b) in enumerate(pairs)
    )
    text = f"SELECT *, {ordered} FROM ({inner}) AS cells"
    asked = [f"more_{i}" for i in range(len(pairs))]
    for place in range(REASONS_SHOWN):
        text = f"SELECT *, GREATEST({', '.join(asked)}) AS g{place} FROM ({text}) AS level_{place}"
        asked = [
            f"CASE WHEN more_{i} < g{place} THEN more_{i} WHEN less_{i} < g{place} THEN less_{i}"
            " ELSE 0 END"
            for i in range(len(pairs))
        ]
    return text


def _grade(card: Scorecard, total: str) -> str:
    kind = coded([*(grade for grade, _ in card.grades), BELOW_GRADES])
    cases = " ".join(
        f"WHEN {total} >= {least} THEN CAST('{grade}' AS {kind})" for grade, least in card.grades
    )
    return f"CASE {cases} ELSE CAST('{BELOW_GRADES}' AS {kind}) END"


def _dimensions(card: Scorecard) -> list[str]:
    columns = []
    for dimension in DIMENSIONS:
        places = [i for i, f in enumerate(card.features) if f.dimension == dimension]
        total = " + ".join(f"p{i}" for i in places) or "0"
        columns.append(f"CAST({total} AS INTEGER) AS d_{dimension}")
    return columns


def lines_sql(policy: Policy, source: str, *, custody: str = NOTHING_ENTRUSTED) -> str:
    """Decide every line: pre from pre scores, granted from each lender's, none from base.

    Amounts, closed gates and rate are those of `core.policy.decide_line`. `custody` is SQL for the
    fen of entrusted assets after their haircut; without a register of custody nothing is entrusted.
    """
    kinds = [_line_sql(policy, kind, source, custody) for kind in KINDS]
    return "\nUNION ALL\n".join(kinds)


def _line_sql(policy: Policy, kind: str, source: str, custody: str) -> str:
    granted = kind == "granted"
    gates = policy.gates["granted" if granted else "pre"]
    closed = _closed_gates(policy, gates)
    uncapped = (
        "GREATEST(base_minor + COALESCE(assets_minor, 0) + COALESCE(income_minor, 0),"
        " COALESCE(area_minor, 0))"
        if granted
        else "base_minor"
    )
    less = f"{uncapped} - LEAST({uncapped}, GREATEST(COALESCE(elsewhere_minor, 0), 0))"
    secured = f"LEAST({less}, {policy.cap_product_minor}) + COALESCE(custody_minor, 0)"
    amount = f"LEAST({secured}, {policy.cap_household_minor})"
    whole = f"CAST(FLOOR({amount} / {FEN_PER_HUNDRED_YUAN}) AS BIGINT) * {FEN_PER_HUNDRED_YUAN}"
    code = f"CAST('{kind}' AS {coded(KINDS)})"
    return f"""SELECT household_no, {code} AS kind, lender, grade, points,
  CASE WHEN gates_closed THEN 0 ELSE {whole} END AS line_minor,
  base_minor, assets_minor, income_minor, area_minor, elsewhere_minor,
  {less} AS uncapped_minor, custody_minor,
  {_cap_code(policy, less, secured)} AS cap_code, {closed} AS closed_gates,
  CASE WHEN gates_closed OR {whole} = 0 THEN NULL ELSE {_rate(policy)} END AS rate_percent
FROM (SELECT household_no, lender, grade, points, {", ".join(LINE_INPUTS[:5])},
    {_terms(policy, granted=granted)},
    {f"CAST({custody} AS BIGINT)" if granted else NO_AMOUNT} AS custody_minor,
    NOT ({" AND ".join(_open(policy, gate) for gate in gates) or "TRUE"}) AS gates_closed
  FROM {source} WHERE basis = '{kind}') AS terms"""


def _terms(policy: Policy, *, granted: bool) -> str:
    base = " ".join(f"WHEN '{grade}' THEN {amount}" for grade, amount in policy.base_minor.items())
    shares = {
        "assets_minor": _share("net_assets", policy.net_assets_percent),
        "income_minor": _share("operating_income", policy.operating_income_percent),
        "area_minor": f"CASE WHEN first_borrower THEN {_share('norm_input', policy.area_norm_percent)} END",
        "elsewhere_minor": "lines_elsewhere",
    }
    terms = [f"{sql if granted else NO_AMOUNT} AS {name}" for name, sql in shares.items()]
    return ", ".join([f"CAST(CASE grade {base} ELSE 0 END AS BIGINT) AS base_minor", *terms])


def _share(column: str, percent: int) -> str:
    return (
        f"CASE WHEN {column} IS NOT NULL THEN"
        f" CAST(FLOOR(GREATEST({column}, 0) * {percent} / 100) AS BIGINT) END"
    )


def _open(policy: Policy, gate: str) -> str:
    """Write a test that is true where a gate is open and false where it is closed or unknown."""
    if gate == "grade":
        named = ", ".join(f"'{grade}'" for grade in policy.base_minor)
        return f"grade IN ({named})"
    column = OPEN_GATES[gate].split()[0]
    return f"({column} IS NOT NULL AND {OPEN_GATES[gate]})"


def _closed_gates(policy: Policy, gates: Sequence[str]) -> str:
    """List the closed gates' codes in the policy's order."""
    parts = []
    for gate in gates:
        closed, unknown = f"['gate.{gate}.closed']", f"['gate.{gate}.unknown']"
        if gate != "grade":
            column = OPEN_GATES[gate].split()[0]
            closed = f"CASE WHEN {column} IS NULL THEN {unknown} ELSE {closed} END"
        parts.append(f"CASE WHEN {_open(policy, gate)} THEN {NO_TEXTS} ELSE {closed} END")
    text = parts[0] if parts else NO_TEXTS
    for part in parts[1:]:
        text = f"ARRAY_CONCAT({text}, {part})"
    return f"CASE WHEN gates_closed THEN {text} ELSE {NO_TEXTS} END"


def _cap_code(policy: Policy, amount: str, secured: str) -> str:
    product, household = policy.cap_product_minor, policy.cap_household_minor
    kind = coded([CAP_HOUSEHOLD, CAP_PRODUCT, ""])
    return (
        f"CASE WHEN {secured} > {household} THEN CAST('{CAP_HOUSEHOLD}' AS {kind})"
        f" WHEN {amount} > {product} THEN CAST('{CAP_PRODUCT}' AS {kind})"
        f" ELSE CAST('' AS {kind}) END"
    )


def _rate(policy: Policy) -> str:
    cases = " ".join(f"WHEN '{grade}' THEN {policy.rates.of(grade)}" for grade in policy.base_minor)
    return f"CAST(CASE grade {cases} END AS DECIMAL(9, 6))"
