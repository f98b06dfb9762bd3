"""Redeem a code: once, at a registered terminal, for a declared kind of business."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from xinnong.accounts.models import Actor, Institution
from xinnong.accounts.permissions import Permission
from xinnong.audit.refs import new_ref
from xinnong.core.dynamic_codes import USES
from xinnong.core.errors import Refused
from xinnong.ecard.issuers import CodeExpired, Decoded, Issuer, issuer
from xinnong.ecard.models import Credential, CredentialState, Redemption, ShownCode
from xinnong.ecard.queries.places import working_terminal
from xinnong.ecard.services.refusals import (
    BusinessUnknown,
    CodeRelayed,
    CodeUsed,
    NotActive,
    NotYours,
    NumberMalformed,
    NumberReused,
    TerminalUnknown,
)
from xinnong.ecard.services.refused_tries import leave_trace
from xinnong.ecard.services.windows import at_bureau, note, require

OUT_BIZ_NO: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Presented:
    """A code as a terminal hands it in, with the institution's own number for this use."""

    code: str
    terminal: str
    business_type: str
    out_biz_no: str


def redeem(*, actor: Actor, presented: Presented, now: datetime) -> Redemption:
    """Accept a code once; of two at the same moment exactly one wins.

    The institution is the actor's own. The same number with the same code, terminal and business
    answers the same again and uses nothing up. Refuses `ecard.terminal_unknown`,
    `.business_unknown`, `.out_biz_no_malformed`, `.out_biz_no_reused`, what the issuer says of the
    code (`.code_mistyped`, `.code_not_ours`, `.code_unknown`, `.code_expired`), `.code_used`,
    `.code_relayed` and `.not_active`. What is refused once the form is right leaves a trace, in the
    log and in the history of the person whose code it is.
    """
    require(actor, Permission.REDEEM_ECARD)
    place, platform = _place_of(actor), issuer()
    _check_form(place, presented)
    try:
        return _redeemed(actor, place, platform, presented, now)
    except Refused as refused:
        leave_trace(
            actor=actor, place=place, platform=platform, code=presented.code,
            terminal=presented.terminal, reason=refused.code, now=now,
        )  # fmt: skip
        raise


def _redeemed(
    actor: Actor, place: Institution, platform: Issuer, presented: Presented, now: datetime
) -> Redemption:
    with at_bureau(actor, place.code) as office:
        if working_terminal(place.code, presented.terminal) is None:
            raise TerminalUnknown
        _take_turns(f"{place.code} {presented.out_biz_no}")
        before = _earlier(place, presented)
        if before is not None:
            return before
        decoded = platform.decode(presented.code, now=now)
        made = _use(actor, place, office, presented, decoded, now)
        note(actor, office, action="ecard.redeem", subject=made.ref, at=now)
        return made


def _place_of(actor: Actor) -> Institution:
    """The hospital or pharmacy that redeems; nobody else does."""
    if actor.institution is None or actor.institution.kind not in USES:
        raise NotYours
    return actor.institution


def _check_form(place: Institution, presented: Presented) -> None:
    if presented.business_type not in USES[place.kind]:
        raise BusinessUnknown
    if not OUT_BIZ_NO.fullmatch(presented.out_biz_no):
        raise NumberMalformed


def _earlier(place: Institution, presented: Presented) -> Redemption | None:
    """What this number stands for already; a number with anything else behind it is refused."""
    found = Redemption.objects.filter(
        institution=place.code, out_biz_no=presented.out_biz_no
    ).first()
    if found is not None and found.digest != _digest_of(presented):
        raise NumberReused
    return found


def _digest_of(presented: Presented) -> str:
    """What makes two requests the same; the code itself is good for nothing any more."""
    digits = "".join(sign for sign in presented.code if sign.isdecimal())
    parts = (issuer().digest(digits), presented.terminal, presented.business_type)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def _use(
    actor: Actor,
    place: Institution,
    office: Institution,
    presented: Presented,
    decoded: Decoded,
    now: datetime,
) -> Redemption:
    """Use the code up. The credential's row is locked: a revocation comes wholly before or after."""
    holder = Credential.objects.select_for_update().get(index_no=decoded.index_no)
    code = _code_row(holder, office, decoded)
    where = f"{place.code} {presented.terminal}"
    if code.used_at is not None:
        raise CodeUsed if code.used_terminal == where else CodeRelayed
    if code.void_at is not None or now >= code.expires_at:
        raise CodeExpired
    if holder.state != CredentialState.ACTIVE:
        raise NotActive
    if code.only_at not in {"", place.code}:
        raise CodeRelayed
    code.used_at, code.used_terminal = now, where
    code.save()
    return Redemption.objects.create(
        ref=new_ref(),
        institution=place.code,
        terminal=presented.terminal,
        out_biz_no=presented.out_biz_no,
        business_type=presented.business_type,
        code=code,
        digest=_digest_of(presented),
        person=holder.person,
        presenter=code.presenter,
        name_masked=masked_name(holder.name),
        insured_area=holder.insured_area,
        is_offline=code.is_offline,
        at=now,
        operator=actor.ref,
    )


def _code_row(holder: Credential, office: Institution, decoded: Decoded) -> ShownCode:
    """The row of a code that was shown; an offline one gets its row when it first comes back."""
    found = ShownCode.objects.filter(digest=decoded.digest).first()
    if found is not None:
        return found
    return ShownCode(
        institution=office.code,
        credential=holder,
        presenter=holder.person,
        digest=decoded.digest,
        is_offline=True,
        shown_at=decoded.shown_at,
        expires_at=decoded.expires_at,
    )


def masked_name(name: str) -> str:
    """The family name and the last character, which is what a counter compares with the card."""
    if len(name) <= 1:
        return "*"
    return name[0] + "*" if len(name) == 2 else name[0] + "*" * (len(name) - 2) + name[-1]  # noqa: PLR2004  # a name of two characters


def _take_turns(about: str) -> None:
    """Let requests with one number follow each other until they commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 424))", [about])
