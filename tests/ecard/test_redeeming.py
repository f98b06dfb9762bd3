"""A code is good once, for a minute, at a registered terminal; every other try is told why not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.ecard.conftest import LI, WANG, World
from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.core.dynamic_codes import offline_code, step_at
from xinnong.core.errors import Refused
from xinnong.ecard import services
from xinnong.ecard.models import Credential, EndReason, Redemption, ShownCode

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LATE = NOW + timedelta(seconds=60)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def uses() -> int:
    with scoped(SYSTEM):
        return Redemption.objects.count()


def test_a_code_is_redeemed_once_and_the_number_answers_the_same_again(world: World) -> None:
    world.activate(world.li, LI)
    code = world.show(world.li, LI)
    assert code.startswith("9001")
    with scoped(world.people.kang):
        made = world.redeem(code, number="A-1")
        again = world.redeem(code, number="A-1", now=NOW + timedelta(hours=2))
    assert again.pk == made.pk
    assert (made.name_masked, made.insured_area, made.is_for_somebody_else) == (
        "李*山", "339981", False,
    )  # fmt: skip
    assert refused(lambda: world.redeem(code)) == "ecard.code_used"
    assert refused(lambda: world.redeem(code, terminal="T2")) == "ecard.code_relayed"
    relayed = lambda: world.redeem(code, by=world.druggist, terminal="P1")  # noqa: E731
    assert refused(relayed) == "ecard.code_relayed"
    assert refused(lambda: world.redeem(code, number="A-1", business="01101")) == (
        "ecard.out_biz_no_reused"
    )
    assert uses() == 1
    with scoped(SYSTEM):
        assert Entry.objects.filter(action="ecard.redeem").count() == 1
        stored = " ".join(f"{row.digest} {row.used_terminal}" for row in ShownCode.objects.all())
    assert code not in stored


def test_a_code_ends_after_its_minute_and_when_a_newer_one_is_shown(world: World) -> None:
    world.activate(world.li, LI)
    first = world.show(world.li, LI)
    second = world.show(world.li, LI)
    assert refused(lambda: world.redeem(first)) == "ecard.code_expired"
    assert refused(lambda: world.redeem(second, now=LATE)) == "ecard.code_expired"
    assert world.redeem(second, now=LATE - timedelta(microseconds=1)).pk
    assert uses() == 1


def test_only_registered_terminals_of_the_own_institution_redeem(world: World) -> None:
    world.activate(world.li, LI)
    code = world.show(world.li, LI)
    for terminal in ("T9", "P1", "", "T1 "):
        assert refused(lambda t=terminal: world.redeem(code, terminal=t)) == (  # type: ignore[misc]
            "ecard.terminal_unknown"
        )
    for business in ("01999", "", "1301"):
        assert refused(lambda b=business: world.redeem(code, business=b)) == (  # type: ignore[misc]
            "ecard.business_unknown"
        )
    at_pharmacy = lambda: world.redeem(code, by=world.druggist, terminal="P1", business="01101")  # noqa: E731
    assert refused(at_pharmacy) == "ecard.business_unknown"
    for number in ("a b", "x" * 65, "；", "-1"):
        assert refused(lambda n=number: world.redeem(code, number=n)) == (  # type: ignore[misc]
            "ecard.out_biz_no_malformed"
        )
    assert refused(lambda: world.redeem(code, by=world.people.han)) == "ecard.not_yours"
    assert refused(lambda: world.redeem(code, by=world.li)) == "ecard.not_yours"
    assert uses() == 0
    assert world.redeem(code).pk


def test_what_was_never_shown_is_unknown_and_slips_are_said(world: World) -> None:
    world.activate(world.li, LI)
    code = world.show(world.li, LI)
    assert refused(lambda: world.redeem(code[:-1] + "x")) == "ecard.code_mistyped"
    assert refused(lambda: world.redeem("9" * 28)) == "ecard.code_mistyped"
    from xinnong.core.dynamic_codes import online_code

    assert refused(lambda: world.redeem(online_code(7))) == "ecard.code_unknown"
    assert uses() == 0


def test_a_code_meant_for_one_place_is_worth_nothing_elsewhere(world: World) -> None:
    world.activate(world.li, LI)
    code = world.show(world.li, LI, only_at="HOSP-01")
    relayed = lambda: world.redeem(code, by=world.druggist, terminal="P1")  # noqa: E731
    assert refused(relayed) == "ecard.code_relayed"
    assert world.redeem(code).institution == "HOSP-01"
    assert refused(lambda: world.show(world.li, LI, only_at="BANK-01")) == "ecard.not_yours"


def test_a_revoked_credential_s_code_is_dead_at_once(world: World) -> None:
    world.activate(world.li, LI)
    code = world.show(world.li, LI)
    services.revoke_own(actor=world.li, reason=EndReason.LOST, now=NOW)
    assert refused(lambda: world.redeem(code)) == "ecard.code_expired"
    assert refused(lambda: world.show(world.li, LI)) == "ecard.not_active"
    assert uses() == 0


def test_a_phone_without_network_shows_codes_that_are_good_once(world: World) -> None:
    world.activate(world.li, LI)
    phone = services.prepare_phone(actor=world.li, now=NOW)
    step = step_at(int(NOW.timestamp()))
    early, here, next_one, late = (
        offline_code(phone.handle, step + off, key=phone.key) for off in (-2, 0, 1, 2)
    )
    assert refused(lambda: world.redeem(early)) == "ecard.code_expired"
    assert refused(lambda: world.redeem(late)) == "ecard.code_unknown"
    made = world.redeem(here)
    assert (made.is_offline, made.person, made.presenter) == (True, world.ref(LI), world.ref(LI))
    assert refused(lambda: world.redeem(here)) == "ecard.code_used"
    assert refused(lambda: world.redeem(here, terminal="T2")) == "ecard.code_relayed"
    assert world.redeem(next_one).pk
    assert uses() == 2
    forged = offline_code(phone.handle, step, key=b"x" * 32)
    assert refused(lambda: world.redeem(forged)) == "ecard.code_unknown"
    newer = services.prepare_phone(actor=world.li, now=NOW)
    assert newer.handle != phone.handle
    stale = offline_code(phone.handle, step - 1, key=phone.key)
    assert refused(lambda: world.redeem(stale)) == "ecard.code_unknown"


def test_a_hospital_s_scope_sees_no_credential_and_no_neighbour_s_uses(world: World) -> None:
    world.activate(world.li, LI)
    world.redeem(world.show(world.li, LI))
    seen = {}
    for name in ("kang", "han", "qin", "lin", "xu"):
        with scoped(getattr(world.people, name)):
            seen[name] = (
                Credential.objects.count(), ShownCode.objects.count(), Redemption.objects.count(),
            )  # fmt: skip
    assert seen == {"kang": (0, 0, 1), **dict.fromkeys(("han", "qin", "lin", "xu"), (0, 0, 0))}
    with scoped(world.druggist):
        assert Redemption.objects.count() == 0
    with scoped(world.li):
        assert (Credential.objects.count(), Redemption.objects.count()) == (1, 1)
    with scoped(world.wang):
        assert (Credential.objects.count(), Redemption.objects.count()) == (0, 0)


def test_a_terminal_that_ended_redeems_nothing(world: World) -> None:
    from xinnong.ecard.models import Terminal

    world.activate(world.wang, WANG)
    code = world.show(world.wang, WANG)
    with scoped(SYSTEM):
        terminal = Terminal.objects.get(code="T1")
    for _again in range(2):
        services.end_terminal(actor=world.people.han, terminal=terminal, now=NOW)
    assert refused(lambda: world.redeem(code)) == "ecard.terminal_unknown"
    taken = lambda: world.terminal("HOSP-01", "T1")  # noqa: E731
    assert refused(taken) == "ecard.terminal_taken"
