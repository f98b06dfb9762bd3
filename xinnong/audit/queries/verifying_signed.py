"""Checkpoints and what witnesses signed below them, checked one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import TextField
from django.db.models.expressions import RawSQL

from xinnong.audit.models import Cosignature, LogCheckpoint
from xinnong.audit.queries.log import note_key
from xinnong.core.evidence import AFTER_LINE, TIME_LINE, WITNESSES_WANTED
from xinnong.core.notes import (
    Checkpoint,
    NoteKey,
    read_checkpoint,
    read_note,
    second_of,
    signature_of,
)

LINES_OF_OURS: Final = 2
SECOND: Final = RawSQL("trim_scale(extract(epoch FROM at))::text", [], output_field=TextField())
"""An instant as text, so that none of them can fail to be read."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint: the root that the log signed (None where no signature holds), and what is wrong."""

    size: int
    root: bytes | None
    witnesses: int
    wrong: tuple[str, ...]

    @property
    def is_short(self) -> bool:
        """Whether fewer witnesses signed than are wanted."""
        return self.witnesses < WITNESSES_WANTED


def signed_between(start: int, end: int, keys: Sequence[NoteKey]) -> dict[int, Signed]:
    """Checkpoints with more leaves than `start` and up to `end`, by their size."""
    rows = list(_checkpoints().filter(size__gt=start, size__lte=end).order_by("size"))
    below = defaultdict(list)
    signed = Cosignature.objects.filter(checkpoint_id__gt=start, checkpoint_id__lte=end)
    for each in signed.defer("at").annotate(second=SECOND).select_related("signer"):
        below[each.checkpoint_id].append(each)
    before = LogCheckpoint.objects.filter(size__lte=start).order_by("-size")
    sizes = [before.values_list("size", flat=True).first() or 0, *(row.size for row in rows)]
    return {
        row.size: _signed(row, keys, below[row.size], after)
        for row, after in zip(rows, sizes, strict=False)
    }


def _checkpoints() -> Any:
    return LogCheckpoint.objects.defer("at").annotate(second=SECOND)


def _signed(row: Any, keys: Sequence[NoteKey], below: Sequence[Any], after: int) -> Signed:
    note = read_note(row.note)
    said = read_checkpoint(note.body) if note else None
    if note is None or said is None or not any(signature_of(key, note) for key in keys):
        return Signed(row.size, None, 0, ("checkpoint_signature",))
    good = [each for each in below if _holds(row, each)]
    wrong = [*_differing(row, said, after)]
    wrong += ["witness_signature"] * (len(below) - len(good))
    root = said.root if said.size == row.size else None
    return Signed(row.size, root, len(good), tuple(wrong))


def _differing(row: Any, said: Checkpoint, after: int) -> Iterator[str]:
    """What stands beside the note and is not what the note says."""
    if said.size != row.size or said.root != bytes(row.root) or _second_of(said) != row.second:
        yield "checkpoint_altered"
    if len(said.more) == LINES_OF_OURS and said.more[1] != f"{AFTER_LINE}{after}":
        yield "checkpoint_missing"


def _second_of(said: Checkpoint) -> str:
    text = said.more[0].removeprefix(TIME_LINE) if said.more else ""
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return ""
    return str(int(moment.timestamp()))


def _holds(row: Any, each: Any) -> bool:
    note = read_note(row.note + each.line)
    line = signature_of(note_key(each.signer), note) if note else None
    return line is not None and line.line() == each.line and str(second_of(line)) == each.second
