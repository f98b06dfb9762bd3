"""A platform that takes joint orders: a small web server to read and to start from.

    python examples/joint_order_platform.py --key KEY.hex --police POLICE_PUBLIC_KEY --log-key NAME+HINT+KEY

Before it acts it checks the signature of whoever sends the order, the checksum of the document, and that
the issue of exactly this order stands in the evidence log: the leaf, its way to the root, and the log's
signature under a key that was compared by another way. Then it does to its accounts what is asked, and
answers at once with one signed receipt for each of its own accounts. The same order again is answered the
same and done once. Accounts are kept in memory: a real platform has its own.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MOST_BYTES = 4 * 1024 * 1024
STATES = {
    "verify": "to be verified", "limit": "limited", "suspend": "suspended", "close": "closed",
    "bar": "barred", "restore": "free",
}  # fmt: skip
FORBIDDEN, TOO_EARLY = 403, 425
ISSUED = {"guard.issue-order", "guard.restore-account"}
LEAF_FIELDS, INDEX, ACTION, SUBJECT, CHECKSUM = 13, 1, 8, 9, 12
"""A leaf is a CBOR array; docs/algorithms/evidence.md says what stands at which place."""


class NotTaken(Exception):
    """The order is not done; `status` is the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Platform:
    """The accounts of a platform and what it answered to each order."""

    def __init__(
        self, key: Ed25519PrivateKey, police: Ed25519PublicKey, log_keys: Sequence[str],
        unknown: set[str],
    ) -> None:  # fmt: skip
        self.key, self.police, self.unknown = key, police, unknown
        self.log_keys = [log_key(each) for each in log_keys]
        self.accounts: dict[str, str] = {}
        self.answered: dict[str, dict[str, Any]] = {}

    def take(self, body: bytes, signature: str) -> dict[str, Any]:
        """Do an order and sign what was done. Raises NotTaken for what does not hold."""
        try:
            signed = b"xinnong-order\n" + hashlib.sha256(body).hexdigest().encode()
            self.police.verify(bytes.fromhex(signature), signed)
        except (InvalidSignature, ValueError):
            raise NotTaken(FORBIDDEN) from None
        order = json.loads(body)
        if hashlib.sha256(order["document"].encode()).hexdigest() != order["sha256"]:
            raise NotTaken(FORBIDDEN)
        if json.loads(order["document"])["order"] != order["order"]:
            raise NotTaken(FORBIDDEN)
        if order.get("evidence") is None:
            raise NotTaken(
                TOO_EARLY
            )  # the log numbers it within seconds; the next attempt has the proof
        if not stands_in_log(order["evidence"], order["order"], order["sha256"], self.log_keys):
            raise NotTaken(FORBIDDEN)
        number = f"{order['order']}-{order['target']}"
        if number not in self.answered:
            self.answered[number] = {"receipts": self._done(order)}
        return self.answered[number]

    def _done(self, order: dict[str, Any]) -> list[dict[str, str]]:
        document = json.loads(order["document"])
        mine = [a["mark"] for a in document["accounts"] if a["target"] == order["target"]]
        return [self._receipt(order, document["kind"], mark) for mark in mine]

    def _receipt(self, order: dict[str, Any], kind: str, mark: str) -> dict[str, str]:
        outcome = "not_found" if order["numbers"].get(mark, mark) in self.unknown else "done"
        if outcome == "done":
            self.accounts[mark] = STATES[kind]
        at = datetime.now(UTC).isoformat()
        told = {
            "order": order["order"], "sha256": order["sha256"], "target": order["target"],
            "mark": mark, "outcome": outcome, "at": at,
        }  # fmt: skip
        signed = b"xinnong-receipt\n" + json.dumps(
            told, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        ).encode()  # fmt: skip
        return {
            "mark": mark,
            "outcome": outcome,
            "at": at,
            "signature": self.key.sign(signed).hex(),
        }


# ---------------------------------------------------------------- the evidence log


def log_key(text: str) -> tuple[str, bytes, Ed25519PublicKey]:
    """A log's key as the county hands it out, name+hint+key: its name, four bytes, the key."""
    name, hint, packed = text.split("+", 2)
    point = base64.b64decode(packed)[1:]
    return name, bytes.fromhex(hint), Ed25519PublicKey.from_public_bytes(point)


def stands_in_log(evidence: Any, order: str, sha256: str, keys: Sequence[Any]) -> bool:
    """Whether a signed checkpoint covers a leaf that says that exactly this order was issued."""
    try:
        leaf = base64.b64decode(evidence["leaf"], validate=True)
        proof = [base64.b64decode(each, validate=True) for each in evidence["proof"]]
        said, end = read_cbor(leaf, 0)
        size, root = signed_checkpoint(evidence["checkpoint"], keys)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return False
    if not isinstance(said, list) or len(said) != LEAF_FIELDS or end != len(leaf):
        return False
    fits = said[ACTION] in ISSUED and said[SUBJECT] == UUID(order).bytes
    return (
        fits
        and said[CHECKSUM] == sha256
        and said[INDEX] == evidence["index"]
        and root_from(leaf, said[INDEX], size, proof) == root
    )


def signed_checkpoint(note: str, keys: Sequence[Any]) -> tuple[int, bytes]:
    """Size and root of a checkpoint that one of the log's keys signed. Raises ValueError."""
    body, _gap, below = note.rpartition("\n\n")
    body += "\n"
    origin, size, root = body.split("\n")[:3]
    for line in below.splitlines():
        _dash, name, packed = line.split(" ")
        raw = base64.b64decode(packed, validate=True)
        for known, hint, key in keys:
            if (name, raw[:4]) != (known, hint) or origin != known:
                continue
            try:
                key.verify(raw[4:], body.encode())
            except InvalidSignature:
                continue
            return int(size), base64.b64decode(root, validate=True)
    raise ValueError("not signed by the log")


def root_from(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that a leaf's way leads to (RFC 9162, 2.1.3.2); None where the way has another length."""
    if not 0 <= index < size:
        return None
    place, last, found = index, size - 1, hashlib.sha256(b"\0" + leaf).digest()
    for step in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = hashlib.sha256(b"\1" + step + found).digest()
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\1" + found + step).digest()
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


def read_cbor(data: bytes, at: int) -> tuple[Any, int]:
    """What a leaf is made of: whole numbers, bytes, text, lists, maps and null. Raises ValueError."""
    kind, low = data[at] >> 5, data[at] & 31
    at += 1
    if kind == 7:  # noqa: PLR2004 - CBOR's simple values
        if low != 22:  # noqa: PLR2004 - null
            raise ValueError("simple")
        return None, at
    if low >= 24:  # noqa: PLR2004 - the number follows in 1, 2, 4 or 8 bytes
        width = 1 << (low - 24)
        if low > 27 or len(data) < at + width:  # noqa: PLR2004
            raise ValueError("length")
        low, at = int.from_bytes(data[at : at + width], "big"), at + width
    if kind in {0, 1}:
        return (low if kind == 0 else -1 - low), at
    if kind in {2, 3}:
        if len(data) < at + low:
            raise ValueError("short")
        raw = data[at : at + low]
        return (raw if kind == 2 else raw.decode()), at + low  # noqa: PLR2004
    if kind not in {4, 5}:
        raise ValueError("kind")
    items = []
    for _place in range(low * (kind - 3)):
        item, at = read_cbor(data, at)
        items.append(item)
    return (items if kind == 4 else dict(zip(items[::2], items[1::2], strict=True))), at  # noqa: PLR2004


def serve(platform: Platform, port: int) -> HTTPServer:
    """A server on this machine that takes orders with POST and tells its accounts with GET."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if not 0 < length <= MOST_BYTES:
                self._answer(413, {})
                return
            try:
                said = platform.take(self.rfile.read(length), self.headers.get("Signature", ""))
            except NotTaken as refused:
                self._answer(refused.status, {})
            else:
                self._answer(200, said)

        def do_GET(self) -> None:
            self._answer(200, {"accounts": platform.accounts, "orders": len(platform.answered)})

        def _answer(self, status: int, said: dict[str, Any]) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing of anybody."""

    return HTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    """Serve until told to stop; the first line says where."""
    parser = argparse.ArgumentParser(description="A platform that takes joint orders.")
    parser.add_argument("--port", type=int, default=9700, help="0 picks a free one")
    parser.add_argument("--key", type=Path, required=True, help="file: 64 hexadecimal digits")
    parser.add_argument("--police", required=True, help="public key of the police, hexadecimal")
    parser.add_argument(
        "--log-key", action="append", required=True, help="key of the evidence log: name+hint+key"
    )
    parser.add_argument("--unknown", action="append", default=[], help="a number without account")
    args = parser.parse_args()
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(args.key.read_text().strip()))
    police = Ed25519PublicKey.from_public_bytes(bytes.fromhex(args.police))
    server = serve(Platform(key, police, args.log_key, set(args.unknown)), args.port)
    print(f"READY http://127.0.0.1:{server.server_port}/orders", flush=True)  # noqa: T201 - says where
    server.serve_forever()


if __name__ == "__main__":
    main()
