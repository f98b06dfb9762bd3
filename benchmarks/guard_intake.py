"""Durable intake of signed events over the API against >= 1,000 events/s at p99 <= 150 ms.

    python benchmarks/guard_intake.py [--seconds 10] [--rows 100] [--senders 2]

Starts a throwaway database and sends through Django's own stack from several threads, each with its
own connection; every answer is given after the commit. Prints events a second and the slowest answers.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
ASKED_EVENTS, ASKED_MS = 1_000, 150


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--senders", type=int, default=2)
    args = parser.parse_args()
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinnong.config.settings")
    django.setup()
    from tests import database
    from xinnong.config import postgres

    server = postgres.embedded("test-postgres")
    with postgres.running(server):
        owner = server.url("xinnong_owner", "postgres")
        with database.throwaway(owner) as name:
            database.point_django_at(owner, name)
            return _measured(args)


def _measured(args: argparse.Namespace) -> int:
    headers = _prepared()
    spent: list[float] = []
    until = time.perf_counter() + args.seconds
    threads = [
        threading.Thread(target=_sending, args=(n, args.rows, until, headers, spent))
        for n in range(args.senders)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    spent.sort()
    rate = len(spent) * args.rows / seconds
    slow = spent[min(len(spent) - 1, len(spent) * 99 // 100)] * 1000
    print(
        f"{rate:,.0f} events/s in deliveries of {args.rows}, p99 {slow:.0f} ms, {len(spent)} deliveries"
    )
    print(f"asked: {ASKED_EVENTS:,} events/s (x{rate / ASKED_EVENTS:.1f}), p99 {ASKED_MS} ms")
    return 0 if rate >= ASKED_EVENTS and slow <= ASKED_MS else 1


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


def _sending(
    sender: int, rows: int, until: float, headers: dict[str, str], spent: list[float]
) -> None:
    from django.db import connections
    from django.test import Client
    from django.utils import timezone

    from tests.guard.conftest import FEED, KEY, registration
    from xinnong.guard.services.intake import to_be_signed

    browser, sent = Client(SERVER_NAME="localhost"), 0
    while time.perf_counter() < until:
        at, key = timezone.now(), uuid4()
        events = [
            registration(
                0, at, event_id=f"b{sender}-{sent + n}", phone=f"139{(sent + n) % 10**5:08}"
            )
            for n in range(rows)
        ]
        sent += rows
        body = json.dumps({"events": events}).encode()
        signature = KEY.sign(to_be_signed(FEED, key, body)).hex()
        began = time.perf_counter()
        answer = browser.post(
            f"/api/v1/event-feeds/{FEED}/events", body, content_type="application/json",
            headers={**headers, "Idempotency-Key": str(key), "Signature": signature},
        )  # fmt: skip
        if sent > rows:  # the first one opens the connection
            spent.append(time.perf_counter() - began)
        assert answer.status_code == HTTPStatus.OK, answer.content
    connections.close_all()


if __name__ == "__main__":
    raise SystemExit(main())
