"""An installation of its own with a small county: real commands on a real database, made once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from xinnong.config import environment, postgres

HOUSEHOLDS = 200
AS_OF = "2026-10-31"
CLASSES = (
    "person", "hukou_member", "residence", "marriage", "land_contract", "vehicle", "urban_flat",
    "village_house", "loan_history", "consent", "review_result", "dishonest", "honour", "business",
)  # fmt: skip
XINNONG = [sys.executable, "-m", "xinnong"]


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said where."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Installation:
    """A data folder with a database server that runs, and the county's files."""

    server: postgres.Server
    files: Path
    person_key: str = ""
    """As 64 hexadecimal digits; an installation that is given none makes its own."""

    @property
    def data(self) -> Path:
        return self.server.home.parent

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "XINNONG_"))}
        given = {"XINNONG_PERSON_KEY": self.person_key} if self.person_key else {}
        return {**kept, **given, "XINNONG_DATA": str(self.data)}

    def start(self, *arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
        """Start a command in a process group of its own, as a shell does."""
        return subprocess.Popen(
            [*XINNONG, *map(str, arguments)],
            cwd=environment.REPOSITORY,
            env=self.environment,
            text=True,
            start_new_session=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )

    def run(self, *arguments: str | Path, code: int = 0) -> Done:
        """Run a command to its end; it must end with the code and show no traceback."""
        with self.start(*arguments) as process:
            out, err = process.communicate()
        assert "Traceback" not in out + err
        assert process.returncode == code, (out, err)
        return Done(process.returncode, out, err)

    def rows(self, sql: str) -> list[Any]:
        """What stands in the database, for its administrator."""
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as administrator:
            return administrator.execute(sql.encode()).fetchall()

    def imported(self) -> Sequence[Path]:
        """The delivered files."""
        return sorted(self.files.glob("*"))


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """Tables, users and a county of 200 households in files; nothing is imported yet."""
    data = environment.open_data_folder() / f"cli-{os.getpid()}"
    data.mkdir(mode=0o711)
    made = Installation(postgres.Server(data / "postgres"), data / "files")
    try:
        with postgres.running(made.server):
            made.run("migrate")
            made.run("demo-users")
            deliver(made)
            yield made
    finally:
        shutil.rmtree(data)
        shutil.rmtree(made.server.socket, ignore_errors=True)


def deliver(made: Installation) -> None:
    """Write the county and keep one file of each class."""
    county = made.data / "county"
    size = ("--households", str(HOUSEHOLDS), "--seed", "5", "--as-of", AS_OF)
    made.run("demo-county", *size, "--out", county)
    made.files.mkdir()
    for name in CLASSES:
        (newest,) = county.glob(f"{name}_{AS_OF.replace('-', '')}.*")
        newest.rename(made.files / newest.name)


@dataclass(frozen=True)
class County:
    """The installation after its first import and refresh, and what these said."""

    installation: Installation
    taken_in: Done
    refreshed: Done

    @property
    def run(self) -> int:
        """The run people see now."""
        ((number,),) = self.installation.rows("SELECT id FROM registry_run WHERE state = 'current'")
        return int(number)

    @property
    def ref(self) -> str:
        """A household with a granted line."""
        sql = (
            "SELECT h.ref FROM credit_line l JOIN registry_household h ON h.id = l.household_id"
            f" WHERE l.run_id = {self.run} AND l.kind = 'granted' ORDER BY h.id LIMIT 1"
        )
        return str(self.installation.rows(sql)[0][0])


@pytest.fixture(scope="session")
def county(installation: Installation) -> County:
    taken_in = installation.run("import", installation.files, "--json", code=1)
    return County(installation, taken_in, installation.run("refresh", "--json"))
