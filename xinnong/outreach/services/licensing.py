"""Licensing channels, and filing what stands below them: subcontractors, teams, agents."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from xinnong.accounts.models import Actor, Institution, User
from xinnong.audit.refs import new_ref
from xinnong.core.errors import Refused
from xinnong.outreach.models import Agent, Channel, Subcontractor, Team
from xinnong.outreach.secrets import number_hash
from xinnong.outreach.services.actors import bureau_of, channel_of, note
from xinnong.outreach.services.refusals import (
    ContractOver,
    LicensedAlready,
    NameTaken,
    NotYours,
    NumberTaken,
    SecondLeader,
)
from xinnong.privacy.vault import KEY_ID, seal


def license_channel(
    *,
    actor: User,
    institution: Institution,
    kind: str,
    purposes: list[str],
    licence_number: str,
    licence_sha256: str,
    licensed_from: date,
    licensed_until: date,
    call_back: str,
    now: datetime,
) -> Channel:
    """Let an institution send teams, from a day until a day.

    Raises NotYours where it does not stand below the actor's bureau, LicensedAlready.
    """
    bureau = bureau_of(actor)
    if institution.kind != Institution.Kind.CHANNEL or institution.parent_id != bureau.pk:
        raise NotYours
    with transaction.atomic():
        channel: Channel = _created(
            Channel, LicensedAlready, institution=institution.code, name=institution.name,
            name_en=institution.name_en, kind=kind, purposes=sorted(set(purposes)),
            licence_number=licence_number, licence_sha256=licence_sha256,
            licensed_from=licensed_from, licensed_until=licensed_until, call_back=call_back,
            licensed_by=actor.ref, licensed_at=now,
        )  # fmt: skip
        note(actor, "license-channel", channel.ref, now, checksum=licence_sha256)
    return channel


def renew_licence(
    *,
    actor: User,
    channel: Channel,
    licence_number: str,
    licence_sha256: str,
    licensed_until: date,
    now: datetime,
) -> None:
    """Let a channel's licence reach further, or less far. Raises NotYours."""
    bureau_of(actor)
    with transaction.atomic():
        channel.licence_number, channel.licence_sha256 = licence_number, licence_sha256
        channel.licensed_until = licensed_until
        channel.save(update_fields=["licence_number", "licence_sha256", "licensed_until"])
        note(actor, "renew-licence", channel.ref, now, checksum=licence_sha256)


def own_channel(actor: Actor) -> Channel:
    """The channel somebody files for. Raises NotYours where it is not licensed."""
    found = Channel.objects.filter(institution=channel_of(actor).code).first()
    if found is None:
        raise NotYours
    return found


def file_subcontractor(
    *,
    actor: User,
    name: str,
    contract_number: str,
    contract_sha256: str,
    valid_until: date,
    now: datetime,
) -> Subcontractor:
    """File a firm that works in the channel's name. Raises NotYours, NameTaken, ContractOver."""
    channel = own_channel(actor)
    if valid_until < timezone.localdate(now):
        raise ContractOver
    with transaction.atomic():
        firm: Subcontractor = _created(
            Subcontractor, NameTaken, institution=channel.institution, channel=channel, name=name,
            contract_number=contract_number, contract_sha256=contract_sha256,
            valid_until=valid_until, filed_by=actor.ref, filed_at=now,
        )  # fmt: skip
        note(actor, "file-subcontractor", firm.ref, now, checksum=contract_sha256)
    return firm


def file_team(
    *, actor: User, name: str, subcontractor: Subcontractor | None, now: datetime
) -> Team:
    """File a team of the channel or of one of its subcontractors. Raises NotYours, NameTaken."""
    channel = own_channel(actor)
    if subcontractor is not None and subcontractor.channel_id != channel.pk:
        raise NotYours
    with transaction.atomic():
        team: Team = _created(
            Team, NameTaken, institution=channel.institution, channel=channel, name=name,
            subcontractor=subcontractor, filed_by=actor.ref, filed_at=now,
        )  # fmt: skip
        note(actor, "file-team", team.ref, now)
    return team


def file_agent(
    *,
    actor: User,
    team: Team,
    name: str,
    number: str,
    is_leader: bool,
    photo: bytes | None,
    now: datetime,
) -> Agent:
    """File a person of a team; the telephone number is sealed.

    Raises NotYours, NumberTaken (the number is filed for somebody), SecondLeader.
    """
    channel = own_channel(actor)
    if team.channel_id != channel.pk:
        raise NotYours
    ref = new_ref()
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=team.pk)
        if is_leader and Agent.objects.filter(team=team, is_leader=True).exists():
            raise SecondLeader
        agent: Agent = _created(
            Agent, NumberTaken, ref=ref, institution=channel.institution, team=team, name=name,
            is_leader=is_leader, number_sealed=seal({"phone": number}, person=ref),
            number_hash=number_hash(number), vault_key=KEY_ID, last4=number[-4:], photo=photo,
            photo_sha256=hashlib.sha256(photo).hexdigest() if photo else "", filed_by=actor.ref,
            filed_at=now,
        )  # fmt: skip
        note(actor, "file-agent", agent.ref, now)
    return agent


def _created(model: Any, taken: type[Refused], *, ref: UUID | None = None, **said: Any) -> Any:
    """A new row; where it breaks a rule of uniqueness, the refusal that says so."""
    try:
        with transaction.atomic():
            return model.objects.create(ref=ref or new_ref(), **said)
    except IntegrityError as fault:
        if "unique" not in str(fault).lower():
            raise
        raise taken from None
