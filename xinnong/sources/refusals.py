"""Why a delivery or a withdrawal is turned down: stable codes beside those of the checks."""

from __future__ import annotations

from typing import ClassVar

from xinnong.core.errors import Refused


class BatchNotLive(Refused):
    """Only a live batch can be withdrawn."""

    code: ClassVar[str] = "batch.not_live"


class BatchReliedOn(Refused):
    """A later batch left rows out because this one holds them; that one must go first."""

    code: ClassVar[str] = "batch.relied_on"


class ReasonMissing(Refused):
    """A withdrawal says why."""

    code: ClassVar[str] = "withdrawal.reason_missing"


class ErrorFileNone(Refused):
    """No error file is kept for this batch, or its retention ended."""

    code: ClassVar[str] = "error_file.none"
