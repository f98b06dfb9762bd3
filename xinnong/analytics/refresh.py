"""From live deliveries to households, profiles, scores and lines: the county refresh.

Everything is computed by steps in a private work folder and handed over as Parquet tables; the
caller publishes them and removes the folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from xinnong.analytics.contracts.declarations import load_contracts
from xinnong.analytics.engine import Engine, OnStage, Stage
from xinnong.analytics.facts.sources import source_of
from xinnong.analytics.facts.survivorship import settle_facts
from xinnong.analytics.features.batch import Plan, compute_features
from xinnong.analytics.features.consent import Recipients
from xinnong.analytics.features.windows import Windows, norms
from xinnong.analytics.linking.groups import group_people
from xinnong.analytics.linking.households import describe_households
from xinnong.analytics.linking.identity import (
    Unseal,
    describe_persons,
    gather_identities,
    open_vaults,
)
from xinnong.analytics.linking.live import LakeFile, add_live_view, live_files, table_name
from xinnong.analytics.linking.numbering import number_households
from xinnong.analytics.linking.organisations import describe_organisations
from xinnong.analytics.linking.people import find_people
from xinnong.analytics.linking.rows import link_class, linked_classes, prepare_links
from xinnong.analytics.results import result_tables
from xinnong.analytics.scoring_sql import lines_sql, scores_sql
from xinnong.core.policy import Policy
from xinnong.core.scorecard import Scorecard

GOVERNMENT_SERVICE: Final = "GOV-{county}"


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """Stages with their cost, result tables by name, and row counts.

    `facts` is the folder that `lookup` reads; it must be moved to where the web process finds it.
    """

    stages: tuple[Stage, ...]
    tables: Mapping[str, Path]
    counts: Mapping[str, int]
    facts: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """What a county refresh works from; `refresh` describes each part."""

    batches: Sequence[LakeFile]
    as_of: date
    known_at: datetime | None
    previous: Path | None
    next_household_no: int
    areas: Path
    lenders: Sequence[str]
    card: Scorecard
    policy: Policy
    unseal: Unseal


def refresh(
    *,
    batches: Sequence[LakeFile],
    as_of: date,
    workdir: Path,
    unseal: Unseal,
    previous: Path | None,
    next_household_no: int,
    areas: Path,
    lenders: Sequence[str],
    card: Scorecard,
    policy: Policy,
    memory_limit: str = "3GB",
    threads: int = 2,
    known_at: datetime | None = None,
    on_stage: OnStage = lambda _name, _position, _total: None,
) -> RefreshResult:
    """Compute the county as of a date, as known at a moment (None: now).

    `batches` are all live deliveries; `previous` the last membership (household_no, person_key)
    and `next_household_no` the first free number; `areas` the tree of codes; `lenders` institution
    codes, each of which gets results of its own where it was given consent or has loans; `unseal`
    opens a vault segment into a Parquet file. A repeated call with the same `workdir` and inputs
    continues after the last finished step. `on_stage` hears (name, position, total) before each
    stage and ("done", total, total) at the end.
    """
    workdir.mkdir(parents=True, exist_ok=True, mode=0o700)
    task = Refresh(
        batches=batches, as_of=as_of, known_at=known_at, previous=previous,
        next_household_no=next_household_no, areas=areas, lenders=lenders, card=card,
        policy=policy, unseal=unseal,
    )  # fmt: skip
    with Engine(workdir, memory_limit=memory_limit, threads=threads) as engine:
        run = _Run(engine, task)
        for position, (name, stage) in enumerate(STAGES.items()):
            on_stage(name, position, len(STAGES))
            with engine.stage(name):
                stage(run)
        on_stage("done", len(STAGES), len(STAGES))
        return RefreshResult(tuple(engine.stages), run.tables, run.counts, run.facts)


class _Run:
    """One computation: the engine, the task, and what stages learn on the way."""

    def __init__(self, engine: Engine, task: Refresh) -> None:
        self.engine = engine
        self.task = task
        self.contracts = load_contracts()
        self.tables: Mapping[str, Path] = {}
        self.counts: Mapping[str, int] = {}
        self.facts = engine.workdir / "facts"
        engine.source("areas", [task.areas])
        county = str(
            engine.query("SELECT MIN(SUBSTR(code, 1, 6)) FROM areas WHERE level = 'county'")[0][0]
        )
        self.windows = Windows(task.as_of, county)
        service = GOVERNMENT_SERVICE.format(county=county)
        self.recipients = Recipients((service, *task.lenders))
        self.delivered = self._fresh_classes()

    @property
    def grants(self) -> tuple[str, ...]:
        """Consent columns of members and linked rows."""
        return tuple(f"grants_{suffix}" for suffix in self.recipients.columns)

    @property
    def linked(self) -> list[str]:
        """Tables of linked classes."""
        return [table_name(contract.name) for contract in linked_classes(self.contracts.values())]

    def files(self, class_name: str) -> tuple[LakeFile, ...]:
        """Return the live deliveries of one class."""
        mine = [file for file in self.task.batches if file.class_name == class_name]
        return live_files(mine, as_of=self.task.as_of, known_at=self.task.known_at)

    def _fresh_classes(self) -> frozenset[str]:
        """Return the classes delivered and not yet too old to speak."""
        fresh = set()
        for name, contract in self.contracts.items():
            newest = max((file.as_of for file in self.files(name)), default=None)
            if newest and source_of(contract).expires_on(newest) >= self.task.as_of:
                fresh.add(name)
        return frozenset(fresh)


def _view(run: _Run) -> None:
    for name, contract in run.contracts.items():
        add_live_view(run.engine, contract, run.files(name))


def _link_people(run: _Run) -> None:
    if run.task.previous is not None:
        run.engine.source("previous", [run.task.previous])
    literals = run.windows.sql()
    find_people(run.engine, today=literals["today"])
    group_people(run.engine, literals=literals)
    number_households(run.engine, next_household_no=run.task.next_household_no)
    describe_households(run.engine, literals=literals, grants=run.recipients.grants_sql())


def _link_rows(run: _Run) -> None:
    prepare_links(run.engine)
    for contract in linked_classes(run.contracts.values()):
        link_class(run.engine, contract, run.grants)


def _name_people(run: _Run) -> None:
    files = [file for name in run.contracts for file in run.files(name)]
    opened = open_vaults(run.engine, files, run.task.unseal)
    gather_identities(run.engine, opened)
    describe_persons(run.engine)
    describe_organisations(run.engine)


def _settle(run: _Run) -> None:
    settle_facts(run.engine, literals=run.windows.sql())


def _features(run: _Run) -> None:
    reporting = run.engine.query("SELECT DISTINCT institution FROM linked_loan_history")
    plan = Plan(
        windows=run.windows,
        norms=norms(),
        delivered=run.delivered,
        recipients=run.recipients,
        reporting_lenders=frozenset(str(row[0]) for row in reporting),
    )
    compute_features(run.engine, plan)


def _score(run: _Run) -> None:
    run.engine.step("scores", scores_sql(run.task.card, "features"), of_numbers=True)


def _line(run: _Run) -> None:
    run.engine.step("lines", lines_sql(run.task.policy, "scores"))


def _finish(run: _Run) -> None:
    run.tables, run.counts = result_tables(run.engine, run.linked, run.facts)


STAGES: Final[Mapping[str, Callable[[_Run], None]]] = {
    "view": _view,
    "link_people": _link_people,
    "link_rows": _link_rows,
    "name_people": _name_people,
    "facts": _settle,
    "features": _features,
    "score": _score,
    "line": _line,
    "summaries": _finish,
}
