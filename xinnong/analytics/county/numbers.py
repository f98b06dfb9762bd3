"""Synthetic identifiers with valid check characters, made for whole arrays at once.

Resident ids follow GB 11643, unified social credit codes GB 32100 and GB 11714.
Their area codes begin with 3399, which is assigned to no place.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from xinnong.analytics.county.randomness import Flags, Ints, Objects, rank_within

COUNTY: Final = 339981
ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
X_VALUE: Final = 10  # in check positions X stands for 10
PHONE_FLOOR: Final = 19_800_000_000
PHONE_SPAN: Final = 100_000_000

_RID_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_RID_CHECKS: Final = np.array([1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2])
_USCC_WEIGHTS: Final = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])
_ORG_WEIGHTS: Final = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_ORG_VALUES: Final = np.array([int(char, 36) for char in ALPHABET])  # GB 11714: A is 10, Z is 35
_SERIALS: Final = 500  # per sex and birth date
_STRIDE: Final = 277  # coprime to 500: neighbours get serials far apart
_ORG_STRIDE: Final = 387_420_489
_ORG_DIGITS: Final = 6
_BASE: Final = len(ALPHABET)


def rid_bodies(*, birth: Ints, male: Flags, county: Ints, first: int, width: int) -> Ints:
    """Return the 17 leading digits of unused resident ids.

    `birth` is in days since 1970. Each part of the county owns the `width` serials
    from `first` on; a part that runs out on one day takes the next county code.
    """
    rank = rank_within((birth * 2 + male) * 1000 + county % 1000)
    serial = (first + rank % width) * _STRIDE % _SERIALS * 2 + male
    body = (county + rank // width) * 100_000_000 + ymd(birth)
    return body * 1000 + serial


def rid_checks(bodies: Ints) -> Ints:
    """Return the check value of each 17-digit body: 0 to 9, or 10 for X."""
    total = np.zeros(len(bodies), dtype=np.int64)
    rest = bodies.copy()
    for weight in _RID_WEIGHTS[::-1]:
        rest, digit = np.divmod(rest, 10)
        total += weight * digit
    return _RID_CHECKS[total % 11].astype(np.int64)


def rid_text(body: int, check: int) -> str:
    """Return one resident id as text."""
    return f"{body}{'0123456789X'[check]}"


def ymd(days: Ints) -> Ints:
    """Return dates (days since 1970) as integers such as 19580312."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    day = (dates - months).astype(np.int64) + 1
    month = months.astype(np.int64)
    return np.asarray((1970 + month // 12) * 10_000 + (month % 12 + 1) * 100 + day, dtype=np.int64)


def phones(numbers: Ints) -> Ints:
    """Return the synthetic phone number of each person number."""
    return PHONE_FLOOR + numbers * 7_654_321 % PHONE_SPAN


def usccs(numbers: Ints, kind: int) -> Objects:
    """Return unified social credit codes; `kind` 1 firm, 2 one-person business, 3 co-op."""
    heads = np.tile(_digits(f"9{kind}{COUNTY}"), (len(numbers), 1))
    organisation = np.hstack([np.tile(_digits("MA"), (len(numbers), 1)), _spread(numbers)])
    check = (11 - _ORG_VALUES[organisation] @ _ORG_WEIGHTS % 11) % 11
    check = np.where(check == X_VALUE, ALPHABET.index("X"), check)
    body = np.hstack([heads, organisation, check[:, None]])
    last = (31 - body @ _USCC_WEIGHTS % 31) % 31
    return _texts(np.hstack([body, last[:, None]]))


def _spread(numbers: Ints) -> NDArray[np.int64]:
    """Write each number in base 31, scrambled without collisions."""
    scrambled = (numbers + 1) * _ORG_STRIDE % _BASE**_ORG_DIGITS
    powers = _BASE ** np.arange(_ORG_DIGITS - 1, -1, -1)
    return np.asarray(scrambled[:, None] // powers % _BASE, dtype=np.int64)


def _digits(text: str) -> Ints:
    return np.array([ALPHABET.index(char) for char in text], dtype=np.int64)


def _texts(codes: NDArray[np.int64]) -> Objects:
    letters = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)
    rows = np.ascontiguousarray(letters[codes])
    return rows.view(f"S{codes.shape[1]}").ravel().astype(str).astype(object)
