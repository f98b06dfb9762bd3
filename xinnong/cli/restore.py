"""Bring a backup into an empty installation."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.queries.verifying import verify_log
from xinnong.audit.services import SYSTEM_ACTOR, record
from xinnong.cli.backup import passphrase_file
from xinnong.cli.dispatch import DONE, REFUSED
from xinnong.config import backups
from xinnong.privacy.sealed_strays import sealed_strays

HELP = "bring a backup into a new, empty installation and prove that everything is there"
EPILOGUE = """\
Refused: into an installation that holds tables or files, a file of which one byte differs, a backup of a
newer release, other keys than it was made with. The restore is recorded and the evidence log verified, exit code 1 where it does not hold; where this release is newer than the backup's, run `xinnong migrate` first.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the source."""
    parser.add_argument("file", type=_file, help="a file written by `xinnong backup`")
    parser.add_argument(
        "--with-keys", type=passphrase_file, metavar="PASSPHRASE_FILE",
        help="take the keys out of it, with the passphrase that this file holds",
    )  # fmt: skip


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return path


def run(args: argparse.Namespace) -> int:
    """Restore and say what came in."""
    known = frozenset(".".join(key) for key in MigrationLoader(None).disk_migrations)
    manifest = backups.restore(args.file, known=known, passphrase=args.with_keys)
    told = {"files": len(manifest["files"]), "tables": len(manifest["tables"])}
    told |= {"rows": sum(int(rows) for rows, _ in manifest["tables"].values())}
    if known != frozenset(manifest["schema"]):
        print("xinnong restore: of an older release; run `xinnong migrate` now", file=sys.stderr)
    else:
        with scoped(SYSTEM):
            record(
                actor=SYSTEM_ACTOR, action="installation.restore", at=timezone.now(), counts=told
            )
        told |= _log()
    print(json.dumps({"file": str(args.file), "made_at": manifest["made_at"], **told}))
    return REFUSED if told.get("log_wrong") else DONE


def _log() -> dict[str, int]:
    """Every leaf, node and signature of the evidence log, computed again; what is wrong is not mended."""
    with scoped(SYSTEM):
        found = verify_log(more=[sealed_strays])
    if found.first is not None:
        print(
            f"xinnong restore: the evidence log does not hold from index {found.first.index}; "
            "see `xinnong verify-log`",
            file=sys.stderr,
        )
    return {"log_leaves": found.leaves, "log_wrong": found.wrong}
