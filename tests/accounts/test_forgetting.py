"""Traces of signing in end when their time is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessLog
from django.contrib.sessions.models import Session

from tests.people import NOW
from xinnong.accounts.services.traces import KEPT, forget_sign_ins

pytestmark = pytest.mark.django_db


def test_it_forgets_what_is_past_its_time_and_nothing_else() -> None:
    Session.objects.all().delete()  # of visitors to the served site
    AccessLog.objects.all().delete()
    for key, ends_at in (("ended", NOW - timedelta(hours=1)), ("open", NOW + timedelta(hours=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=ends_at)
    for name, age in (("old", KEPT + timedelta(days=1)), ("recent", KEPT - timedelta(days=1))):
        log = AccessLog.objects.create(username=name, ip_address="127.0.0.1")
        AccessLog.objects.filter(pk=log.pk).update(attempt_time=NOW - age)
    assert forget_sign_ins(now=NOW) == 2
    assert [session.session_key for session in Session.objects.all()] == ["open"]
    assert [log.username for log in AccessLog.objects.all()] == ["recent"]
    assert forget_sign_ins(now=NOW) == 0
