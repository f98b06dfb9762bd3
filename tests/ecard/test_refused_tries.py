"""A code that a counter handed in and that was refused stays in the log, and in the history of its person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.ecard.conftest import LI, WANG, World
from tests.factories import signed_in
from tests.people import NOW, client_of
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import issue_token
from xinnong.audit.models import Entry
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.dynamic_codes import offline_code, online_code, step_at
from xinnong.core.errors import Refused
from xinnong.ecard import services
from xinnong.ecard.models import EndReason, Redemption, RefusedTry

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LATE = NOW + timedelta(minutes=2)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def tries(world: World, name: str) -> list[tuple[str, str, str]]:
    """What the person sees of tries with the own code, the oldest first."""
    user = {LI: world.li, WANG: world.wang}[name]
    with scoped(user):
        rows = RefusedTry.objects.order_by("pk")
        return [(each.institution, each.terminal, each.reason) for each in rows]


def logged(action: str) -> int:
    with scoped(SYSTEM):
        return Entry.objects.filter(action=f"ecard.refuse-{action}").count()


def test_each_kind_of_refusal_of_a_known_code_is_in_the_person_s_history(world: World) -> None:
    world.activate(world.li, LI)
    code = world.show(world.li, LI)
    assert refused(lambda: world.redeem(code, terminal="T9")) == "ecard.terminal_unknown"
    assert refused(lambda: world.redeem(code, now=LATE)) == "ecard.code_expired"
    world.redeem(code)
    assert refused(lambda: world.redeem(code)) == "ecard.code_used"
    relayed = lambda: world.redeem(code, by=world.druggist, terminal="P1")  # noqa: E731
    assert refused(relayed) == "ecard.code_relayed"
    assert tries(world, LI) == [
        ("HOSP-01", "T9", "ecard.terminal_unknown"), ("HOSP-01", "T1", "ecard.code_expired"),
        ("HOSP-01", "T1", "ecard.code_used"), ("PHAR-01", "P1", "ecard.code_relayed"),
    ]  # fmt: skip
    for action in ("terminal_unknown", "code_expired", "code_used", "code_relayed"):
        assert logged(action) == 1
    assert tries(world, WANG) == []
    with scoped(SYSTEM):
        assert Redemption.objects.count() == 1
        stored = " ".join(str(vars(row)) for row in RefusedTry.objects.all())
    assert code not in stored


def test_a_revoked_one_is_known_and_an_unknown_one_is_in_the_log_alone(world: World) -> None:
    world.activate(world.li, LI)
    phone = services.prepare_phone(actor=world.li, now=NOW)
    code = world.show(world.li, LI)
    services.revoke_own(actor=world.li, reason=EndReason.LOST, now=NOW)
    assert refused(lambda: world.redeem(code)) == "ecard.code_expired"
    assert tries(world, LI) == [("HOSP-01", "T1", "ecard.code_expired")]
    forged = offline_code(phone.handle, step_at(int(NOW.timestamp())), key=b"x" * 32)
    for unknown in (online_code(7), forged):
        assert refused(lambda c=unknown: world.redeem(c)) == "ecard.code_unknown"  # type: ignore[misc]
    assert refused(lambda: world.redeem("9" * 28)) == "ecard.code_mistyped"
    assert (logged("code_unknown"), logged("code_mistyped")) == (2, 1)
    assert len(tries(world, LI)) == 1


def test_a_code_of_a_phone_without_network_is_known_at_a_wrong_terminal(world: World) -> None:
    world.activate(world.li, LI)
    phone = services.prepare_phone(actor=world.li, now=NOW)
    code = offline_code(phone.handle, step_at(int(NOW.timestamp())), key=phone.key)
    assert refused(lambda: world.redeem(code, terminal="T9")) == "ecard.terminal_unknown"
    assert tries(world, LI) == [("HOSP-01", "T9", "ecard.terminal_unknown")]
    assert world.redeem(code).pk


def test_the_same_again_adds_to_the_log_and_not_to_the_history(world: World) -> None:
    world.activate(world.li, LI)
    code = world.show(world.li, LI)
    world.redeem(code)
    for _again in range(3):
        refused(lambda: world.redeem(code))
    assert (logged("code_used"), len(tries(world, LI))) == (3, 1)


def test_what_has_no_form_or_no_right_leaves_no_trace(world: World) -> None:
    world.activate(world.li, LI)
    code = world.show(world.li, LI)
    refused(lambda: world.redeem(code, by=world.li))
    refused(lambda: world.redeem(code, number="a b"))
    assert tries(world, LI) == []


def test_the_trace_of_a_page_and_of_a_program_outlives_the_refusal(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    world.activate(world.li, LI)
    code = world.show(world.li, LI)
    world.redeem(code)
    desk = signed_in(world.people.kang)
    said = {"code": code, "terminal": "T2", "business_type": "01301", "out_biz_no": uuid4().hex}
    assert desk.post("/ecard-desk/counter/", said).status_code == 422
    assert tries(world, LI) == [("HOSP-01", "T2", "ecard.code_relayed")]
    program = program_of("HOSP-01")
    answer = program.post(
        "/api/v1/ecard/redemptions", said | {"terminal": "T1"}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "ecard.code_used")
    assert tries(world, LI)[1:] == [("HOSP-01", "T1", "ecard.code_used")]
    assert logged("code_used") == 1
    page = signed_in(world.li).get("/ecard/history/").content.decode()
    assert ("没有办成的" in page, "码已经用过" in page, "码在别处用过" in page) == (True,) * 3
    assert "没有办成的" not in signed_in(world.wang).get("/ecard/history/").content.decode()


def program_of(institution: str) -> Client:
    with scoped(SYSTEM):
        token = issue_token(
            actor=SYSTEM_ACTOR, client=client_of(institution), scopes=[Permission.REDEEM_ECARD],
            lifetime=timedelta(days=40), now=timezone.now(),
        )  # fmt: skip
    return Client(headers={"Authorization": f"Bearer {token}"})
