"""Base45 (RFC 9285): bytes as letters that a QR code packs two to eleven bits."""

from __future__ import annotations

from typing import Final

LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
PLACES: Final = {letter: place for place, letter in enumerate(LETTERS)}
BASE: Final = len(LETTERS)
PAIR_MOST: Final = 0xFFFF
BYTE_MOST: Final = 0xFF


def encode(data: bytes) -> str:
    """Three letters for each two bytes, two for a single last one."""
    text = []
    for place in range(0, len(data) - 1, 2):
        rest, first = divmod(data[place] * 256 + data[place + 1], BASE)
        third, second = divmod(rest, BASE)
        text.append(LETTERS[first] + LETTERS[second] + LETTERS[third])
    if len(data) % 2:
        second, first = divmod(data[-1], BASE)
        text.append(LETTERS[first] + LETTERS[second])
    return "".join(text)


def decode(text: str) -> bytes | None:
    """The bytes; None where the text is not Base45."""
    if len(text) % 3 == 1 or any(letter not in PLACES for letter in text):
        return None
    data = bytearray()
    for place in range(0, len(text), 3):
        letters = text[place : place + 3]
        value = sum(PLACES[letter] * BASE**power for power, letter in enumerate(letters))
        whole = len(letters) == 3  # noqa: PLR2004 - a group is of three letters
        if value > (PAIR_MOST if whole else BYTE_MOST):
            return None
        data += value.to_bytes(2 if whole else 1, "big")
    return bytes(data)
