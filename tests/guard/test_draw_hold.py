"""Lending asks guard before money goes: it hears wait or not, why in public words, and where to appeal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tests.factories import Sample, sample_county
from tests.people import LOTUS_VILLAGE, REED_VILLAGE, People
from xinnong.accounts.crossings import NAMED_READS
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.refs import new_ref
from xinnong.core.errors import Problem
from xinnong.guard.marks import mark_of_known_phone
from xinnong.guard.models import Case, CaseNumber
from xinnong.guard.queries.holds import case_of_appeal
from xinnong.guard.services.cases import label_case
from xinnong.lending.guard_holds import hold_of_guard
from xinnong.lending.reasons import problems_said
from xinnong.registry.models import Identity

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def county(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[People, Sample]]:
    with sample_county(django_db_blocker) as made:
        yield made


def test_it_says_wait_and_nothing_else_until_the_case_is_none(
    county: tuple[People, Sample],
) -> None:
    people, now = county[0], timezone.now()
    with scoped(SYSTEM):
        identities = Identity.objects.filter(phone_hash__isnull=False).select_related("person")
        victim, other = identities.order_by("pk")[:2]
        case = Case.objects.create(
            ref=new_ref(), severity="alert", villages=[LOTUS_VILLAGE], device_marks=[],
            opened_at=now, alerted_at=now,
        )  # fmt: skip
        mark = mark_of_known_phone(victim.phone_hash or 0)
        CaseNumber.objects.create(case=case, mark=mark, village=LOTUS_VILLAGE)
    with scoped(people.lin), connection.cursor() as cursor:
        hold = hold_of_guard(victim.person.ref, LOTUS_VILLAGE)
        assert hold is not None
        assert hold.reason == "guard.number_in_case"
        assert hold_of_guard(other.person.ref, LOTUS_VILLAGE) is None
        cursor.execute("SELECT count(*) FROM guard_case")  # the lender's scope is back
        assert cursor.fetchone() == (0,)
    params = {"reason": hold.reason, "appeal": hold.appeal}
    said = problems_said([Problem("hold.guard", "guard", params)])[0]
    assert "公安正在核查" in str(said.says)
    assert hold.appeal in str(said.advice)
    with scoped(people.qin):
        assert case_of_appeal(hold.appeal) == case
        assert case_of_appeal("G000") is None
        Case.objects.update(severity="urgent")
    village = hold_of_guard(other.person.ref, LOTUS_VILLAGE)
    assert village is not None
    assert village.reason == "guard.village_in_case"
    assert hold_of_guard(other.person.ref, REED_VILLAGE) is None
    with scoped(SYSTEM):
        Case.objects.update(opened_at=now - timedelta(days=4))
    assert hold_of_guard(other.person.ref, LOTUS_VILLAGE) is None
    people.qin.second_factor_passed = True
    with scoped(people.qin):
        label_case(actor=people.qin, case=case, verdict="not", reason="误报", close=True, now=now)
    assert hold_of_guard(victim.person.ref, LOTUS_VILLAGE) is None


def test_every_named_read_is_there() -> None:
    for read in NAMED_READS:
        module, _dot, name = read.function.rpartition(".")
        assert callable(getattr(import_module(module), name))
