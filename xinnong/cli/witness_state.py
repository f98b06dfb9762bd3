"""What a witness remembers of a log, in a file of its own."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class State:
    """The log's key, the last checkpoint signed (a note; empty: none yet), and whether the log has it."""

    log_key: str
    note: str = ""
    is_delivered: bool = False


def read_state(path: Path) -> State | None:
    """The state in a file; None where there is none that can be read."""
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(MOST_BYTES))
        return State(str(told["log_key"]), str(told["note"]), told["is_delivered"] is True)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_state(path: Path, state: State) -> None:
    """Put the state on disk, whole or not at all, before anything is signed away."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(state), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
