"""Run the database part of the suite on a PostgreSQL server of the system, where one is installed.

A throwaway cluster is started from the system's programs, prepared as docs/operations/database.md
tells an administrator to, and given to pytest by address, as a production server would be.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import servers
from xinnong.config import environment, postgres

OLDEST = 15
SUITE = [
    *("tests", "-q", "--database-only", "-m", "not browser"),
    *("-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder"),
]


def newest_programs() -> tuple[int, Path] | None:
    """Version and folder of the newest server programs under /usr/lib/postgresql."""
    found = [
        (int(folder.name), folder / "bin")
        for folder in Path("/usr/lib/postgresql").glob("*")
        if folder.name.isdigit() and (folder / "bin" / "postgres").exists()
    ]
    return max(found, default=None)


def main() -> int:
    """Exit code of pytest; where there is no server to try, a clear word, and 1 in CI, else 0."""
    newest = newest_programs()
    if newest is None or newest[0] < OLDEST:
        print(f"No PostgreSQL {OLDEST} or newer is installed on this system: left out.")
        return 1 if os.environ.get("CI") else 0
    version, folder = newest
    print(f"PostgreSQL {version} in {folder}")
    os.environ["XINNONG_POSTGRES_BIN"] = str(folder)
    server = postgres.embedded(f"system-postgres-{version}")
    with postgres.running(server):
        servers.prepare(server)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *SUITE],
            cwd=environment.REPOSITORY,
            env=os.environ | addresses(server),
            check=False,
        )
    postgres.remove(server)
    return done.returncode


def addresses(server: postgres.Server) -> dict[str, str]:
    """The variables that point Xinnong at the server."""
    return {
        "XINNONG_DEMO": "1",
        "DATABASE_URL": server.url("xinnong_app"),
        "DATABASE_OWNER_URL": server.url("xinnong_owner"),
        "DATABASE_BATCH_URL": server.url("xinnong_batch"),
    }


if __name__ == "__main__":
    raise SystemExit(main())
