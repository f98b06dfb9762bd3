"""Write everything this installation holds into one file."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from django.utils import timezone

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR, record
from xinnong.cli.dispatch import file_to_write
from xinnong.config import backups

HELP = "write database, lake, archive and facts into one file that proves itself whole"
EPILOGUE = """\
The keys are named by reference only; --with-keys puts them in, sealed under a passphrase. Web and worker may
run; no refresh should. On a given server DATABASE_ADMIN_URL names a superuser. The backup is recorded.
"""
SHORTEST_PASSPHRASE = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the target."""
    parser.add_argument("file", type=file_to_write, help="file to write; must not exist")
    parser.add_argument(
        "--with-keys", type=passphrase_file, metavar="PASSPHRASE_FILE",
        help="put the keys in, sealed under the passphrase that this file holds",
    )  # fmt: skip


def passphrase_file(text: str) -> bytes:
    """The type of an argument that names a file with a passphrase."""
    try:
        found = Path(text).read_bytes().strip()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error.strerror}") from error
    if len(found) < SHORTEST_PASSPHRASE:
        said = f"{text}: a passphrase has {SHORTEST_PASSPHRASE} characters or more"
        raise argparse.ArgumentTypeError(said)
    return found


def run(args: argparse.Namespace) -> int:
    """Back up and say what went in."""
    now = timezone.now()
    manifest = backups.back_up(args.file, now=now, passphrase=args.with_keys)
    told = {"files": len(manifest["files"]), "tables": len(manifest["tables"])}
    told |= {"rows": sum(int(rows) for rows, _ in manifest["tables"].values())}
    told |= {"bytes": args.file.stat().st_size}
    with scoped(SYSTEM):
        record(actor=SYSTEM_ACTOR, action="installation.back-up", at=now, counts=told)
    print(json.dumps({"file": str(args.file), **told, "keys": args.with_keys is not None}))
    return 0
