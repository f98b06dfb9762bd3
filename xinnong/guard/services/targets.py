"""Registers the platforms that orders go to: one officer proposes address and key, another decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from xinnong.accounts.models import ApiClient
from xinnong.accounts.permissions import Permission
from xinnong.audit.refs import new_ref
from xinnong.guard.models import FeedState, OrderTarget
from xinnong.guard.refusals import FeedClientUnknown, FeedTaken
from xinnong.guard.services.feeds import refuse_no_key
from xinnong.guard.services.officers import POLICE, note, refuse_all_but_police
from xinnong.guard.services.registering import decide_proposed
from xinnong.guard.webhooks import checked_address

if TYPE_CHECKING:
    from datetime import datetime

    from xinnong.accounts.models import User


def propose_target(
    *, actor: User, code: str, name: str, url: str, public_key: str, client: str, now: datetime
) -> OrderTarget:
    """Ask for a platform, or for a new address or key of one in use.

    Raises NotPolice, FeedKeyWrong, TargetWrong, FeedClientUnknown, FeedTaken.
    """
    refuse_all_but_police(actor, Permission.MANAGE_FEEDS)
    key = public_key.strip().lower()
    refuse_no_key(key)
    checked_address(url)
    program = ApiClient.objects.filter(code=client, institution__operator__kind=POLICE).first()
    if program is None:
        raise FeedClientUnknown(client=client)
    with transaction.atomic():
        if OrderTarget.objects.filter(code=code, state=FeedState.PROPOSED).exists():
            raise FeedTaken(code=code)
        made = OrderTarget.objects.create(
            ref=new_ref(), code=code, name=name, url=url, public_key=key, client=program.ref,
            proposed_by=actor.ref, proposed_at=now,
        )  # fmt: skip
        note(actor, "propose-target", made.ref, now)
    return made


def decide_target(*, actor: User, target: OrderTarget, approve: bool, now: datetime) -> OrderTarget:
    """Approve a platform, which replaces the registration in use, or refuse it.

    Raises NotPolice, FeedMoved, SecondOfficerNeeded.
    """
    return decide_proposed(
        actor=actor, row=target, same={"code": target.code}, what="target", approve=approve, now=now
    )
