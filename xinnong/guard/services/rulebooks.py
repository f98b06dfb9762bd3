"""Drafts, signs and publishes rulebooks by two people, and changes which version is in use by two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction

from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.refs import new_ref
from xinnong.core.detection.rulebook import (
    SCHEMA,
    canonical_rulebook,
    load_rulebook,
)
from xinnong.core.documents import sha256_hex
from xinnong.guard.models import (
    PublishedRulebook,
    RulebookDraft,
    RulebookDraftState,
    RulebookMode,
    RulebookUse,
    UseState,
)
from xinnong.guard.queries.rulebooks import back_test_of, live_rulebook, shipped_source
from xinnong.guard.refusals import (
    RulebookChanged,
    RulebookMoved,
    RulebookTaken,
    RulebookUntested,
    SecondOfficerNeeded,
)
from xinnong.guard.services.officers import note, refuse_all_but_police

if TYPE_CHECKING:
    from datetime import datetime

    from xinnong.accounts.models import User

RELEASE_SIGNERS: Final = (UUID(int=1), UUID(int=2))
"""Whoever released this version stands for both signers of what comes with it."""

OPEN: Final = (RulebookDraftState.WRITING, RulebookDraftState.SIGNED)


def ship_rulebook(*, signers: tuple[UUID, UUID], now: datetime) -> PublishedRulebook:
    """Publish the rulebook of this release, once, and use it where none is in use."""
    document = canonical_rulebook(shipped_source())
    with transaction.atomic():
        found = PublishedRulebook.objects.filter(sha256=sha256_hex(document)).first()
        published = found or _publish(document, shipped_source(), signers, now)
        if live_rulebook() is None:
            _use(published, RulebookMode.LIVE, signers, now)
    return published


def ship_first_rulebook(*, now: datetime) -> None:
    """Publish and use the rulebook of this release where none was ever published."""
    with scoped(SYSTEM):
        if not PublishedRulebook.objects.exists():
            ship_rulebook(signers=RELEASE_SIGNERS, now=now)


def save_rulebook_draft(
    *, actor: User, source: str, mode: str, now: datetime, draft: RulebookDraft | None = None
) -> RulebookDraft:
    """Keep what somebody wrote, checked; a change takes a signature off.

    Raises NotPolice, InvalidRulebook with every problem, RulebookMoved, RulebookTaken.
    """
    refuse_all_but_police(actor, Permission.PUBLISH_RULEBOOK)
    document = canonical_rulebook(source)
    book = load_rulebook(source.encode())
    with transaction.atomic():
        mine = (
            RulebookDraft(ref=new_ref(), created_at=now) if draft is None else _locked(draft, *OPEN)
        )
        _refuse_taken(book.id, book.version, but=mine.pk)
        mine.code, mine.version, mine.source = book.id, book.version, source
        mine.sha256, mine.mode = sha256_hex(document), RulebookMode(mode)
        mine.state, mine.first_signer = RulebookDraftState.WRITING, None
        mine.author, mine.changed_at = actor.ref, now
        mine.save()
        note(actor, "draft-rulebook", mine.ref, now, checksum=mine.sha256)
    return mine


def sign_rulebook_draft(*, actor: User, draft: RulebookDraft, now: datetime) -> RulebookDraft:
    """Sign as the first person what was tried on stored events.

    Raises NotPolice, RulebookMoved, RulebookUntested.
    """
    refuse_all_but_police(actor, Permission.PUBLISH_RULEBOOK)
    with transaction.atomic():
        mine = _locked(draft, RulebookDraftState.WRITING)
        if back_test_of(mine.sha256) is None:
            raise RulebookUntested
        mine.state, mine.first_signer, mine.changed_at = RulebookDraftState.SIGNED, actor.ref, now
        mine.save()
        note(actor, "sign-rulebook", mine.ref, now, checksum=mine.sha256)
    return mine


def publish_rulebook_draft(
    *, actor: User, draft: RulebookDraft, now: datetime
) -> PublishedRulebook:
    """Sign as the second person, publish, and put the version to use in the draft's mode.

    Raises NotPolice, RulebookMoved, SecondOfficerNeeded, RulebookChanged, RulebookTaken.
    """
    refuse_all_but_police(actor, Permission.PUBLISH_RULEBOOK)
    with transaction.atomic():
        mine = _locked(draft, RulebookDraftState.SIGNED)
        first = mine.first_signer
        if first is None or first == actor.ref:
            raise SecondOfficerNeeded
        document = canonical_rulebook(mine.source)
        if sha256_hex(document) != mine.sha256:
            raise RulebookChanged
        _refuse_taken(mine.code, mine.version, but=mine.pk)
        published = _publish(document, mine.source, (first, actor.ref), now)
        _use(published, RulebookMode(mine.mode), (first, actor.ref), now)
        mine.state, mine.changed_at = RulebookDraftState.PUBLISHED, now
        mine.save()
        note(actor, "publish-rulebook", mine.ref, now, checksum=mine.sha256)
    return published


def drop_rulebook_draft(*, actor: User, draft: RulebookDraft, now: datetime) -> RulebookDraft:
    """Give a draft up; it stays readable. Raises NotPolice, RulebookMoved."""
    refuse_all_but_police(actor, Permission.PUBLISH_RULEBOOK)
    with transaction.atomic():
        mine = _locked(draft, *OPEN)
        mine.state, mine.changed_at = RulebookDraftState.DROPPED, now
        mine.save()
        note(actor, "drop-rulebook", mine.ref, now)
    return mine


def propose_use(
    *, actor: User, rulebook: PublishedRulebook, mode: str, now: datetime
) -> RulebookUse:
    """Ask that a version go live or run in shadow. Raises NotPolice, RulebookMoved."""
    refuse_all_but_police(actor, Permission.PUBLISH_RULEBOOK)
    with transaction.atomic():
        PublishedRulebook.objects.select_for_update().get(pk=rulebook.pk)
        open_uses = rulebook.uses.exclude(state=UseState.ENDED)
        if (
            open_uses.filter(state=UseState.PROPOSED).exists()
            or open_uses.filter(mode=mode).exists()
        ):
            raise RulebookMoved(state=RulebookMode(mode).label)
        open_uses.update(state=UseState.ENDED, until_at=now)
        made = RulebookUse.objects.create(
            ref=new_ref(), rulebook=rulebook, mode=RulebookMode(mode), state=UseState.PROPOSED,
            proposed_by=actor.ref,
        )  # fmt: skip
        note(actor, "propose-rulebook-use", made.ref, now, checksum=rulebook.sha256)
    return made


def confirm_use(*, actor: User, use: RulebookUse, now: datetime) -> RulebookUse:
    """Confirm as the second person; a version that goes live ends the one before.

    Raises NotPolice, RulebookMoved, SecondOfficerNeeded.
    """
    refuse_all_but_police(actor, Permission.PUBLISH_RULEBOOK)
    with transaction.atomic():
        mine = RulebookUse.objects.select_for_update().get(pk=use.pk)
        if mine.state != UseState.PROPOSED:
            raise RulebookMoved(state=mine.get_state_display())
        if mine.proposed_by == actor.ref:
            raise SecondOfficerNeeded
        if mine.mode == RulebookMode.LIVE:
            _end_live(now)
        mine.state, mine.confirmed_by, mine.from_at = UseState.IN_FORCE, actor.ref, now
        mine.save()
        note(actor, "confirm-rulebook-use", mine.ref, now)
    return mine


def _publish(
    document: bytes, source: str, signers: tuple[UUID, UUID], now: datetime
) -> PublishedRulebook:
    book = load_rulebook(source.encode())
    return PublishedRulebook.objects.create(
        code=book.id, version=book.version, document=document, sha256=sha256_hex(document),
        schema_version=SCHEMA, first_signer=signers[0], second_signer=signers[1], published_at=now,
    )  # fmt: skip


def _use(
    published: PublishedRulebook, mode: RulebookMode, signers: tuple[UUID, UUID], now: datetime
) -> None:
    if mode == RulebookMode.LIVE:
        _end_live(now)
    RulebookUse.objects.create(
        ref=new_ref(), rulebook=published, mode=mode, state=UseState.IN_FORCE,
        proposed_by=signers[0], confirmed_by=signers[1], from_at=now,
    )  # fmt: skip


def _end_live(now: datetime) -> None:
    live = RulebookUse.objects.filter(mode=RulebookMode.LIVE, state=UseState.IN_FORCE)
    live.update(state=UseState.ENDED, until_at=now)


def _refuse_taken(code: str, version: str, *, but: int | None) -> None:
    waiting = RulebookDraft.objects.filter(code=code, version=version, state__in=OPEN)
    if but is not None:
        waiting = waiting.exclude(pk=but)
    if waiting.exists() or PublishedRulebook.objects.filter(code=code, version=version).exists():
        raise RulebookTaken(version=version)


def _locked(draft: RulebookDraft, *states: RulebookDraftState) -> RulebookDraft:
    mine = RulebookDraft.objects.select_for_update().get(pk=draft.pk)
    if mine.state not in states:
        raise RulebookMoved(state=mine.get_state_display())
    return mine
