"""Schedules a second, for 12 and 360 level instalments, against mortgagemath and pyloan.

    python -m pip --python .venv/bin/python install -r benchmarks/requirements-schedule.txt
    .venv/bin/python benchmarks/schedule.py [--seconds 2]

All work in one process, on the same loan, by turns. The rows of mortgagemath, which is exact to
the cent, have to equal ours; how many of pyloan's do is printed. Ours is also timed counting real
days, which the others are not asked to do. Without the two packages only our figures are printed
and the exit code is 3.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from xinnong.core.schedule import Terms, build_schedule  # noqa: E402 - the repository is put on the path first
from xinnong.core.schedule.terms import (  # noqa: E402
    DayCount,
    InterestPeriod,
    InterestRounding,
    Level,
    Method,
    Rounding,
)

PRINCIPAL_YUAN = 162_000
RATE = "3.875"
FIRST_DAY = date(2021, 3, 1)
TURNS = 25
MICRO = 1_000_000

Split = list[tuple[int, int]]


def main() -> int:
    """Print µs a schedule and the ratios for both lengths."""
    options = _options()
    others = [name for name in ("mortgagemath", "pyloan") if find_spec(name)]
    for count in (12, 360):
        works: dict[str, Callable[[], object]] = {
            "ours": _ours(count, InterestPeriod.SAME_AS_REPAYMENT),
            "ours, real days": _ours(count, InterestPeriod.DAILY),
        }
        works |= {name: _OTHERS[name](count) for name in others}
        for name in others:
            _compare(name, count)
        _print(count, _time(works, options.seconds))
    return 0 if len(others) == len(_OTHERS) else 3


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=2, help="per library (%(default)s)")
    return parser.parse_args()


def _terms(
    count: int, period: InterestPeriod, rounding: InterestRounding = InterestRounding.HALF_UP
) -> Terms:
    return Terms(
        method=Method.EQUAL_INSTALLMENT,
        principal_minor=PRINCIPAL_YUAN * 100,
        annual_rate_percent=Decimal(RATE),
        number_of_repayments=count,
        disbursed_on=FIRST_DAY,
        day_count=DayCount.ACTUAL_365,
        interest_period=period,
        rounding=Rounding(interest=rounding),
        level=Level.PERIOD_FACTORS,
        # the others round the level payment once and leave the rest to the last
        last_installment_gap_pct=1_000_000,
    )


def _ours(count: int, period: InterestPeriod) -> Callable[[], object]:
    terms = _terms(count, period)
    return lambda: build_schedule(terms)


def _mortgagemath(count: int) -> Callable[[], Any]:
    library = import_module("mortgagemath")
    half_up = library.PaymentRounding.ROUND_HALF_UP
    loan = library.LoanParams(
        principal=Decimal(PRINCIPAL_YUAN),
        annual_rate=Decimal(RATE),
        term_months=count,
        payment_rounding=half_up,
        interest_rounding=half_up,
    )
    return lambda: library.amortization_schedule(loan)


def _pyloan(count: int) -> Callable[[], Any]:
    library = import_module("pyloan")

    def work() -> Any:
        loan = library.Loan(
            loan_amount=PRINCIPAL_YUAN,
            interest_rate=float(RATE),
            loan_term=count,
            loan_term_period="M",
            start_date=FIRST_DAY.isoformat(),
            payment_end_of_month=False,
        )
        return loan.get_payment_schedule()

    return work


_OTHERS: dict[str, Callable[[int], Callable[[], Any]]] = {
    "mortgagemath": _mortgagemath,
    "pyloan": _pyloan,
}

_ROUNDS = {"mortgagemath": InterestRounding.HALF_UP, "pyloan": InterestRounding.HALF_EVEN}


def _compare(name: str, count: int) -> None:
    """Print how many rows agree with ours to the fen; those of mortgagemath must all."""
    rounding = _ROUNDS[name]
    rows = build_schedule(_terms(count, InterestPeriod.SAME_AS_REPAYMENT, rounding)).rows
    ours = [(row.principal_minor, row.interest_minor) for row in rows]
    theirs = _split(_OTHERS[name](count)())
    same = sum(one == other for one, other in zip(ours, theirs, strict=False))
    print(f"{count:>4} instalments: {same} of {len(ours)} rows of {name} equal ours to the fen")
    if name == "mortgagemath":
        assert theirs == ours, next(
            pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]
        )


def _split(schedule: Sequence[Any]) -> Split:
    """Principal and interest of each row, the drawing itself left out."""
    found = []
    for row in schedule:
        principal = getattr(row, "principal", None)
        principal = row.principal_amount if principal is None else principal
        interest = getattr(row, "interest", None)
        interest = row.interest_amount if interest is None else interest
        found.append((int(principal * 100), int(interest * 100)))
    return found[1:]


def _time(works: dict[str, Callable[[], object]], seconds: int) -> dict[str, float]:
    """The best of several turns for each, in µs; the turns alternate between libraries."""
    best = dict.fromkeys(works, float("inf"))
    repeats = {}
    for name, work in works.items():
        start = time.perf_counter()
        work()
        once = max(time.perf_counter() - start, 1e-6)
        repeats[name] = max(1, int(seconds / TURNS / once))
    for _ in range(TURNS):
        for name, work in works.items():
            start = time.perf_counter()
            for _ in range(repeats[name]):
                work()
            spent = (time.perf_counter() - start) / repeats[name]
            best[name] = min(best[name], spent * MICRO)
    return best


def _print(count: int, micros: dict[str, float]) -> None:
    for name, spent in micros.items():
        ratio = spent / micros["ours"]
        print(
            f"{count:>4} instalments  {name:<16} {spent:>10.1f} µs  "
            f"{MICRO / spent:>9.0f} schedules/s  {ratio:>6.2f} × the time of ours"
        )


if __name__ == "__main__":
    raise SystemExit(main())
