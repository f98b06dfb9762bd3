"""What an import found, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from xinnong.analytics.lake import Part, Staged


@dataclass(frozen=True, slots=True)
class IngestReport:
    """The account of one delivered file.

    Where `refused` is None, `read == accepted + repaired + quarantined + duplicate`. A refused
    file leaves nothing behind but this report. `reasons`, `repairs` and `remarks` count codes of
    the registry; a row may count under several. `staged` holds the finished files; nothing is in
    the lake before `lake.publish(report.staged)`.
    """

    file: str
    class_name: str
    as_of: date | None
    read: int = 0
    accepted: int = 0
    repaired: int = 0
    quarantined: int = 0
    duplicate: int = 0
    refused: str | None = None
    refused_params: Mapping[str, str | int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    repairs: Mapping[str, int] = field(default_factory=dict)
    remarks: Mapping[str, int] = field(default_factory=dict)
    unknown_columns: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    format: str = ""
    encoding: str = ""
    separator: str = ""
    sha256: str = ""
    size_bytes: int = 0
    seconds: float = 0.0
    staged: tuple[Staged, ...] = ()
    error_format: str = ""
    """Extension of the error file inside its seal: csv, xlsx, jsonl or parquet; empty if none."""

    def path(self, part: Part) -> Path | None:
        """Return the final place of a part, None where the batch has none."""
        return next((item.final for item in self.staged if item.part == part), None)
