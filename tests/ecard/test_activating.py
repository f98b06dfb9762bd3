"""Activation, family accounts and loss: who may, who may not, and what both are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from tests.ecard.conftest import CHEN, CHILD, LI, WANG, World
from tests.people import NOW
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.errors import Refused
from xinnong.ecard import issuers, services, stand_in
from xinnong.ecard.models import BondState, Credential, EndReason, FamilyBond

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LIU = "刘大山"  # of another village, without an account


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def kept() -> int:
    with scoped(SYSTEM):
        return Credential.objects.count()


def own(world: World, **changed: str) -> Callable[[], Credential]:
    check = changed.pop("check", stand_in.IS_THE_PERSON)
    said = replace(world.said(LI), **changed)
    return lambda: services.activate_own(
        actor=world.li, said=said, check=check, now=NOW, key=uuid4()
    )


def in_person(world: World, name: str, *, by: User, **changed: str) -> Callable[[], Credential]:
    seen = changed.pop("seen", "yes") == "yes"
    activity = changed.pop("activity", "")
    said = replace(world.said(name), **changed)
    return lambda: services.activate_in_person(
        actor=by, said=said, has_seen_id=seen, now=NOW, key=uuid4(), activity=activity
    )


def test_the_own_phone_activates_with_the_own_name_id_number_and_face(world: World) -> None:
    rids, phones = world.sample.rids, world.sample.phones
    tries = {
        "ecard.person_unknown": [
            own(world, name=WANG), own(world, rid=rids[WANG]),
            own(world, name=WANG, rid=rids[WANG], number=phones[WANG]),
        ],
        "ecard.check_failed": [own(world, check=stand_in.IS_SOMEBODY_ELSE), own(world, check="")],
        "ecard.number_not_own": [own(world, number=phones[WANG]), own(world, number="")],
    }  # fmt: skip
    for code, acts in tries.items():
        assert [refused(act) for act in acts] == [code] * len(acts)
    assert kept() == 0
    key = uuid4()

    def make() -> Credential:
        return services.activate_own(
            actor=world.li, said=world.said(LI), check=stand_in.IS_THE_PERSON, now=NOW, key=key
        )

    assert make().pk == make().pk
    assert refused(own(world)) == "ecard.already_active"
    with scoped(SYSTEM):
        row = Credential.objects.get()
        kept_of_check = [field.name for field in Credential._meta.fields if "check" in field.name]
    assert (row.index_no[:4], row.is_checked, kept_of_check) == ("DEMO", True, ["is_checked"])


def test_counters_of_designated_institutions_activate_and_nobody_else(world: World) -> None:
    assert refused(in_person(world, LIU, by=world.people.kang, seen="no")) == "ecard.check_failed"
    wrong = in_person(world, LIU, by=world.people.kang, number=world.sample.phones[LI])
    assert refused(wrong) == "ecard.number_not_own"
    for by in (world.people.han, world.people.xu, world.li, world.people.lin):
        assert refused(in_person(world, LIU, by=by)) == "ecard.not_yours"
    assert kept() == 0
    made = in_person(world, LIU, by=world.druggist)()
    assert (made.through, made.place) == ("institution", "PHAR-01")


def test_a_village_activity_activates_only_when_outreach_says_so(world: World) -> None:
    activity = in_person(world, LIU, by=world.people.kang, activity="A-7")
    assert refused(activity) == "ecard.channel_closed"
    issuers.register_outreach(lambda ref, on: (ref, on) == ("A-7", date(2026, 11, 20)))
    try:
        assert activity().through == "outreach"
        other = in_person(world, WANG, by=world.people.kang, activity="A-8")
        assert refused(other) == "ecard.channel_closed"
    finally:
        issuers.register_outreach(None)


def test_without_an_issuer_nothing_is_activated_or_shown(world: World) -> None:
    world.activate(world.li, LI)
    stand_in.withdraw()
    try:
        acts = [
            own(world),
            in_person(world, LIU, by=world.people.kang),
            lambda: world.show(world.li, LI),
            lambda: services.prepare_phone(actor=world.li, now=NOW),
            lambda: world.redeem("9" * 28),
        ]
        assert [refused(act) for act in acts] == ["ecard.no_issuer"] * len(acts)
        assert services.revoke_own(actor=world.li, reason=EndReason.LOST, now=NOW).ended_at == NOW
    finally:
        stand_in.register()


def test_a_number_serves_one_person(world: World) -> None:
    """The register knows one number for two: whoever comes first has it."""
    world.activate(world.li, LI)
    taken = in_person(world, CHEN, by=world.people.kang, number=world.sample.phones[LI])
    assert refused(taken) == "ecard.number_taken"


def test_a_loss_is_reported_by_phone_and_the_next_activation_is_in_person(world: World) -> None:
    world.activate(world.li, LI)
    code = world.show(world.li, LI)
    rid = world.sample.rids[LI]

    def report(by: User, name: str = LI, id_text: str = rid[-6:]) -> Callable[[], Credential]:
        return lambda: services.revoke_for(
            actor=by, name=name, id_text=id_text, reason=EndReason.LOST, now=NOW
        )

    xu, han = world.people.xu, world.people.han
    assert refused(report(world.people.kang)) == "ecard.not_yours"
    assert refused(report(han, name=WANG)) == "ecard.person_unknown"
    far = world.sample.rids["曹大山"]
    assert refused(report(han, name="曹大山", id_text=far)) == "ecard.not_active"
    for id_text in (far, far[-6:]):
        act = report(xu, name="曹大山", id_text=id_text)
        assert refused(act) == "ecard.person_unknown"
    assert report(xu)().end_reason == "lost"
    assert refused(report(han, id_text=rid)) == "ecard.not_active"
    assert refused(lambda: world.redeem(code)) == "ecard.code_expired"
    assert refused(own(world)) == "ecard.in_person_after_loss"
    assert in_person(world, LI, by=world.people.kang)().person == world.ref(LI)


def test_a_guardian_shows_a_child_s_code_at_once(world: World) -> None:
    assert refused(lambda: world.ask(world.li, CHILD)) == "ecard.not_active"
    world.activate(world.li, LI)
    world.activate(world.wang, WANG)
    assert refused(lambda: world.ask(world.wang, CHILD)) == "ecard.family_not_fit"
    assert refused(in_person(world, CHILD, by=world.people.kang)) == "ecard.child_by_guardian"
    bond = world.ask(world.li, CHILD)
    assert (bond.kind, bond.state) == ("guardian", BondState.ACTIVE)
    made = world.redeem(world.show(world.li, CHILD))
    assert (made.person, made.presenter) == (world.ref(CHILD), world.ref(LI))
    assert refused(lambda: world.ask(world.li, CHILD)) == "ecard.family_exists"
    assert refused(lambda: world.show(world.wang, CHILD)) == "ecard.not_yours"
    code = world.show(world.li, CHILD)
    services.revoke_own(actor=world.li, reason=EndReason.LOST, now=NOW)
    assert refused(lambda: world.show(world.li, CHILD)) == "ecard.not_active"
    assert world.redeem(code).pk, "the child's own code outlives the loss by its minute"


def test_a_grown_up_agrees_first_and_either_side_ends_it(world: World) -> None:
    world.activate(world.li, LI)
    world.activate(world.wang, WANG)
    bond = world.ask(world.li, WANG)
    assert bond.state == BondState.ASKED
    assert refused(lambda: world.show(world.li, WANG)) == "ecard.not_yours"

    def answer(by: User, *, agrees: bool = True) -> Callable[[], FamilyBond]:
        return lambda: services.answer_family(actor=by, bond=bond, agrees=agrees, now=NOW)

    assert refused(answer(world.li)) == "ecard.not_yours"
    assert answer(world.wang)().state == BondState.ACTIVE
    assert refused(answer(world.wang, agrees=False)) == "ecard.family_answered"
    made = world.redeem(world.show(world.li, WANG))
    assert made.is_for_somebody_else
    with scoped(world.wang):
        assert FamilyBond.objects.count() == 1
    services.end_family(actor=world.wang, bond=bond, now=NOW + timedelta(minutes=1))
    assert refused(lambda: world.show(world.li, WANG)) == "ecard.not_yours"
    again = services.end_family(actor=world.li, bond=bond, now=NOW + timedelta(minutes=9))
    assert again.ended_at == NOW + timedelta(minutes=1)


def test_an_elder_without_an_account_agrees_at_a_counter(world: World) -> None:
    world.activate(world.li, LI)
    in_person(world, LIU, by=world.people.kang)()

    def agree(by: User, *, holder: str = LI, seen: bool = True) -> Callable[[], FamilyBond]:
        return lambda: services.agree_in_person(
            actor=by, name=LIU, rid=world.sample.rids[LIU], holder_name=holder, has_seen_id=seen,
            now=NOW,
        )  # fmt: skip

    assert refused(agree(world.people.kang)) == "ecard.family_answered"
    world.ask(world.li, LIU)
    assert refused(agree(world.li)) == "ecard.not_yours"
    assert refused(agree(world.people.kang, seen=False)) == "ecard.check_failed"
    assert refused(agree(world.people.kang, holder=WANG)) == "ecard.family_answered"
    assert agree(world.people.kang)().state == BondState.ACTIVE
    assert world.redeem(world.show(world.li, LIU)).is_for_somebody_else


def test_a_family_account_has_five_members(world: World) -> None:
    world.activate(world.li, LI)
    names = ["张大山", "刘大山", "陈大山", "杨大山", "黄大山", "赵大山"]
    for name in names[:5]:
        world.ask(world.li, name)
    assert refused(lambda: world.ask(world.li, names[5])) == "ecard.family_full"
    assert refused(lambda: world.ask(world.li, LI)) == "ecard.family_not_fit"
