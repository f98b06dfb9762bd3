"""A case with a warning out, and an order about the farmer's own number: what pages of guard look like full."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from tests.people import LOTUS_VILLAGE, People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.guard.models import Case, CaseNumber, JointOrder, OrderAccount, OrderTarget
from xinnong.guard.queries.own_accounts import own_mark
from xinnong.guard.services.warning import warn_neighbours


def a_warning_and_an_order(people: People, case: Case) -> None:
    """Of that case, about the number of whoever the farmer's account belongs to."""
    now, mark = timezone.now(), own_mark(people.wu.person_ref)
    assert mark is not None
    with scoped(SYSTEM):
        CaseNumber.objects.create(case=case, mark=mark, village=LOTUS_VILLAGE)
        target = OrderTarget.objects.create(
            ref=uuid4(), code="P9", name="某支付平台", url="https://example.org/", client=uuid4(),
            public_key="0" * 64, state="active", proposed_by=people.qin.ref, proposed_at=now,
            decided_by=people.gu.ref, decided_at=now,
        )  # fmt: skip
        order = JointOrder.objects.create(
            ref=uuid4(), key=uuid4(), case=case, kind="suspend", state="issued", sha256="0" * 64,
            document=b'{"accounts": []}', accounts=1, handler=people.qin.ref, signed_at=now,
            approver=people.gu.ref, issued_at=now, expires_at=now + timedelta(days=7),
        )  # fmt: skip
        OrderAccount.objects.create(ref=uuid4(), order=order, target=target, mark=mark)
    with scoped(people.qin):
        warn_neighbours(actor=people.qin, case=case, key=uuid4(), now=now)
