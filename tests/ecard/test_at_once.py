"""Two terminals and one code at the same moment: exactly one wins, the other is told why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.ecard.conftest import LI, World
from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.dynamic_codes import offline_code, step_at
from xinnong.core.errors import Refused
from xinnong.ecard import services
from xinnong.ecard.models import Credential, EndReason, Redemption

pytestmark = pytest.mark.slow
THREADS = 12


@pytest.fixture
def busy(county: World, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Committed, so that every thread sees it."""
    with django_db_blocker.unblock():
        county.terminal("HOSP-01", "T1")
        county.terminal("HOSP-01", "T2")
        county.activate(county.li, LI)
        yield county


def at_once(act: Callable[[int], object]) -> Counter[object]:
    """What all threads are answered when they begin together."""
    together = Barrier(THREADS)

    def one(number: int) -> object:
        together.wait()
        try:
            return act(number)
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(one, range(THREADS)))


def test_one_code_wins_once_online_and_offline_and_a_number_answers_everybody(busy: World) -> None:
    code = busy.show(busy.li, LI)
    won = at_once(lambda n: busy.redeem(code, terminal=f"T{n % 2 + 1}") and "won")
    assert (won["won"], won.total()) == (1, THREADS)
    assert won.keys() <= {"won", "ecard.code_used", "ecard.code_relayed"}

    phone = services.prepare_phone(actor=busy.li, now=NOW)
    offline = offline_code(phone.handle, step_at(int(NOW.timestamp())), key=phone.key)
    won = at_once(lambda _n: busy.redeem(offline) and "won")
    assert won == Counter({"won": 1, "ecard.code_used": THREADS - 1})

    again = busy.show(busy.li, LI)
    same = at_once(lambda _n: busy.redeem(again, number="ONE").pk)
    assert list(same.values()) == [THREADS]

    good = at_once(lambda _n: busy.show(busy.li, LI) and "shown")
    assert good == Counter({"shown": THREADS})
    with scoped(SYSTEM):
        assert Redemption.objects.count() == 3
        holder = Credential.objects.get(person=busy.ref(LI))
        assert holder.codes.filter(used_at__isnull=True, void_at__isnull=True).count() == 1

    last = busy.show(busy.li, LI)

    def race(number: int) -> object:
        if number:
            return busy.redeem(last, number=uuid4().hex) and "won"
        services.revoke_own(actor=busy.li, reason=EndReason.LOST, now=NOW + timedelta(seconds=1))
        return "revoked"

    ended = at_once(race)
    assert ended["revoked"] == 1
    assert ended["won"] <= 1
