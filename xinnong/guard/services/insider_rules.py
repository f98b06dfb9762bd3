"""Rules about our own users: tried on stored events, proposed by one overseer, confirmed by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import record
from xinnong.core.detection.events import OWN_KINDS, Calendar
from xinnong.core.detection.rulebook import InvalidRulebook, canonical_rulebook
from xinnong.core.documents import sha256_hex
from xinnong.core.errors import Problem
from xinnong.guard.models import InsiderRulebook, InsiderRuleState, RulebookMode
from xinnong.guard.queries.insiders import newest_own_events, parsed, shipped_insider_source
from xinnong.guard.refusals import RulebookMoved, RulebookTaken
from xinnong.guard.services.back_testing import MOST_EVENTS, compared, found_by_rule
from xinnong.guard.services.rulebooks import RELEASE_SIGNERS
from xinnong.privacy.services.canaries import SecondOverseerNeeded, refuse_all_but_keepers

if TYPE_CHECKING:
    from datetime import datetime

    from xinnong.accounts.models import User

CODE = "insider"


def ship_insider_rules(*, now: datetime) -> None:
    """Put the rules of this release in force where there never were any."""
    with scoped(SYSTEM):
        if InsiderRulebook.objects.exists():
            return
        made = _version(shipped_insider_source(), RulebookMode.LIVE, now)
        made.state, made.proposed_by = InsiderRuleState.IN_FORCE, RELEASE_SIGNERS[0]
        made.decided_by, made.decided_at = RELEASE_SIGNERS[1], now
        made.save()


def propose_insider_rules(*, actor: User, source: str, mode: str, now: datetime) -> InsiderRulebook:
    """Ask that a version come into force; it is tried on the stored events beside the live one.

    Raises NotTheCountysOverseer, InvalidRulebook with every problem, RulebookTaken.
    """
    refuse_all_but_keepers(actor)
    with transaction.atomic():
        made = _version(source, RulebookMode(mode), now)
        taken = InsiderRulebook.objects.filter(version=made.version).exists()
        if taken or InsiderRulebook.objects.filter(sha256=made.sha256).exists():
            raise RulebookTaken(version=made.version)
        made.state, made.proposed_by = InsiderRuleState.PROPOSED, actor.ref
        made.tried, made.tried_events = _tried(source)
        made.save()
        record(
            actor=actor, action="guard.propose-insider-rules", at=now, subject=made.ref,
            checksum=made.sha256,
        )  # fmt: skip
    return made


def decide_insider_rules(
    *, actor: User, rules: InsiderRulebook, approve: bool, now: datetime
) -> InsiderRulebook:
    """Confirm or turn down as the second person; a version that goes live ends the one before.

    Raises NotTheCountysOverseer, RulebookMoved, SecondOverseerNeeded.
    """
    refuse_all_but_keepers(actor)
    with transaction.atomic():
        mine = InsiderRulebook.objects.select_for_update().get(pk=rules.pk)
        if mine.state != InsiderRuleState.PROPOSED:
            raise RulebookMoved(state=mine.get_state_display())
        if mine.proposed_by == actor.ref:
            raise SecondOverseerNeeded
        if approve and mine.mode == RulebookMode.LIVE:
            live = InsiderRulebook.objects.filter(
                mode=RulebookMode.LIVE, state=InsiderRuleState.IN_FORCE
            )
            live.update(state=InsiderRuleState.ENDED)
        mine.state = InsiderRuleState.IN_FORCE if approve else InsiderRuleState.REFUSED
        mine.decided_by, mine.decided_at = actor.ref, now
        mine.save()
        deed = "confirm-insider-rules" if approve else "refuse-insider-rules"
        record(actor=actor, action=f"guard.{deed}", at=now, subject=mine.ref, checksum=mine.sha256)
    return mine


def _version(source: str, mode: RulebookMode, now: datetime) -> InsiderRulebook:
    document = canonical_rulebook(source)
    book = parsed(source)
    foreign = sorted({kind for rule in book.rules for kind in rule.kinds} - set(OWN_KINDS))
    if book.id != CODE or foreign:
        known = CODE if book.id != CODE else ", ".join(OWN_KINDS)
        raise InvalidRulebook(
            problems=(Problem("choice", "id" if book.id != CODE else "on", {"known": known}),)
        )
    return InsiderRulebook(
        ref=new_ref(), version=book.version, source=source, sha256=sha256_hex(document), mode=mode,
        tried=[], tried_events=0, proposed_at=now,
    )  # fmt: skip


def _tried(source: str) -> tuple[list[dict[str, object]], int]:
    """What the version would have found beside the live one; the events are nobody's to see but the watch's."""
    with scoped(SYSTEM):
        stored = newest_own_events(MOST_EVENTS)
        live = InsiderRulebook.objects.filter(
            mode=RulebookMode.LIVE, state=InsiderRuleState.IN_FORCE
        ).first()
    mine = found_by_rule(parsed(source), stored, Calendar())
    theirs = found_by_rule(parsed(live.source), stored, Calendar()) if live else {}
    real = sum(event.kind in OWN_KINDS for _number, event in stored)
    return compared(mine, theirs), real
