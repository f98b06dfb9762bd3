"""Durable intake of signed events over the API: asked are 1,000 events a second, p99 <= 150 ms.

    .venv/bin/python benchmarks/guard_intake.py [--rate 1000] [--rows 100] [--seconds 20] [--workers 2]

A data folder of its own, a database that writes through to the disk, the server as `xinnong web`
starts it, and senders on the loopback. First deliveries go out on a fixed clock at the rate that is
asked, each timed from the moment it was due to its answer, which is given after the commit; then the
senders send as fast as they are answered. Exit code 1 on a miss.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import web_server

ASKED_EVENTS, ASKED_MS = 1_000, 150
SENDERS = 4


def main() -> int:
    """Set up, measure both ways, print; the exit code tells of a miss."""
    options = _options()
    with web_server.installed():
        headers = _prepared()
        with web_server.serving(options.workers) as port:
            events = itertools.count()
            paced = _measured(options, port, headers, events, options.rate / options.rows)
            free = _measured(options, port, headers, events, None)
    _told("at that rate", paced, options)
    rate = _told("as fast as answered", free, options)
    slow = _p99(paced[0])
    print(f"asked: {ASKED_EVENTS:,} events/s ({rate / ASKED_EVENTS:.1f} times), p99 {ASKED_MS} ms")
    return 0 if rate >= ASKED_EVENTS and slow <= ASKED_MS else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--rate", type=int, default=ASKED_EVENTS, help="events a second (%(default)s)"
    )
    parser.add_argument("--rows", type=int, default=100, help="events a delivery (%(default)s)")
    parser.add_argument("--seconds", type=int, default=20, help="of each part (%(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes (%(default)s)")
    return parser.parse_args()


def _measured(
    options: argparse.Namespace, port: int, headers: dict[str, str], events: itertools.count[int],
    deliveries_per_second: float | None,
) -> tuple[list[float], float]:  # fmt: skip
    """Milliseconds of every delivery, and the seconds all took."""
    began = time.perf_counter()
    turns = itertools.count()

    def due() -> float | None:
        at = time.perf_counter()
        if deliveries_per_second is not None:
            at = began + next(turns) / deliveries_per_second
        if at - began >= options.seconds:
            return None
        time.sleep(max(0.0, at - time.perf_counter()))
        return at

    taken: list[float] = []
    threads = [
        threading.Thread(
            target=lambda: taken.extend(_sent(port, headers, events, options.rows, due))
        )
        for _ in range(SENDERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken, time.perf_counter() - began


def _prepared() -> dict[str, str]:
    from django.utils import timezone

    from tests.guard.conftest import FEED, KEY, public_hex, with_second_factor
    from tests.people import client_of, settle
    from xinnong.accounts.permissions import Permission
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.accounts.services.tokens import issue_token
    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.guard.services.feeds import decide_feed, propose_feed

    people, now = settle(), timezone.now()
    first, second = with_second_factor(people.qin), with_second_factor(people.gu)
    client = client_of("PSB-339981")
    with scoped(first):
        feed = propose_feed(
            actor=first, code=FEED, name="某支付平台", kind="platform", event_kinds=["registration"],
            client=client.code, public_key=public_hex(KEY), clock_minutes=5, now=now,
        )  # fmt: skip
    with scoped(second):
        decide_feed(actor=second, feed=feed, approve=True, now=now)
    with scoped(SYSTEM):
        token = issue_token(
            actor=SYSTEM_ACTOR, client=client, scopes=[Permission.SEND_EVENTS],
            lifetime=timedelta(days=1), now=now,
        )  # fmt: skip
    return {"Authorization": f"Bearer {token}"}


def _sent(
    port: int, headers: dict[str, str], events: itertools.count[int], rows: int,
    due: Callable[[], float | None],
) -> list[float]:  # fmt: skip
    """Deliveries over one connection until nothing is due; milliseconds of each."""
    from django.utils import timezone

    from tests.guard.conftest import FEED, KEY, registration
    from xinnong.guard.services.intake import to_be_signed

    connection, taken = http.client.HTTPConnection("127.0.0.1", port, timeout=30), []
    while (at := due()) is not None:
        now, key = timezone.now(), uuid4()
        numbers = [next(events) for _ in range(rows)]
        told = [registration(0, now, event_id=f"b{n}", phone=f"139{n % 10**5:08}") for n in numbers]
        body = json.dumps({"events": told}).encode()
        signature = KEY.sign(to_be_signed(FEED, key, body)).hex()
        connection.request(
            "POST", f"/api/v1/event-feeds/{FEED}/events", body,
            {**headers, "Content-Type": "application/json", "Idempotency-Key": str(key),
             "Signature": signature},
        )  # fmt: skip
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != HTTPStatus.OK:
            raise SystemExit(f"refused: {said.decode()}")
        taken.append((time.perf_counter() - at) * 1000)
    return taken


def _p99(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.99)]


def _told(how: str, measured: tuple[list[float], float], options: argparse.Namespace) -> float:
    """Print one part; its events a second."""
    taken, seconds = measured
    rate: float = len(taken) * options.rows / seconds
    print(
        f"{how:20} {rate:8,.0f} events/s in {len(taken)} deliveries of {options.rows},"
        f" p50 {sorted(taken)[len(taken) // 2]:.0f} ms, p99 {_p99(taken):.0f} ms"
    )
    return rate


if __name__ == "__main__":
    raise SystemExit(main())
