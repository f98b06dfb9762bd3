"""Qin's pack opens at the neighbour alone; the neighbour's is verified, watched, and raises a case."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.guard.conftest import KEY, Send, gang_day, public_hex, registration
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.people import People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry as Audited
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.cli.guard_packs import run_pack
from xinnong.core.cose import ED25519, PublicKey, signature_holds
from xinnong.core.packs import (
    Entry,
    Pack,
    entries_bytes,
    pack_document,
    pack_file,
    read_entries,
    read_pack,
    to_be_signed,
)
from xinnong.guard import pack_sealing
from xinnong.guard.marks import mark_of
from xinnong.guard.models import (
    Alert,
    Case,
    NumberReveal,
    PackPartner,
    SentPack,
    TakenPack,
    WatchEntry,
)
from xinnong.guard.pack_sealing import opening_key, sealed_for
from xinnong.guard.refusals import (
    NotPolice,
    PackNotForUs,
    PackRefused,
    PackSenderUnknown,
    PackSignatureWrong,
    PackTwice,
    PartnerWrong,
    QuotaSpent,
    SealingKeyWrong,
    SecondOfficerNeeded,
)
from xinnong.guard.services import cases as case_services
from xinnong.guard.services import detecting
from xinnong.guard.services.delivering import police_key
from xinnong.guard.services.packs import make_pack, reveal_entry, stop_pack, take_pack
from xinnong.guard.services.partners import decide_partner, propose_partner
from xinnong.guard.services.watching import watch_packs

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
COUNTY, NEIGHBOUR = "339981", "339982"
SEALING = X25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
HANDSET = "imei-of-the-gang"


@pytest.fixture
def neighbour(people: People) -> None:
    register(people)


def register(people: People, county: str = NEIGHBOUR) -> None:
    now = timezone.now()
    with scoped(people.qin):
        made = propose_partner(
            actor=people.qin, county=county, name="邻县公安局", public_key=public_hex(KEY),
            sealing_key=SEALING.public_key().public_bytes_raw().hex(), now=now,
        )  # fmt: skip
        with pytest.raises(SecondOfficerNeeded):
            decide_partner(actor=people.qin, partner=made, approve=True, now=now)
    with scoped(people.gu):
        decide_partner(actor=people.gu, partner=made, approve=True, now=now)


@pytest.fixture
def case(send: Send, rules: None) -> Case:
    send(gang_day(timezone.now() - timedelta(minutes=30), victims=6))
    detecting.detect(now=timezone.now() + timedelta(minutes=3))
    with scoped(SYSTEM):
        return Case.objects.get()


def theirs(
    entries: list[Entry] | None = None, *, signer: Ed25519PrivateKey = KEY, to: str = COUNTY,
    sender: str = NEIGHBOUR, now: datetime | None = None, **document: Any,
) -> bytes:  # fmt: skip
    """A pack as the neighbouring county's installation makes it."""
    made_at = now or timezone.now()
    pack = Pack(
        uuid4(), sender, to, uuid4(), made_at, made_at + timedelta(days=30), ("village-burst",),
        "三个人开面包车，说是医保局的", b"",
    )  # fmt: skip
    receiver = opening_key().public_key().public_bytes_raw().hex()
    told = entries if entries is not None else [Entry("device", HANDSET)]
    sealed = sealed_for(receiver, entries_bytes(told), pack.bound)
    said = pack_document(pack) | {"sealed": sealed.hex()} | document
    return pack_file(said, signer.sign(to_be_signed(said)))


def take(people: People, data: bytes, now: datetime | None = None) -> TakenPack:
    with scoped(people.qin):
        return take_pack(actor=people.qin, data=data, now=now or timezone.now())


def test_an_officer_makes_a_pack_that_opens_at_the_neighbour_alone(
    people: People, case: Case, neighbour: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    qin: Client = past_second_factor(people.qin)
    address = f"/guard/cases/{case.ref}/pack/"
    mark = str(mark_of("device", "imei-1"))
    assert mark in qin.get(address).content.decode()
    form = {
        "key": str(uuid4()), "partner": NEIGHBOUR, "devices": [mark], "vehicle": "粤A12345",
        "said": "两人一车，冒充医保局", "days": "30", "reason": "流窜到邻县",
    }  # fmt: skip
    assert qin.post(address, form | {"reason": " "}).status_code == 422
    for _again in range(2):
        assert qin.post(address, form).status_code == 302
    with scoped(SYSTEM):
        made = SentPack.objects.get()
        assert NumberReveal.objects.get().reason == "协查：流窜到邻县"
        entry = Audited.objects.get(action="guard.make-pack")
        assert (entry.actor, entry.checksum) == (people.qin.ref, made.sha256)
    data = qin.get(f"/guard/packs/{made.ref}/file/").content
    pack, document, signature, problems = read_pack(data)
    assert problems == []
    assert pack is not None
    own = PublicKey(b"", ED25519, police_key().public_key().public_bytes_raw())
    assert signature_holds(own, to_be_signed(document), signature)
    for secret in (b"imei-1", "粤A12345".encode(), b"1390000"):
        assert secret not in data
    with pytest.raises(pack_sealing.NotSealedForUs):
        pack_sealing.opened(pack.sealed, pack.bound)
    monkeypatch.setattr(pack_sealing, "opening_key", lambda: SEALING)
    entries, problems = read_entries(pack_sealing.opened(pack.sealed, pack.bound))
    assert (entries, problems) == ([Entry("device", "imei-1"), Entry("vehicle", "粤A12345")], [])
    with pytest.raises(pack_sealing.NotSealedForUs):
        pack_sealing.opened(pack.sealed, pack.bound + b" ")
    out = tmp_path / "pack.json"
    assert run_pack(Namespace(way="export", case=case.ref, out=out)) == 0
    assert out.read_bytes() == data


def test_opening_for_a_pack_counts_and_needs_an_officer(
    people: People, case: Case, neighbour: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, Any] = {
        "case": case, "partner": NEIGHBOUR, "devices": [], "numbers": [], "vehicle": "",
        "said": "x", "days": 30, "reason": "x", "now": timezone.now(),
    }  # fmt: skip
    for actor in (people.chen, people.xu):
        with scoped(actor), pytest.raises(NotPolice):
            make_pack(actor=actor, key=uuid4(), **told)
    mark = str(mark_of("device", "imei-1"))
    with scoped(people.qin):
        for wrong, code in (
            ({}, "pack.empty"), ({"vehicle": "12345"}, "pack.value"),
            ({"days": 91, "vehicle": "粤A12345"}, "pack.days"),
        ):  # fmt: skip
            with pytest.raises(PackRefused) as refused:
                make_pack(actor=people.qin, key=uuid4(), **told | wrong)
            assert [each.code for each in refused.value.problems] == [code]
        monkeypatch.setattr(case_services, "REVEALS_A_DAY", 0)
        with pytest.raises(QuotaSpent):
            make_pack(actor=people.qin, key=uuid4(), **told | {"devices": [mark]})
        assert not SentPack.objects.exists()
        assert not NumberReveal.objects.exists()
        with pytest.raises(PartnerWrong):
            propose_partner(
                actor=people.qin, county=COUNTY, name="本县", public_key=public_hex(KEY),
                sealing_key=public_hex(KEY), now=timezone.now(),
            )  # fmt: skip


def test_what_a_neighbour_names_is_watched_and_raises_a_case(
    people: People, send: Send, rules: None, neighbour: None
) -> None:
    now = timezone.now()
    send([registration(1, now - timedelta(hours=2), device=HANDSET, phone="13900000077")])
    qin = past_second_factor(people.qin)
    file = SimpleUploadedFile(
        "pack.json", theirs([Entry("device", HANDSET), Entry("phone", "13911110000")])
    )
    assert qin.post("/guard/packs/", {"step": "take", "file": file}).status_code == 302
    assert watch_packs(now=now) == 1
    assert watch_packs(now=now) == 0
    send([registration(2, now - timedelta(minutes=1), device=HANDSET, phone="13900000078"),
          registration(3, now - timedelta(minutes=1), device="imei-9", phone="13900000079")])  # fmt: skip
    assert watch_packs(now=now) == 0
    with scoped(SYSTEM):
        alert, found = Alert.objects.get(), Case.objects.get()
        pack = TakenPack.objects.get()
        assert (alert.pack_id, alert.case_id, alert.evidence) == (pack.pk, found.pk, 2)
        assert sorted(found.numbers.values_list("mark", flat=True)) == sorted(
            str(mark_of("phone", number)) for number in ("13900000077", "13900000078")
        )
        assert HANDSET.encode() not in bytes(WatchEntry.objects.get(kind="device").sealed)
    page = qin.get(f"/guard/cases/{found.ref}/").content.decode()
    assert f"/guard/packs/{pack.ref}/" in page
    address = f"/guard/packs/{pack.ref}/"
    shown = qin.get(address).content.decode()
    assert (HANDSET in shown, f"/guard/cases/{found.ref}/" in shown) == (False, True)
    with scoped(SYSTEM):
        entry = WatchEntry.objects.get(kind="device")
    form = {"step": "reveal", "entry": str(entry.ref), "reason": ""}
    assert qin.post(address, form).status_code == 422
    opened = qin.post(address, form | {"reason": "现场核对手机"})
    assert (opened.status_code, HANDSET in opened.content.decode()) == (200, True)
    with scoped(SYSTEM):
        assert Audited.objects.filter(action="guard.reveal-watched").count() == 1
    with scoped(people.chen), pytest.raises(NotPolice):
        reveal_entry(actor=people.chen, entry=entry, reason="x", now=now)
    with scoped(people.qin):
        stop_pack(actor=people.qin, pack=pack, now=now)
    send([registration(4, now, device=HANDSET, phone="13900000080")])
    assert watch_packs(now=now) == 0


def test_a_hostile_file_is_refused_by_name_and_nothing_is_watched(
    people: People, neighbour: None, tmp_path: Path
) -> None:
    good = json.loads(theirs())
    twice = theirs().replace(b'{"pack":', b'{"pack":{},"pack":', 1)
    deep = b"[" * 60_000
    for data, codes in (
        (b" " * 70_000, ["pack.too_large"]),
        (b"", ["document.not_json"]),
        (b"\xff\xfe", ["document.not_json"]),
        (deep, ["document.not_json"]),
        (b"[]", ["document.not_object"]),
        (twice, ["document.not_canonical"]),
        (json.dumps(good).encode(), ["document.not_canonical"]),
        (theirs(extra="x"), ["field.extra"]),
        (theirs(schema=2), ["field.type"]),
        (theirs(sealed="zz"), ["field.type"]),
        (theirs(until="tomorrow"), ["field.type"]),
        (theirs(said="三个人\0开面包车"), ["field.type"]),
        (theirs(rules=["village\0burst"]), ["field.type"]),
        (theirs(now=timezone.now() + timedelta(hours=1)), ["pack.ahead"]),
        (theirs(now=timezone.now() - timedelta(days=31)), ["pack.over"]),
        (theirs(until=(timezone.now() + timedelta(days=400)).isoformat()), ["pack.days"]),
        (theirs([]), ["pack.empty"]),
        (theirs([Entry("device", "a"), Entry("device", "a")]), ["pack.twice"]),
        (theirs([Entry("phone", "110")]), ["pack.value"]),
        (theirs([Entry("device", f"m:{'0' * 32}")]), ["pack.value"]),
        (theirs([Entry("device", f"d{n}") for n in range(31)]), ["pack.too_many"]),
    ):
        with pytest.raises(PackRefused) as refused:
            take(people, data)
        assert [each.code for each in refused.value.problems] == codes, data[:80]
        assert "d1" not in str(refused.value.problems)
    stranger = Ed25519PrivateKey.generate()
    changed = theirs().replace("医保局".encode(), "银行".encode())
    for data, refusal in (
        (theirs(signer=stranger), PackSignatureWrong), (changed, PackSignatureWrong),
        (theirs(sender="339983"), PackSenderUnknown), (theirs(to="339984"), PackNotForUs),
        (theirs(pack=str(uuid4())), PackNotForUs),
    ):  # fmt: skip
        with pytest.raises(refusal):
            take(people, data)
    with scoped(people.chen), pytest.raises(NotPolice):
        take_pack(actor=people.chen, data=theirs(), now=timezone.now())
    file = SimpleUploadedFile("pack.json", theirs(extra="x"))
    answer = past_second_factor(people.qin).post("/guard/packs/", {"step": "take", "file": file})
    assert (answer.status_code, "有不认识的 pack.extra" in answer.content.decode()) == (422, True)
    with scoped(SYSTEM):
        assert not TakenPack.objects.exists()


def test_a_key_nothing_can_be_sealed_for_is_refused_before_anybody_seals(
    people: People, case: Case, neighbour: None
) -> None:
    now, good = timezone.now(), public_hex(KEY)
    asked: dict[str, Any] = {
        "county": "339983",
        "name": "另一县公安局",
        "public_key": good,
        "now": now,
    }
    for key in ("0" * 64, "01" + "0" * 62, "ab", "", "z" * 64):
        with scoped(people.qin), pytest.raises(SealingKeyWrong):
            propose_partner(actor=people.qin, sealing_key=key, **asked)
    with scoped(SYSTEM):
        PackPartner.objects.update(sealing_key="0" * 64)
    qin = past_second_factor(people.qin)
    form = {
        "key": str(uuid4()), "partner": NEIGHBOUR, "devices": [str(mark_of("device", "imei-1"))],
        "said": "两人一车", "days": "30", "reason": "流窜",
    }  # fmt: skip
    answer = qin.post(f"/guard/cases/{case.ref}/pack/", form)
    assert (answer.status_code, "封装公钥不对" in answer.content.decode()) == (422, True)
    with scoped(SYSTEM):
        assert not NumberReveal.objects.exists()


def test_a_form_that_lacks_something_says_what_and_no_pack_is_blamed(
    people: People, neighbour: None
) -> None:
    qin = past_second_factor(people.qin)
    pack = take(people, theirs())
    with scoped(SYSTEM):
        entry = WatchEntry.objects.get()
    register = {
        "step": "propose", "county": "339983", "name": "另一县公安局",
        "public_key": public_hex(KEY), "sealing_key": SEALING.public_key().public_bytes_raw().hex(),
    }  # fmt: skip
    one, reveal = f"/guard/packs/{pack.ref}/", {"step": "reveal", "entry": str(entry.ref)}
    for address, form, says in (
        ("/guard/packs/", {"step": "take"}, "协查包文件"),
        ("/guard/packs/", register | {"county": "33998"}, "请填邻县的六位行政区划代码。"),
        ("/guard/packs/", register | {"name": ""}, "单位名称"),
        (one, reveal | {"reason": " "}, "为什么要看"),
        (one, reveal | {"entry": str(uuid4()), "reason": "并案"}, "标识（标记）"),
    ):
        answer = qin.post(address, form)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "还有地方需要改一下" in page
        assert says in page
        assert "协查包没有办成" not in page
    done = qin.post(one, {"step": "stop"}, follow=True).content.decode()
    assert "不再监看了。" in done


def test_a_pack_is_taken_once_and_by_command(
    people: People, neighbour: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pack.json"
    path.write_bytes(theirs())
    assert run_pack(Namespace(way="import", file=path)) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["from"], told["alerts"]) == (NEIGHBOUR, 0)
    with pytest.raises(PackTwice):
        take(people, path.read_bytes())
    path.write_bytes(b"{}")
    assert run_pack(Namespace(way="import", file=path)) == 1
    assert "signature" in capsys.readouterr().err
    assert run_pack(Namespace(way="import", file=tmp_path / "none")) == 2
    with scoped(SYSTEM):
        assert TakenPack.objects.get().taken_by == SYSTEM_ACTOR
