"""The bureau registers terminals of hospitals and pharmacies, and ends them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from xinnong.accounts.models import Actor, Institution
from xinnong.accounts.permissions import Permission
from xinnong.core.dynamic_codes import USES
from xinnong.ecard.models import Terminal
from xinnong.ecard.services.refusals import ChannelClosed, KeyReused, TerminalTaken
from xinnong.ecard.services.windows import at_bureau, note, require


def register_terminal(
    *, actor: Actor, institution: Institution, code: str, place: str, now: datetime, key: UUID
) -> Terminal:
    """Let a terminal of a hospital or pharmacy redeem codes.

    Refuses `ecard.not_yours`, `ecard.channel_closed` (no such institution), `ecard.terminal_taken`
    and `ecard.key_reused`.
    """
    require(actor, Permission.KEEP_TERMINALS)
    if institution.kind not in USES:
        raise ChannelClosed
    with at_bureau(actor, institution.code) as office:
        before = Terminal.objects.filter(ref=key).first()
        if before is not None:
            if (before.institution, before.code) != (institution.code, code):
                raise KeyReused
            return before
        made = Terminal(
            ref=key,
            institution=institution.code,
            code=code,
            place=place,
            registered_at=now,
            registered_by=actor.ref,
        )
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as fault:
            raise TerminalTaken from fault
        note(actor, office, action="ecard.register-terminal", subject=made.ref, at=now)
        return made


def end_terminal(*, actor: Actor, terminal: Terminal, now: datetime) -> Terminal:
    """Let a terminal redeem nothing more; ending it again changes nothing."""
    require(actor, Permission.KEEP_TERMINALS)
    with at_bureau(actor, terminal.institution) as office:
        found = Terminal.objects.select_for_update().get(pk=terminal.pk)
        if found.ended_at is None:
            found.ended_at = now
            found.save(update_fields=["ended_at"])
            note(actor, office, action="ecard.end-terminal", subject=found.ref, at=now)
        return found
