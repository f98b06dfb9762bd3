"""The tables of the page on published schedules; `python -m tests.core.published_page` writes them."""

from __future__ import annotations

from tests.core.pages import Rows, rewrite
from tests.core.published import Case, cases, printed

PAGE = "published-schedules"
KINDS = {
    "lender": "lenders and public lenders",
    "manual": "manuals of calculators and software",
    "peer": "other loan systems",
    "regulator": "regulators and federal guides",
    "textbook": "textbooks and courses",
}
CONVENTIONS = {
    "balance-as-present-value": "a balance is what the rounded payments still to come are worth",
    "carry-of-rounded-level": "a rounded instalment, but balances carried with every digit",
    "carry-precision": "nothing is rounded before it is shown, the instalment neither",
    "cut-down": "interest, and the instalment in whole yen, is cut and not rounded",
    "days-over-360-without-months": "between weeks, 30/360 takes the days over 360",
    "draw-after-installment": "money drawn on a due day counts after the instalment of that day",
    "last-leaves-residue": "the last payment is as the others and some cents are left",
    "level-rounded-up": "the instalment is rounded up to the next cent",
    "pause-outside-the-level": "a rest of interest does not bear on the level instalment",
    "rounded-step": "each row is the one before less a step rounded to the fen",
    "source-slip": "an error of the source in a single figure",
    "total-is-count-times-level": "the total is the instalment times their number",
    "whole-period-for-a-part": "money drawn inside a period bears flat interest for all of it",
}


def counts() -> Rows:
    rows = [
        _count(name, [case for case in cases() if case.kind == kind])
        for kind, name in KINDS.items()
    ]
    return [*rows, _count("all", list(cases()))]


def _count(name: str, some: list[Case]) -> dict[str, str]:
    differ = sum(bool(case.differs) for case in some)
    figures = sum(len(printed(case)) for case in some)
    return {
        "kind of source": name,
        "cases": str(len(some)),
        "equal": str(len(some) - differ),
        "differ by a named convention": str(differ),
        "figures printed": f"{figures:,}",
        "figures equal": f"{figures - sum(len(case.ours) for case in some):,}",
    }


def conventions() -> Rows:
    return [
        {
            "convention": name,
            "what the source does": words,
            "cases": str(sum(case.differs.get("convention") == name for case in cases())),
        }
        for name, words in CONVENTIONS.items()
    ]


def listed() -> Rows:
    return [
        {
            "case": case.id,
            "what": case.title,
            "source": _source(case),
            "place": case.source["place"],
            "figures": str(len(printed(case))),
            "result": result(case),
        }
        for case in cases()
    ]


def _source(case: Case) -> str:
    read_in = case.source["read_in"]
    beside = "" if read_in == "the page itself" else f"; read in {read_in}"
    return f"[{case.source['title']}]({case.source['url']}), {case.source['author']}{beside}"


def result(case: Case) -> str:
    """Equal, or the convention, how many figures differ by it and by how much at most."""
    if not case.differs:
        return "equal"
    said = printed(case)
    most = max(abs(said[path] - amount) for path, amount in case.ours.items())
    return f"differs: {case.differs['convention']}, {len(case.ours)} by at most {most:,}"


TABLES = {"counts": counts, "conventions": conventions, "cases": listed}

if __name__ == "__main__":
    for table_name, make in TABLES.items():
        rewrite(PAGE, table_name, make())
