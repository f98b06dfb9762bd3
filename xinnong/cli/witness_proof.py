"""A downloaded proof of an entry, checked with public keys only."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from xinnong.cli.dispatch import DONE, REFUSED
from xinnong.cli.witness_work import Unfit
from xinnong.core.merkle import inclusion_holds, leaf_hash
from xinnong.core.notes import NoteKey, read_checkpoint, read_note, signature_of

MOST_BYTES: Final = 256 * 1024


def check_proof(path: Path, log_key: NoteKey, witnesses: Sequence[NoteKey]) -> int:
    """Say whether a proof holds and which witnesses signed its checkpoint. Raises Unfit."""
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(MOST_BYTES))
        index, note = told["index"], read_note(told["checkpoint"])
        leaf, proof = _bytes(told["leaf"]), [_bytes(each) for each in told["proof"]]
    except OSError as error:
        raise Unfit(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise Unfit(f"{path} is no proof of an entry") from error
    said = read_checkpoint(note.body) if note else None
    if note is None or said is None or type(index) is not int:
        raise Unfit(f"{path} is no proof of an entry")
    is_signed = said.origin == log_key.name and signature_of(log_key, note) is not None
    is_in = inclusion_holds(
        leaf=leaf_hash(leaf), index=index, size=said.size, proof=proof, root=said.root
    )
    signed = [key.name for key in witnesses if signature_of(key, note)]
    answer: dict[str, Any] = {"holds": is_signed and is_in, "index": index, "size": said.size}
    print(json.dumps({**answer, "signed": is_signed, "in_log": is_in, "witnesses": signed}))
    return DONE if is_signed and is_in and len(signed) == len(witnesses) else REFUSED


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
