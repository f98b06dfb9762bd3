"""What the pages of guard, field teams and the health code stand on: a visit, a case, an order, a code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from tests.factories import Sample
from tests.guard.conftest import FEED, KEY, gang_day, public_hex
from tests.outreach import world as outreach
from tests.people import People, client_of
from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import issue_token
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.cose import ED25519
from xinnong.ecard import services as ecard
from xinnong.ecard import stand_in
from xinnong.ecard.services import Identification
from xinnong.guard.models import Case, Feed, JointOrder, PublishedRulebook
from xinnong.guard.services import detecting
from xinnong.guard.services.feeds import decide_feed, propose_feed
from xinnong.guard.services.intake import to_be_signed
from xinnong.guard.services.orders import sign_order
from xinnong.guard.services.rulebooks import ship_rulebook
from xinnong.guard.services.targets import decide_target, propose_target
from xinnong.outreach.models import Activity, Badge, Document
from xinnong.outreach.services.badges import issue_badges, make_key
from xinnong.outreach.services.documents import file_document

PROGRAM = "test-psb-339981"


@dataclass(frozen=True)
class AtWork:
    """Field teams and guard as their pages show them."""

    teams: outreach.World
    filed: Activity
    approved: Activity
    badge: Badge
    letter: Document
    feed: Feed
    case: Case
    order: JointOrder
    rulebook: PublishedRulebook


def at_work(people: People, sample: Sample, farmer: str) -> AtWork:
    """Everything through the commands of those whose work it is."""
    now = timezone.now()
    client_of("PSB-339981")
    for officer in (people.qin, people.gu):
        officer.second_factor_passed = True
    teams, filed, approved = _visits(people, now)
    with scoped(people.han):
        make_key(actor=people.han, algorithm=ED25519, now=now)
    with scoped(people.jiang):
        issue_badges(actor=people.jiang, activity=approved, now=now)
    with scoped(SYSTEM):
        badge = Badge.objects.select_related("activity").earliest("pk")
    with scoped(people.han):
        letter = file_document(
            actor=people.han, issuer="HIB-339981", number="穗医保函〔2026〕12号",
            title="关于开展参保政策宣传的通知", issued_on=timezone.localdate(),
            valid_until=timezone.localdate() + timedelta(days=90), villages=[],
            file_sha256=outreach.SUM, now=now,
        )  # fmt: skip
    feed = _feed(people, now)
    with scoped(SYSTEM):
        rulebook = ship_rulebook(signers=(people.qin.ref, people.gu.ref), now=now)
    case = _case(now)
    _health_code(people, sample, farmer, now)
    return AtWork(
        teams, filed, approved, badge, letter, feed, case, _order(people, case, now), rulebook
    )


def _visits(people: People, now: datetime) -> tuple[outreach.World, Activity, Activity]:
    """One visit of tomorrow that waits, one of the day after that both approved."""
    teams, today = outreach.found(people), timezone.localdate()
    tomorrow, after = (today + timedelta(days=days) for days in (1, 2))
    return teams, teams.filed(on=tomorrow, now=now), teams.approved(on=after, now=now)


def _feed(people: People, now: datetime) -> Feed:
    with scoped(people.qin):
        proposed = propose_feed(
            actor=people.qin, code=FEED, name="某支付平台", kind="platform",
            event_kinds=["registration", "code", "login"], client=PROGRAM,
            public_key=public_hex(KEY), clock_minutes=5, now=now,
        )  # fmt: skip
    with scoped(people.gu):
        return decide_feed(actor=people.gu, feed=proposed, approve=True, now=now)


def _case(now: datetime) -> Case:
    """An evening's events, handed in as a platform does, and what is made of them."""
    with scoped(SYSTEM):
        token = issue_token(
            actor=SYSTEM_ACTOR, client=client_of("PSB-339981"), scopes=[Permission.SEND_EVENTS],
            lifetime=timedelta(days=1), now=now,
        )  # fmt: skip
    body = json.dumps({"events": gang_day(now - timedelta(minutes=30))}).encode()
    key = uuid4()
    headers = {
        "Authorization": f"Bearer {token}", "Idempotency-Key": str(key),
        "Signature": KEY.sign(to_be_signed(FEED, key, body)).hex(),
    }  # fmt: skip
    address = f"/api/v1/event-feeds/{FEED}/events"
    answer = Client().post(address, body, content_type="application/json", headers=headers)
    assert answer.status_code < 300, answer.content
    detecting.detect(now=now + timedelta(minutes=3))
    with scoped(SYSTEM):
        return Case.objects.get()


def _order(people: People, case: Case, now: datetime) -> JointOrder:
    """Signed by its handler, so that the other key's page has something to approve."""
    with scoped(people.qin):
        target = propose_target(
            actor=people.qin, code="P1", name="某支付平台", url="https://orders.example.cn/in",
            public_key=public_hex(KEY), client=PROGRAM, now=now,
        )  # fmt: skip
    with scoped(people.gu):
        decide_target(actor=people.gu, target=target, approve=True, now=now)
    with scoped(people.qin):
        return sign_order(
            actor=people.qin, case=case, kind="suspend", targets=["P1"], days=7, key=uuid4(),
            reason="同一部手机一天内替多人开户，本人都说不知道", now=now,
        )  # fmt: skip


def _health_code(people: People, sample: Sample, farmer: str, now: datetime) -> None:
    """A terminal at the hospital and a code on the farmer's phone, from the stand-in."""
    stand_in.register()
    ecard.register_terminal(
        actor=people.han, institution=Institution.objects.get(code="HOSP-01"), code="T1",
        place="收费 1 号窗口", now=now, key=uuid4(),
    )  # fmt: skip
    said = Identification(farmer, sample.rids[farmer], sample.phones.get(farmer, ""))
    ecard.activate_own(
        actor=people.wu, said=said, check=stand_in.IS_THE_PERSON, now=now, key=uuid4()
    )
