"""Hands messages that wait to the gateway: each number is opened for it alone, and for nobody's eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import translation

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.neighbour_warnings import SENT_FOR
from xinnong.core.outreach import parts_of
from xinnong.guard.marks import opened_number
from xinnong.guard.models import (
    CadreNumber,
    CadreWarning,
    CaseNumber,
    CaseState,
    Number,
    Verdict,
    VictimNotice,
)
from xinnong.guard.services.officers import note
from xinnong.guard.warning_wording import notice_said
from xinnong.outreach.sms import PART_LETTERS, appending
from xinnong.privacy.vault import unseal

if TYPE_CHECKING:
    from datetime import datetime

    from xinnong.outreach.sms import Gateway

PIECE: Final = 100


def send_to_configured(*, now: datetime) -> int:
    """Send through the gateway that the installation names; without one everything waits."""
    if not settings.XINNONG_MESSAGES:
        return 0
    with appending(settings.XINNONG_MESSAGES) as gateway:
        return send_messages(gateway, now=now)


def send_messages(gateway: Gateway, *, now: datetime) -> int:
    """Hand over what waits; answers how many messages.

    A piece is marked after the gateway took it: a process that dies in between sends it again under
    the same key, by which the gateway knows it. What is a day old or called off is not sent.
    """
    sent = 0
    for send in (_send_warnings, _send_notices):
        while found := send(gateway, now):
            sent += found
    return sent


def _send_warnings(gateway: Gateway, now: datetime) -> int:
    with scoped(SYSTEM):
        known = CadreNumber.objects.values("cadre")
        rows = CadreWarning.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            sent_at=None, cadre__in=known, warning__approved_at__gt=now - SENT_FOR,
            warning__case__state=CaseState.OPEN,
        )  # fmt: skip
        waiting = list(
            rows.exclude(warning__case__verdict=Verdict.NOT)
            .select_related("warning")
            .order_by("pk")[:PIECE]
        )
        numbers = {
            each.cadre: unseal(bytes(each.sealed), person=each.cadre, key_id=each.key_id)["phone"]
            for each in CadreNumber.objects.filter(cadre__in=[each.cadre for each in waiting])
        }
        for each in waiting:
            parts = parts_of(each.warning.text, PART_LETTERS)
            gateway.send(numbers[each.cadre], parts, key=str(each.ref))
        CadreWarning.objects.filter(pk__in=[each.pk for each in waiting]).update(sent_at=now)
        if waiting:
            note(SYSTEM_ACTOR, "send-warnings", None, now, messages=len(waiting))
    return len(waiting)


def _send_notices(gateway: Gateway, now: datetime) -> int:
    """To the numbers of victims that still hold; one released meanwhile is not told."""
    with scoped(SYSTEM):
        holds = CaseNumber.objects.filter(
            case=OuterRef("case"), mark=OuterRef("mark"), holds=True, case__state=CaseState.OPEN
        )
        rows = VictimNotice.objects.select_for_update(skip_locked=True).filter(
            Exists(holds), sent_at=None, made_at__gt=now - SENT_FOR
        )
        waiting = list(rows.order_by("pk")[:PIECE])
        sealed = Number.objects.filter(mark__in=[each.mark for each in waiting])
        numbers = {
            each.mark: opened_number(each.mark, bytes(each.sealed), each.key_id) for each in sealed
        }
        with translation.override("zh-hans"):
            parts = parts_of(notice_said(), PART_LETTERS)
        told = [each for each in waiting if each.mark in numbers]
        for each in told:
            gateway.send(numbers[each.mark], parts, key=str(each.ref))
        VictimNotice.objects.filter(pk__in=[each.pk for each in told]).update(sent_at=now)
        if told:
            note(SYSTEM_ACTOR, "send-notices", None, now, messages=len(told))
    return len(told)
