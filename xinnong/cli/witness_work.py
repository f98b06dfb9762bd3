"""What a witness does at each look: ask for the newest checkpoint and its proof, agree, remember, sign."""

from __future__ import annotations

import base64
import binascii
import json
import os
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from xinnong.cli.witness_state import State, read_state, write_state
from xinnong.core.evidence import LogOfAnother, WitnessRefused, agree
from xinnong.core.notes import (
    MOST_BYTES,
    WITNESS,
    Checkpoint,
    Note,
    NoteKey,
    read_checkpoint,
    read_key,
    read_note,
    signature_of,
    signed_by,
    to_be_signed,
)

TIMEOUT_SECONDS: Final = 20
MOST_KEY_BYTES: Final = 16 * 1024
MOST_HASHES: Final = 130
"""A consistency proof over as many leaves as there can be is shorter."""


class Unfit(Exception):
    """A file or option that is not what it should be; the message names it."""


class LogSilent(Exception):
    """The log did not answer, or not with what it should."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A key, its public part by name, and where the memory is."""

    private: Ed25519PrivateKey
    key: NoteKey
    state: Path

    @property
    def evidence(self) -> Path:
        """Where both checkpoints go when one is refused."""
        return self.state.with_name(f"{self.state.name}.refused")


@dataclass(frozen=True, slots=True)
class LogKey:
    """The log's public key as the witness was told it, and whether it takes the place of another."""

    key: NoteKey | None = None
    has_changed: bool = False


@dataclass(frozen=True, slots=True)
class Log:
    """The public addresses of an installation's log."""

    address: str

    def checkpoint(self) -> str:
        """The newest checkpoint; empty where there is none yet. Raises LogSilent."""
        answer = self._ask("checkpoint/", none_is=HTTPStatus.NOT_FOUND)
        return answer.decode("utf-8", "replace")

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof between two sizes; nothing where the log has none to give. Raises LogSilent."""
        answer = self._ask(f"consistency/{old}/{new}/", none_is=HTTPStatus.NOT_FOUND)
        try:
            told = json.loads(answer or b'{"proof": []}')["proof"]
            return [base64.b64decode(each, validate=True) for each in told[:MOST_HASHES]]
        except (ValueError, KeyError, TypeError, binascii.Error) as error:
            raise LogSilent(f"{self.address} answered something else than a proof") from error

    def deliver(self, note: str) -> None:
        """Hand a signature in. Raises LogSilent where it is not taken."""
        self._ask("cosignatures/", note.encode())

    def _ask(self, what: str, body: bytes | None = None, *, none_is: int = 0) -> bytes:
        request = Request(f"{self.address}/log/{what}", body, {"Content-Type": "text/plain"})  # noqa: S310  # checked
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  # as above
                return bytes(answer.read(4 * MOST_BYTES))
        except HTTPError as error:
            error.close()
            if error.code == none_is:
                return b""
            raise LogSilent(f"{request.full_url} answered {error.code}") from error
        except (URLError, OSError, ValueError) as error:
            raise LogSilent(f"{request.full_url} does not answer") from error


def watch_once(witness: Witness, log: Log, *, log_key: LogKey, second: int) -> dict[str, Any]:
    """Look once, sign what only adds, and say what was done.

    What is agreed to is remembered on disk before the signature leaves, so that a kill between the two
    never lets two pasts be signed; an undelivered one is delivered at the next look. Raises
    WitnessRefused, LogSilent, Unfit.
    """
    state = _state(witness, log_key)
    own = read_key(state.log_key)
    assert own is not None
    text = log.checkpoint()
    if not text:
        return _none_yet(witness, state)
    offered, said = _read(text), _said(text)
    seen = _said(state.note) if state.note else None
    try:
        if said.origin != own.name or signature_of(own, offered) is None:
            raise LogOfAnother(origin=said.origin)
        agree(seen, said, _proof(log, seen, said))
    except WitnessRefused as refused:
        _keep_evidence(witness, state.note, text, refused.code)
        raise
    if seen == said and state.is_delivered:
        return {"size": said.size, "signed": False}
    signature = witness.private.sign(to_be_signed(WITNESS, offered.body, second))
    line = signed_by(witness.key, signature, second)
    note = Note(offered.body, (*_own_lines(offered, own), line)).text()
    agreed = State(state.log_key, note)
    write_state(witness.state, agreed)
    log.deliver(note)
    write_state(witness.state, replace(agreed, is_delivered=True))
    return {"size": said.size, "signed": True}


def new_key(path: Path, name: str) -> NoteKey:
    """Make a key in a file of its owner alone. Raises Unfit where the file exists."""
    if path.exists():
        raise Unfit(f"{path} exists; a key is never overwritten")
    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
    return NoteKey(name, WITNESS, key.public_key().public_bytes_raw())


def read_private(path: Path) -> Ed25519PrivateKey:
    """The key in a file. Raises Unfit."""
    try:
        with path.open("rb") as file:
            key = load_pem_private_key(file.read(MOST_KEY_BYTES), None)
    except OSError as error:
        raise Unfit(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise Unfit(f"{path} is no PEM key without a passphrase") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Unfit(f"{path} is no Ed25519 key; make one with keygen")
    return key


def is_address(text: str) -> bool:
    """Whether a text is an address that can be asked."""
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _state(witness: Witness, told: LogKey) -> State:
    """What is remembered, with the log's key; what cannot be read is never begun anew."""
    state, key = read_state(witness.state), told.key
    if state is None and witness.state.exists():
        raise _unreadable(witness)
    if state is None and key is None:
        raise Unfit("the first look needs --log-key: what the operator published")
    if state is None:
        assert key is not None
        return State(key.text())
    known = read_key(state.log_key)
    if known is None or (state.note and _maybe_said(state.note) is None):
        raise _unreadable(witness)
    if key is None or key == known:
        return state
    if not told.has_changed or key.name != known.name:
        raise Unfit(f"--log-key is another one than in {witness.state}; has the log a new key?")
    return replace(state, log_key=key.text(), is_delivered=False)


def _unreadable(witness: Witness) -> Unfit:
    return Unfit(f"{witness.state} cannot be read; put the right one back, do not begin anew")


def _none_yet(witness: Witness, state: State) -> dict[str, Any]:
    """An empty log is fine for whoever has seen nothing; for others it shrank."""
    if state.note:
        seen = _said(state.note)
        _keep_evidence(witness, state.note, "", "log.shrank")
        agree(seen, Checkpoint(seen.origin, 0, b""), [])
    return {"size": 0, "signed": False}


def _proof(log: Log, seen: Checkpoint | None, said: Checkpoint) -> list[bytes]:
    if seen is None or seen.size == 0 or seen.size >= said.size:
        return []
    return log.consistency(seen.size, said.size)


def _own_lines(note: Note, own: NoteKey) -> tuple[Any, ...]:
    return tuple(each for each in note.signatures if each.hint == own.hint)


def _read(text: str) -> Note:
    note = read_note(text)
    if note is None or read_checkpoint(note.body) is None:
        raise LogSilent("the log answered something else than a checkpoint")
    return note


def _said(text: str) -> Checkpoint:
    said = read_checkpoint(_read(text).body)
    assert said is not None
    return said


def _maybe_said(text: str) -> Checkpoint | None:
    note = read_note(text)
    return read_checkpoint(note.body) if note else None


def _keep_evidence(witness: Witness, seen: str, offered: str, code: str) -> None:
    """Both notes bear the log's signature; together they prove what it did."""
    told = {"code": code, "seen": seen, "offered": offered}
    with witness.evidence.open("a", encoding="utf-8") as file:
        file.write(json.dumps(told) + "\n")
