"""One household with four reasons, in microseconds, against OptBinning's Scorecard.score.

    python -m pip --python .venv/bin/python install optbinning   # optional, about 640 MB
    .venv/bin/python benchmarks/score_one.py [--seed 1] [--features 30] [--rows 400]

With OptBinning, one of its cards is trained on generated loans, exported to our format from its own
splits, checked to give the same points on every row, and both are timed on one row in this run.
Without it only our figures are printed and the exit code is 3.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import timeit
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from xinnong.core.bins import DIMENSIONS  # noqa: E402 - the repository is put on the path first
from xinnong.core.documents import canonical_bytes  # noqa: E402
from xinnong.core.reasons import REASONS_SHOWN  # noqa: E402
from xinnong.core.scorecard import Scorecard  # noqa: E402
from xinnong.core.scorecard_file import load_card  # noqa: E402

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXPERT = ROOT / "xinnong" / "scoring" / "published" / "expert-2026.1.json"
ASKED_RATIO = 1_000
UNKNOWN_SHARE = 0.15
LOANS = 6_000
MICRO = 1_000_000

Household = Mapping[str, int | None]


def main() -> int:
    """Time ours, then OptBinning's where it is installed; print every figure and the ratio."""
    options = _options()
    chance = random.Random(options.seed)  # noqa: S311 - test data
    card = load_card(EXPERT.read_bytes())
    ours = _time_card(card, [_household(card, chance) for _ in range(options.rows)])
    _say("expert card, 48 features", f"{ours:.2f} µs a household with {REASONS_SHOWN} reasons")
    if find_spec("optbinning") is None:
        print(__doc__)
        return 3
    return _compare(options.seed, options.features, options.rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--features", type=int, default=30)
    parser.add_argument("--rows", type=int, default=400, help="rows timed and compared")
    return parser.parse_args()


def _say(what: str, figure: str) -> None:
    print(f"{what:<34} {figure}")


def _household(card: Scorecard, chance: random.Random) -> Household:
    return {
        feature.name: None
        if chance.random() < UNKNOWN_SHARE
        else chance.randint(0, 2 * feature.edges[-1])
        for feature in card.features
    }


def _time_card(card: Scorecard, households: Sequence[Household]) -> float:
    """Answer µs a household, best of several rounds over many different households."""
    score = card.scorer

    def every() -> None:
        for household in households:
            score(household)

    return _best(every, rounds=40) / len(households)


def _best(run: Callable[[], object], *, rounds: int) -> float:
    run()
    return min(timeit.repeat(run, number=1, repeat=rounds)) * MICRO


def _compare(seed: int, features: int, rows: int) -> int:
    """Train a card with OptBinning, export it, hold both equal, and time one row of each."""
    names, values, defaults = _loans(seed, features)
    theirs = _train(names, values, defaults)
    card = load_card(canonical_bytes(_export(theirs, names)))
    frame = _frame(values[:rows], names)
    households = [{name: int(row[name]) for name in names} for _, row in frame.iterrows()]
    expected = [int(points) for points in theirs.score(frame)]
    different = sum(
        card.scorer(household).points != points
        for household, points in zip(households, expected, strict=True)
    )
    one_row = frame.iloc[[0]]
    their_time = _best(lambda: theirs.score(one_row), rounds=20)
    our_time = _time_card(card, households)
    _say("rows scored differently", f"{different} of {rows}")
    _say(f"same card, {features} features, ours", f"{our_time:.2f} µs with {REASONS_SHOWN} reasons")
    _say("same card, OptBinning, one row", f"{their_time:,.0f} µs, no reasons")
    _say("ratio", f"{their_time / our_time:,.0f}× (asked: {ASKED_RATIO:,}×)")
    return 0 if not different and their_time >= ASKED_RATIO * our_time else 1


def _loans(seed: int, features: int) -> tuple[list[str], NDArray[Any], NDArray[Any]]:
    """Make loans whose default depends on every feature a little."""
    import numpy as np

    chance = np.random.default_rng(seed)
    values = chance.integers(0, 10_000, (LOANS, features))
    risk = (values / 10_000 - 0.5) @ np.linspace(0.5, 1.5, features)
    defaults = (chance.random(LOANS) < 1 / (1 + np.exp(risk))).astype(int)
    return [f"feature_{n:02d}" for n in range(features)], values, defaults


def _frame(values: NDArray[Any], names: Sequence[str]) -> Any:
    return import_module("pandas").DataFrame(values, columns=list(names))


def _train(names: list[str], values: NDArray[Any], defaults: NDArray[Any]) -> Any:
    theirs: Any = import_module("optbinning")
    linear: Any = import_module("sklearn.linear_model")
    card = theirs.Scorecard(
        binning_process=theirs.BinningProcess(names),
        estimator=linear.LogisticRegression(max_iter=1_000),
        scaling_method="pdo_odds",
        scaling_method_params={"pdo": 20, "odds": 50, "scorecard_points": 600},
        rounding=True,
    )
    return card.fit(_frame(values, names), defaults)


def _export(theirs: Any, names: Sequence[str]) -> dict[str, Any]:
    """Write their card in our format, from the splits and never from the printed table."""
    table = theirs.table(style="summary")
    weights = dict.fromkeys(DIMENSIONS, 0)
    features = []
    for name in names:
        edges = [ceil(split) for split in theirs.binning_process_.get_binned_variable(name).splits]
        given = [round(points) for points in table[table["Variable"] == name]["Points"]]
        points, missing = given[: len(edges) + 1], given[-1]
        weights["income"] += max(*points, missing)
        features.append(_feature(name, edges, points, missing))
    base = min(0, weights["income"])
    return _document(features, weights | {"income": weights["income"] - base}, base)


def _feature(name: str, edges: list[int], points: list[int], missing: int) -> dict[str, Any]:
    return {
        "name": name, "dimension": "income", "unit": "count", "kind": "numeric", "trend": "free",
        "edges": edges, "codes": [], "points": points, "other": None,
        "unknown": missing, "first_borrower": None,
    }  # fmt: skip


def _document(features: list[dict[str, Any]], weights: dict[str, int], base: int) -> dict[str, Any]:
    total = base + sum(weights.values())
    frame: dict[str, Any] = json.loads(EXPERT.read_bytes())
    return frame | {
        "id": "optbinning", "origin": "trained", "features": features, "weights": weights,
        "scale": {"base_score": 600, "base_odds": "50", "points_to_double_odds": 20},
        "base_points": base, "max_points": total,
        "grades": [{"grade": "A", "min_points": total - 50}, {"grade": "B", "min_points": 0}],
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
