"""Events a second through the detection rules, against DuckDB reading the same file alone, in one run.

    .venv/bin/python benchmarks/guard_replay.py [--rules 50] [--villages 300] [--days 20]

The file is a simulation of two gangs beside normal life. The base rules are repeated under other
names until there are as many as asked, each with its own windows, so that nothing is shared. All
features are on: windows, links, placing, approved activities. Exit code 1 where fewer than 20,000
events a second are judged.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from xinnong.analytics.collector import at_rest  # noqa: E402 - as above
from xinnong.analytics.gangs.files import EventFile, write_simulation  # noqa: E402 - as above
from xinnong.analytics.gangs.simulate import simulate  # noqa: E402
from xinnong.core.detection.engine import Engine  # noqa: E402
from xinnong.core.detection.events import Calendar  # noqa: E402
from xinnong.core.detection.rulebook import BASE, load_rulebook  # noqa: E402

ASKED_PER_SECOND = 20_000


def main() -> int:
    """Print the rate and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=50)
    parser.add_argument("--villages", type=int, default=300)
    parser.add_argument("--days", type=int, default=20)
    options = parser.parse_args()
    simulation = simulate("two-gangs", 1, villages=options.villages, days=options.days)
    book = load_rulebook(repeated(options.rules).encode())
    with tempfile.TemporaryDirectory() as folder:
        path, _, _ = write_simulation(simulation, Path(folder))
        reading = read_alone(path)
        engine = Engine(book, Calendar(simulation.activities))
        began, cpu = time.perf_counter(), time.process_time()
        with at_rest():
            for _ in engine.take(EventFile(path)):
                pass
            for _ in engine.end():
                pass
        seconds, used = time.perf_counter() - began, time.process_time() - cpu
    events = engine.counted.events
    rate = events / used
    print(f"{events:,} events, {len(book.rules)} rules, {len(book.measures)} measures, "
          f"{engine.counted.alerts:,} alerts")  # fmt: skip
    print(f"{events / seconds:,.0f} events/s by the clock, {rate:,.0f} by processor time, "
          f"{used / reading:,.1f} times reading the file alone (asked {ASKED_PER_SECOND:,})")  # fmt: skip
    return 0 if rate >= ASKED_PER_SECOND else 1


def repeated(rules: int) -> str:
    """The base rules again and again under other names, so many in all."""
    source = (files("xinnong.core.detection") / "published" / BASE).read_text("utf-8")
    head, *parts = re.split(r"(?=\[\[(?:rule|measure)\]\])", source)
    names = re.findall(r'^name = "([a-z0-9_-]+)"', source, re.MULTILINE)
    text, left, copy = head, rules, 0
    while left > 0:
        for part in parts:
            if part.startswith("[[rule]]"):
                if left == 0:
                    continue
                left -= 1
            renamed = part
            for name in names if copy else ():
                renamed = re.sub(rf"(?<![\w-]){name}(?![\w-])", renamed_to(name, copy), renamed)
            leans_on = re.search(r'^of = "(.+)"', renamed, re.MULTILINE)
            if leans_on is None or f'name = "{leans_on[1]}"' in text:
                text += renamed
        copy += 1
    return text


def renamed_to(name: str, copy: int) -> str:
    """Another name of the same kind."""
    return f"{name}{'_' if '_' in name else '-'}x{copy}"


def read_alone(path: Path) -> float:
    """Processor seconds of DuckDB reading every column, the least of three."""
    found = []
    for _ in range(3):
        began = time.process_time()
        with duckdb.connect() as connection:
            connection.execute(
                'SELECT epoch_us("at"), * EXCLUDE ("at") FROM read_parquet(?)', [str(path)]
            ).fetchall()
        found.append(time.process_time() - began)
    return min(found)


if __name__ == "__main__":
    sys.exit(main())
