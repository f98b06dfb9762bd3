"""Signatures by SM2 with SM3 (GB/T 32918.2, the curve of GB/T 32918.5), to verify only.

Only public numbers pass through here, so plain arithmetic is enough. Signing belongs into hardware:
arithmetic on a private number must take the same time whatever the number is, and this does not.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives import hashes

P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A: Final = P - 3
B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G: Final = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
NUMBER_BYTES: Final = 32
POINT_BYTES: Final = 33
SIGNER: Final = b"1234567812345678"
"""Who signs, where nothing else is agreed (GM/T 0009)."""

Point = tuple[int, int]


def sm3(data: bytes) -> bytes:
    """The SM3 digest (GB/T 32905)."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def holds(point: bytes, signature: bytes, message: bytes, signer: bytes = SIGNER) -> bool:
    """Whether 64 bytes (r, s) are a signature of the key, a compressed point, over a message."""
    key = opened_point(point)
    if key is None or len(signature) != 2 * NUMBER_BYTES:
        return False
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    if not (0 < r < N and 0 < s < N) or (r + s) % N == 0:
        return False
    found = added(times(s, G), times((r + s) % N, key))
    return found is not None and (digest_of(key, message, signer) + found[0]) % N == r


def digest_of(key: Point, message: bytes, signer: bytes = SIGNER) -> int:
    """The number that is signed: SM3 over who signs, the curve, the key, and the message."""
    curve = b"".join(_bytes(number) for number in (A, B, *G, *key))
    about = sm3((8 * len(signer)).to_bytes(2, "big") + signer + curve)
    return int.from_bytes(sm3(about + message), "big")


def opened_point(point: bytes) -> Point | None:
    """The point of the curve in 33 bytes; None where there is none."""
    if len(point) != POINT_BYTES or point[0] not in {2, 3}:
        return None
    x = int.from_bytes(point[1:], "big")
    square = (x * x * x + A * x + B) % P
    y = pow(square, (P + 1) // 4, P)
    if x >= P or y * y % P != square:
        return None
    return (x, y if y % 2 == point[0] % 2 else P - y)


def times(number: int, point: Point) -> Point | None:
    """A point added to itself `number` times; None is the point at infinity."""
    total: Point | None = None
    doubled: Point | None = point
    while number:
        if number & 1:
            total = added(total, doubled)
        doubled = added(doubled, doubled)
        number >>= 1
    return total


def added(first: Point | None, second: Point | None) -> Point | None:
    """The sum of two points."""
    if first is None or second is None:
        return second if first is None else first
    (x1, y1), (x2, y2) = first, second
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    if first == second:
        slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def _bytes(number: int) -> bytes:
    return number.to_bytes(NUMBER_BYTES, "big")
