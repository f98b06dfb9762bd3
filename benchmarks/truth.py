"""A synthetic county against its truth: planted errors, linked households, batch against single.

    .venv/bin/python benchmarks/truth.py [--households 2000] [--seed 1] [--keep DIR]

Generates a county with its dirt, imports every file through the real checks, refreshes it, and
prints per kind of error what was planted, met as declared, missed and invented; the precision and
recall of household membership; households by grade; and the results on which the batch and one household in process
differ. Exit code 1 when an asked figure is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import planted  # noqa: E402 - the repository is put on the path first
from benchmarks.checked_lake import Account, take_in, unseal, write_area_tree  # noqa: E402
from xinnong.analytics.agreement import compare  # noqa: E402
from xinnong.analytics.county.generate import AS_OF, generate  # noqa: E402
from xinnong.analytics.linking.quality import Quality, membership_quality  # noqa: E402
from xinnong.analytics.refresh import RefreshResult, refresh  # noqa: E402
from xinnong.core.policy import Policy  # noqa: E402
from xinnong.core.policy_file import load_policy  # noqa: E402
from xinnong.core.scorecard import Scorecard  # noqa: E402
from xinnong.core.scorecard_file import load_card  # noqa: E402

ASKED_PRECISION = 0.995
ASKED_RECALL = 0.95
GRADES = ("AAA", "AA", "A", "B", "C")
LENDERS = ("BANK-01", "BANK-02", "SLC-01", "FUND-01")


def main() -> int:
    """Generate, import, refresh, compare; say where an asked figure is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--households", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder that keeps what was made")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        return _measure(folder, households=options.households, seed=options.seed)


def _measure(folder: Path, *, households: int, seed: int) -> int:
    county = folder / "county"
    generate(households=households, seed=seed, out=county)
    accounts = take_in(county, folder / "lake")
    exact = _show_planted(county, accounts)
    result = refresh_lake(accounts, folder)
    quality = membership_quality(
        membership=result.tables["membership"],
        persons=result.tables["persons"],
        truth=county / "truth",
    )
    good = _show_quality(quality)
    _show_grades(result)
    same = _show_agreement(result)
    return 0 if exact and good and same else 1


def refresh_lake(accounts: Sequence[Account], folder: Path) -> RefreshResult:
    """Refresh the county that lies in a lake, with the published card and policy."""
    return refresh(
        batches=[account.file for account in accounts if account.file is not None],
        as_of=AS_OF,
        workdir=folder / "work",
        unseal=unseal,
        previous=None,
        next_household_no=1,
        areas=write_area_tree(folder / "areas.parquet"),
        lenders=LENDERS,
        card=published_card(),
        policy=published_policy(),
    )


def published_card() -> Scorecard:
    """Read the card that comes with the release."""
    return load_card((ROOT / "xinnong/scoring/published/expert-2026.1.json").read_bytes())


def published_policy() -> Policy:
    """Read the policy that comes with the release."""
    return load_policy((ROOT / "xinnong/credit/published/default-2026.1.json").read_bytes())


def _show_planted(county: Path, accounts: Sequence[Account]) -> bool:
    tallies = planted.tally(county, accounts)
    print(f"{'outcome':<12} {'code':<16} {'planted':>8} {'met':>8} {'missed':>7} {'invented':>9}")
    for item in tallies:
        print(
            f"{item.outcome:<12} {item.code or '-':<16} {item.planted:>8} {item.met:>8} "
            f"{item.missed:>7} {item.invented:>9}"
        )
    planted_rows = sum(item.planted for item in tallies)
    missed, invented = (sum(getattr(t, name) for t in tallies) for name in ("missed", "invented"))
    rows = sum(account.report.read for account in accounts)
    astray = planted.unaccounted(accounts)
    print(f"all: {planted_rows} planted, {missed} missed, {invented} invented")
    print(f"{rows} rows of {len(accounts)} files, files that do not add up: {astray or 'none'}")
    return not missed and not invented and not astray


def _show_quality(quality: Quality) -> bool:
    print(f"{'households':<22} {'precision':>10} {'recall':>10}")
    print(f"{'pairs of people':<22} {quality.precision:>10.5f} {quality.recall:>10.5f}")
    print(
        f"{'persons':<22} {quality.person_precision:>10.5f} {quality.person_recall:>10.5f}"
        f"   asked: {ASKED_PRECISION} / {ASKED_RECALL}"
    )
    precision = min(quality.precision, quality.person_precision)
    recall = min(quality.recall, quality.person_recall)
    return precision >= ASKED_PRECISION and recall >= ASKED_RECALL


def _show_grades(result: RefreshResult) -> None:
    with duckdb.connect() as con:
        found = con.execute(
            "SELECT basis, COUNT(DISTINCT household_no), "
            + ", ".join(f"COUNT(*) FILTER (grade = '{grade}')" for grade in GRADES)
            + f" FROM read_parquet('{result.tables['scores']}') WHERE basis IN ('pre', 'base') "
            "GROUP BY basis ORDER BY basis DESC"
        ).fetchall()
    print(f"{'grades':<8} {'households':>10} " + " ".join(f"{grade:>7}" for grade in GRADES))
    for basis, households, *counts in found:
        print(f"{basis:<8} {households:>10} " + " ".join(f"{count:>7}" for count in counts))


def _show_agreement(result: RefreshResult) -> bool:
    with duckdb.connect() as con:
        for name in ("features", "scores", "lines"):
            con.execute(f"CREATE VIEW {name} AS FROM read_parquet('{result.tables[name]}')")
        outcomes = list(compare(con, published_card(), published_policy()))
    differences = [found for found in outcomes if found is not None]
    print(f"batch against one at a time: {len(outcomes)} results, {len(differences)} differ")
    for difference in differences[:5]:
        print(f"  {difference}")
    return not differences


if __name__ == "__main__":
    raise SystemExit(main())
