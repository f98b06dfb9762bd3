"""Signed notes as public logs write them: theirs hold here, and one changed letter does not.

The checkpoints are published ones of the Go checksum database, whose key is built into every Go.
"""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from xinnong.core.notes import (
    LATEST_SECOND,
    LOG,
    WITNESS,
    Checkpoint,
    Note,
    NoteKey,
    holds,
    read_checkpoint,
    read_key,
    read_note,
    second_of,
    signature_of,
    signed_by,
    to_be_signed,
)

GO_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO_NOTES = (
    ("go.sum database tree\n15081221\nBoMMe1wd25Tco0mYGROkyqxHZWx+hcSCtMV315Lu6Lg=\n\n"
    "— sum.golang.org Az3grilD7vQqTrv66jRgKM84Y80KTprrSt4bKmiOPxgmS5ZVBTeCl6dUvjYnN13R+C8j0jGY1WnUADGMkok3U0m2Zgo=\n"),
    ("go.sum database tree\n63096908\n8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54=\n\n"
    "— sum.golang.org Az3gri/oVBN1jAhNZ/iS+W31psFAWRT20/GyrhpU6taFwulQGetBkH5S7wpGXdS935jiIGiUUAXBVHzT/P6fYhqAmAk=\n"),
)  # fmt: skip
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
POINT = PRIVATE.public_key().public_bytes_raw()
SAID = Checkpoint("xinnong/abc", 7, b"r" * 32, ("time 2026-11-20T01:30:00Z", "after 3"))


@pytest.mark.parametrize("text", GO_NOTES)
def test_a_published_checkpoint_holds(text: str) -> None:
    key, note = read_key(GO_KEY), read_note(text)
    assert key is not None
    assert note is not None
    assert key.text() == GO_KEY
    assert note.text() == text
    assert signature_of(key, note)
    said = read_checkpoint(note.body)
    assert said is not None
    assert said.body() == note.body
    for at in range(len(note.body) - 1):
        changed = note.body[:at] + "~" + note.body[at + 1 :]
        assert not holds(key, changed, note.signatures[0])


def test_a_witness_signs_the_text_and_the_second() -> None:
    key, body = NoteKey("police", WITNESS, POINT), SAID.body()
    assert to_be_signed(WITNESS, body, 12) == f"cosignature/v1\ntime 12\n{body}".encode()
    line = signed_by(key, PRIVATE.sign(to_be_signed(WITNESS, body, 12)), 12)
    note = read_note(Note(body, (line,)).text())
    assert note is not None
    found = signature_of(key, note)
    assert found is not None
    assert second_of(found) == 12
    later = signed_by(key, line.body[8:], 13)
    beyond = signed_by(key, PRIVATE.sign(to_be_signed(WITNESS, body, 1 << 60)), 1 << 60)
    assert LATEST_SECOND < 1 << 60
    assert not holds(key, body, later)
    assert not holds(key, body, beyond)
    assert not holds(NoteKey("police", LOG, POINT), body, line)
    assert not holds(NoteKey("other", WITNESS, POINT), body, line)


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "a\n\n", "a\n\n— b c\n", "a\n\n— b AAAAAA==", "a\n\n- b AAAAAAAA\n", "a\n\n— b AAAAAAB=\n",
        "a\n\n— b AAAA\n", "a\n\n—  AAAAAAAA\n", "x" * 20_000 + "\n\n— b AAAAAAAA\n", "a\n\n" + "— b AAAAAAAA\n" * 33,
    ],
)  # fmt: skip
def test_what_is_no_note_is_none(text: str) -> None:
    assert read_note(text) is None


@pytest.mark.parametrize(
    "body",
    [
        "", "a\n", "a\n1\n", "a\n01\n{r}\n", "a\n-1\n{r}\n", "a\n1\n{r}", "\n1\n{r}\n", "a\n1\n{r}\n\n", "a\r\n1\n{r}\n",
        "a\n9223372036854775808\n{r}\n", "a\n1\nAAAA\n", "a\n1\n{r}=\n", "a\n１\n{r}\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_none(body: str) -> None:
    good = "a\n1\n" + "A" * 43 + "=\n"
    assert read_checkpoint(good)
    assert read_checkpoint(body.replace("{r}", "A" * 43 + "=")) is None


@pytest.mark.parametrize(
    "text", ["", "a", "a+b", "a+00000000+AAAA", GO_KEY[:-4], GO_KEY.replace("033", "133")]
)
def test_what_is_no_key_is_none(text: str) -> None:
    assert read_key(text) is None


@given(st.text())
def test_nothing_that_is_read_raises(text: str) -> None:
    read_note(text)
    read_note(f"a\n\n— {text}\n")
    read_checkpoint(text)
    read_key(text)
