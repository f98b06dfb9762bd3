"""Compute the evidence log again and name the first index that does not hold."""

from __future__ import annotations

import argparse
import base64
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xinnong.cli.dispatch import DONE, REFUSED, USAGE, progress, whole
from xinnong.cli.witness_state import read_state
from xinnong.core.merkle import MOST_LEAVES
from xinnong.core.notes import Checkpoint, read_checkpoint, read_note

if TYPE_CHECKING:
    from xinnong.audit.queries.verifying import Problem, Verified

HELP = "compute the evidence log again from its rows and name the first index that does not hold"
EPILOGUE = """\
Every leaf from its row, every node, every checkpoint and every witness's signature, in the order of the log
and with memory that does not grow with it. With --json one object: size, root, leaves, checkpoints,
cosignatures, short (checkpoints with fewer than three witnesses), witnessed (the newest size with three),
wrong, first_bad {index, until, what, entry, checkpoint} or null, problems (the first thousand), seconds.
what: row_altered, row_missing, row_put_in, leaf_altered, leaf_missing, node_altered, tree (leaves and nodes
were made again: somewhere from index to until), checkpoint_signature, checkpoint_altered,
checkpoint_missing, witness_signature, key, payload. Exit code 1 where something does not hold.
"""
WORDS: Final = {
    "row_altered": "the entry is not what its leaf says",
    "row_missing": "the entry is gone",
    "row_put_in": "an entry that no command wrote claims to stand before this index",
    "leaf_altered": "the leaf is not the one that was signed",
    "leaf_missing": "the leaf is gone",
    "node_altered": "a node over these leaves is wrong",
    "tree": "leaves were replaced and the tree made again: what was signed shows another",
    "checkpoint_signature": "the checkpoint does not bear the log's signature",
    "checkpoint_altered": "what stands beside the checkpoint is not what it says",
    "checkpoint_missing": "the checkpoint before this one is gone",
    "witness_signature": "a witness's signature below the checkpoint does not hold",
    "key": "a key is registered that no entry of the log speaks of",
    "payload": "a sealed payload is not the one that was filed",
}
SHOWN: Final = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
    parser.add_argument(
        "--from", dest="start", type=whole(0, MOST_LEAVES), default=0, metavar="INDEX",
        help="begin here and trust the tree before it",
    )  # fmt: skip
    parser.add_argument(
        "--seen", type=_seen, action="append", default=[], metavar="STATE",
        help="what a witness remembers (its state file), to be held against the log; more than one may be given",
    )  # fmt: skip


def _seen(text: str) -> Checkpoint:
    """The type of an argument that names the state file of a witness, or a checkpoint in a file."""
    state = read_state(Path(text))
    note = read_note(state.note) if state else None
    said = read_checkpoint(note.body) if note else None
    if said is None:
        raise argparse.ArgumentTypeError(f"{text} is no state of a witness that has seen a log")
    return said


def run(args: argparse.Namespace) -> int:
    """Verify and say what was found."""
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.queries.log import log_size
    from xinnong.audit.queries.verifying import verify_log
    from xinnong.privacy.sealed_strays import sealed_strays

    started = time.monotonic()
    with scoped(SYSTEM):
        if args.start > log_size():
            print(f"xinnong verify-log: the log has {log_size():,} leaves", file=sys.stderr)
            return USAGE
        found = verify_log(
            start=args.start, seen=args.seen, more=[sealed_strays], told=_progress(args.start)
        )
    told = report(found, time.monotonic() - started)
    print(json.dumps(told) if args.json else _in_words(found, told))
    return REFUSED if found.wrong else DONE


def _progress(start: int) -> Any:
    return lambda done, size: progress(done - start, size - start, f"leaf {done:,}")


def report(found: Verified, seconds: float) -> dict[str, Any]:
    """The JSON object."""
    return {
        "size": found.size,
        "root": base64.b64encode(found.root).decode() if found.root else None,
        "from": found.start,
        "leaves": found.leaves,
        "checkpoints": found.checkpoints,
        "cosignatures": found.cosignatures,
        "short": found.short,
        "witnessed": found.witnessed,
        "wrong": found.wrong,
        "first_bad": _problem(found.first),
        "problems": [_problem(each) for each in found.problems],
        "seconds": round(seconds, 3),
    }


def _problem(problem: Problem | None) -> dict[str, Any] | None:
    if problem is None:
        return None
    told = {"index": problem.index, "until": problem.until, "what": problem.what}
    return told | {"entry": problem.entry or None, "checkpoint": problem.checkpoint or None}


def _in_words(found: Verified, told: dict[str, Any]) -> str:
    lines = [
        (
            f"{found.leaves:,} leaves, {found.checkpoints:,} checkpoints, {found.cosignatures:,} signatures of"
            f" witnesses in {told['seconds']} s; root {told['root'] or 'unknown'}"
        ),
        f"three witnesses have signed the first {found.witnessed:,} of {found.size:,} leaves",
    ]
    if not found.wrong:
        return "\n".join([*lines, "everything holds"])
    return "\n".join([*lines, *_of(found.problems[:SHOWN]), f"problems found: {found.wrong:,}"])


def _of(problems: Sequence[Problem]) -> list[str]:
    return [
        f"index {_span(each)}: {each.what}: {WORDS[each.what]}{_about(each)}" for each in problems
    ]


def _span(each: Problem) -> str:
    return f"{each.index}" if each.until == each.index else f"{each.index} to {each.until}"


def _about(each: Problem) -> str:
    entry = f"entry {each.entry}" if each.entry else ""
    checkpoint = f"checkpoint {each.checkpoint}" if each.checkpoint else ""
    named = ", ".join(filter(None, [entry, checkpoint]))
    return f" ({named})" if named else ""
