"""Where things lie in the lake, and how a batch enters it: staged, fsynced, renamed.

Layout under the root: `<class>/<YYYY-MM>/<batch>.parquet`, `vault/<class>/<batch>.sealed`,
`pending/<class>/<batch>.sealed`, `raw/<batch>.sealed`, `errors/<batch>.sealed`. A batch is first
written under `staging/<batch>/`; a file that no batch row names is swept after a day.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

Part = Literal["lake", "vault", "pending", "raw", "errors"]

PARTS: Final[tuple[Part, ...]] = ("lake", "vault", "pending", "raw", "errors")
KEPT_UNNAMED: Final = timedelta(hours=24)
SIDE_FOLDERS: Final = ("vault", "pending", "raw", "errors", "staging")


@dataclass(frozen=True, slots=True)
class LakeFile:
    """One live file of the lake, as the list of batches knows it."""

    batch: int
    class_name: str
    path: Path
    as_of: date
    vault_path: Path | None = None


@dataclass(frozen=True, slots=True)
class Staged:
    """A finished file that waits under a temporary name for its place in the lake."""

    part: Part
    temporary: Path
    final: Path


@dataclass(frozen=True, slots=True)
class LakePaths:
    """The places of one lake."""

    root: Path

    def place(self, part: Part, *, class_name: str, as_of: date, batch: int) -> Path:
        """Return where a part of a batch lives for good."""
        if part == "lake":
            return self.root / class_name / f"{as_of:%Y-%m}" / f"{batch}.parquet"
        if part in ("vault", "pending"):
            return self.root / part / class_name / f"{batch}.sealed"
        return self.root / part / f"{batch}.sealed"

    def staging(self, batch: int) -> Path:
        """Return the private folder in which a batch is prepared, created empty."""
        folder = self.root / "staging" / str(batch)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        return folder

    def clear(self, batch: int) -> None:
        """Remove what a batch left in staging."""
        shutil.rmtree(self.root / "staging" / str(batch), ignore_errors=True)


def seal_context(part: Part, *, class_name: str, batch: int) -> str:
    """Return the context that binds a sealed file to its part, class and batch."""
    return f"{part}/{class_name}/{batch}"


def publish(staged: Iterable[Staged]) -> None:
    """Move finished files to their places; each is on disk before the caller names it in a row.

    Running it again after a crash is harmless: what was already moved is left alone.
    """
    folders = set()
    for item in staged:
        if item.temporary.exists():
            item.final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _flush(item.temporary)
            item.temporary.replace(item.final)
        folders.add(item.final.parent)
    for folder in folders:
        _flush(folder)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(root: Path, *, named: Container[Path], now: datetime) -> Sequence[Path]:
    """Remove files older than a day that no batch names; return what went.

    `named` holds the final paths of all batches, `now` is an aware instant.
    """
    gone = []
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path in named:
            continue
        written = datetime.fromtimestamp(path.stat().st_mtime, tz=now.tzinfo)
        if now - written > KEPT_UNNAMED:
            path.unlink()
            gone.append(path)
    return gone
