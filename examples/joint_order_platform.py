"""A platform that takes joint orders: a small web server to read and to start from.

    python examples/joint_order_platform.py --port 9700 --key KEY.hex --police POLICE_PUBLIC_KEY

It checks the signature of whoever sends the order and the checksum of the document, does to its
accounts what is asked, and answers at once with one signed receipt for each of its own accounts. The same
order again is answered the same and done once. Accounts are kept in memory: a real platform has its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MOST_BYTES = 4 * 1024 * 1024
STATES = {
    "verify": "to be verified", "limit": "limited", "suspend": "suspended", "close": "closed",
    "bar": "barred", "restore": "free",
}  # fmt: skip


class Platform:
    """The accounts of a platform and what it answered to each order."""

    def __init__(self, key: Ed25519PrivateKey, police: Ed25519PublicKey, unknown: set[str]) -> None:
        self.key, self.police, self.unknown = key, police, unknown
        self.accounts: dict[str, str] = {}
        self.answered: dict[str, dict[str, Any]] = {}

    def take(self, body: bytes, signature: str) -> dict[str, Any] | None:
        """Do an order and sign what was done; None for what the police did not sign."""
        try:
            signed = b"xinnong-order\n" + hashlib.sha256(body).hexdigest().encode()
            self.police.verify(bytes.fromhex(signature), signed)
        except (InvalidSignature, ValueError):
            return None
        order = json.loads(body)
        if hashlib.sha256(order["document"].encode()).hexdigest() != order["sha256"]:
            return None
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


def serve(platform: Platform, port: int) -> HTTPServer:
    """A server on this machine that takes orders with POST and tells its accounts with GET."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if not 0 < length <= MOST_BYTES:
                self._answer(413, {})
                return
            answer = platform.take(self.rfile.read(length), self.headers.get("Signature", ""))
            self._answer(*((200, answer) if answer is not None else (403, {})))

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
    parser.add_argument("--unknown", action="append", default=[], help="a number without account")
    args = parser.parse_args()
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(args.key.read_text().strip()))
    police = Ed25519PublicKey.from_public_bytes(bytes.fromhex(args.police))
    server = serve(Platform(key, police, set(args.unknown)), args.port)
    print(f"READY http://127.0.0.1:{server.server_port}/orders", flush=True)  # noqa: T201 - says where
    server.serve_forever()


if __name__ == "__main__":
    main()
