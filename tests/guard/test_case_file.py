"""What officers write into a case is sealed under the case's own key, opened on record, and erased with it."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.factories import signed_in
from tests.guard.conftest import Send, gang_day
from tests.people import People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.guard.models import Case
from xinnong.guard.refusals import NotPolice
from xinnong.guard.services import detecting
from xinnong.guard.services.casefile import file_note
from xinnong.privacy.models import CaseKey, SealedPayload
from xinnong.privacy.services.sealed import destroy_case_key

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SAID = "证人说：白色面包车，两男一女，<b>自称医保</b>"


@pytest.fixture
def case(send: Send, rules: None) -> Case:
    send(gang_day(timezone.now() - timedelta(minutes=30), victims=6))
    detecting.detect(now=timezone.now() + timedelta(minutes=3))
    with scoped(SYSTEM):
        return Case.objects.get()


def test_an_officer_seals_a_note_opens_it_and_loses_it_with_the_key(
    people: People, case: Case
) -> None:
    qin, address, key = signed_in(people.qin), f"/guard/cases/{case.ref}/", str(uuid4())
    form = {"step": "note", "text": SAID, "key": key}
    for _twice in range(2):
        assert qin.post(address, form).status_code == 302
    with scoped(SYSTEM):
        (held,) = SealedPayload.objects.all()
        entry = Entry.objects.get(action="privacy.seal-payload")
    assert SAID.encode() not in bytes(held.sealed)
    assert (entry.checksum, entry.actor) == (held.digest, people.qin.ref)
    page = qin.get(address).content.decode()
    assert held.digest[:12] in page
    assert "面包车" not in page
    opened = qin.post(address, {"step": "open", "note": key}).content.decode()
    assert "面包车" in opened
    assert "<b>自称" not in opened
    assert "面包车" not in qin.get(address).content.decode()
    with scoped(SYSTEM):
        assert Entry.objects.filter(action="privacy.open-payload", subject=held.ref).count() == 1
        destroy_case_key(case=case.ref, actor=SYSTEM_ACTOR, now=timezone.now())
    assert "已随案件密钥销毁" in qin.get(address).content.decode()
    assert qin.post(address, {"step": "open", "note": key}).status_code == 422
    refused = qin.post(address, form | {"key": str(uuid4())})
    assert refused.status_code == 422
    assert re.search("销毁|密钥", refused.content.decode())


@pytest.mark.parametrize(
    "wrong", [{"text": "  "}, {"text": "x\0y"}, {"key": "1"}, {"text": "长" * 4001}]
)
def test_what_cannot_be_filed_files_nothing(
    people: People, case: Case, wrong: dict[str, str]
) -> None:
    qin = signed_in(people.qin)
    form = {"step": "note", "text": SAID, "key": str(uuid4())} | wrong
    assert qin.post(f"/guard/cases/{case.ref}/", form).status_code == 422
    with scoped(SYSTEM):
        assert not SealedPayload.objects.exists()


def test_nobody_but_the_police_files(people: People, case: Case) -> None:
    assert (
        signed_in(people.han).post(f"/guard/cases/{case.ref}/", {"step": "note"}).status_code == 403
    )
    with scoped(people.han), pytest.raises(NotPolice):
        file_note(actor=people.han, case=case, text=SAID, key=uuid4(), now=timezone.now())


@pytest.mark.parametrize("name", ["shen", "han", "lin", "xu", "ou"])
def test_no_other_operator_sees_a_row_of_it(people: People, case: Case, name: str) -> None:
    with scoped(people.qin):
        file_note(actor=people.qin, case=case, text=SAID, key=uuid4(), now=timezone.now())
        assert SealedPayload.objects.count() == 1
    with scoped(getattr(people, name)):
        assert not SealedPayload.objects.exists()
        assert not CaseKey.objects.exists()
