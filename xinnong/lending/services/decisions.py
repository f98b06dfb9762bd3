"""The only writer of people's decisions and of limits of authority."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from xinnong.accounts.models import Institution
from xinnong.audit.refs import new_ref
from xinnong.audit.services import record
from xinnong.core.errors import Problem
from xinnong.core.origination import (
    OFFICER_REASONS,
    WITHDRAWN,
    Decided,
    Decider,
    authority_problems,
    needs_second,
    obstacles,
)
from xinnong.lending.models import (
    Application,
    ApplicationState,
    AuthorityLimit,
    DecidingRole,
    DecisionKind,
    Outcome,
    ProposalState,
)
from xinnong.lending.queries.applications import authority_of, decidable, first_approval
from xinnong.lending.queries.lpr import lpr_percent_on
from xinnong.lending.queries.products import product_of
from xinnong.lending.queries.securities import security_problems
from xinnong.lending.services.applications import locked, move, write_decision
from xinnong.lending.services.commands import (
    claim,
    household_of,
    note,
    refuse_all_but_staff,
    refuse_own_household,
    take_turns,
)
from xinnong.lending.services.loan_refusals import ProposalEnded
from xinnong.lending.services.refusals import (
    AuthorityOver,
    LimitUnsound,
    MoreThanAsked,
    Moved,
    NotApprovable,
    NothingToConfirm,
    NotTheProposer,
    OwnHousehold,
    ReasonMissing,
    SamePerson,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal
    from uuid import UUID

    from xinnong.accounts.models import User
    from xinnong.core.errors import Refused
    from xinnong.lending.models import Decision

REFUSAL_OF: dict[str, type[Refused]] = {
    "authority.own_household": OwnHousehold,
    "authority.same_person": SamePerson,
    "authority.over": AuthorityOver,
}


def decide_by_officer(
    *,
    actor: User,
    application: Application,
    outcome: str,
    now: datetime,
    key: UUID,
    amount_minor: int | None = None,
    months: int | None = None,
    rate_percent: Decimal | None = None,
    reasons: Sequence[str] = (),
) -> Application:
    """Decide an application that a person has to look at.

    An approval within the officer's own authority approves; a larger one waits for a second person.
    `amount_minor` and `months` default to the wish and never exceed it. `rate_percent` is named
    where the product does not lend inside a line. A refusal gives reasons of OFFICER_REASONS.
    Raises NotYours, OwnHousehold, Moved, MoreThanAsked, NotApprovable, AuthorityOver,
    ReasonMissing, CommandKeyReused.
    """
    refuse_all_but_staff(actor, application.institution)
    refuse_own_household(actor, application.household_id)
    with transaction.atomic():
        body = {
            "outcome": outcome, "amount_minor": amount_minor, "months": months,
            "rate_percent": rate_percent, "reasons": list(reasons),
        }  # fmt: skip
        mine = locked(application)
        if not _is_first(actor, mine, "decide-by-officer", key, body, now):
            return mine
        if mine.state not in {ApplicationState.IN_REVIEW, ApplicationState.SUBMITTED}:
            raise Moved(state=mine.get_state_display())
        if outcome == Outcome.APPROVE:
            _approve(actor, mine, amount_minor, months, rate_percent, now)
        else:
            _say_no(actor, mine, DecisionKind.OFFICER, outcome, reasons, now)
    return mine


def _approve(
    actor: User,
    mine: Application,
    amount_minor: int | None,
    months: int | None,
    rate_percent: Decimal | None,
    now: datetime,
) -> None:
    amount = mine.amount_minor if amount_minor is None else amount_minor
    term = mine.months if months is None else months
    if not (0 < amount <= mine.amount_minor and 0 < term <= mine.months):
        raise MoreThanAsked
    take_turns(mine.institution, mine.household_id)
    rate = _rate_without_obstacles(mine, amount, term, rate_percent, now)
    decider = decider_of(actor, mine.institution, today=timezone.localdate(now))
    _refuse_beyond_authority(decider, amount, mine)
    approved = Decided("approve", (), rate)
    write_decision(
        actor, mine, DecisionKind.OFFICER, approved, now, amount_minor=amount, months=term
    )
    if needs_second(decider, amount_minor=amount):
        if mine.state == ApplicationState.SUBMITTED:
            move(mine, ApplicationState.IN_REVIEW)
        return
    move(mine, ApplicationState.APPROVED)


def _rate_without_obstacles(
    mine: Application, amount: int, term: int, rate_percent: Decimal | None, now: datetime
) -> Decimal:
    """The rate at which it may be approved. Raises NotApprovable with everything against it."""
    product = product_of(mine.offer.product)
    wish = decidable(mine, product, amount_minor=amount, months=term, rate_percent=rate_percent)
    today = timezone.localdate(now)
    found = (
        *obstacles(wish, product, lpr_percent=lpr_percent_on(today)),
        *security_problems(mine, amount_minor=amount, on=today),
    )
    if found:
        raise NotApprovable(problems=found)
    return wish.request.rate_percent


def _refuse_beyond_authority(
    decider: Decider, amount: int, mine: Application, first: UUID | None = None
) -> None:
    found = authority_problems(
        decider, amount_minor=amount, household=mine.household_id, first=first
    )
    if found:
        raise REFUSAL_OF[found[0].code](**found[0].params)


def _say_no(
    actor: User,
    mine: Application,
    kind: str,
    outcome: str,
    reasons: Sequence[str],
    now: datetime,
) -> None:
    """Refuse, or hand on to somebody else, with reasons from the list and from nowhere else."""
    known = [reason for reason in OFFICER_REASONS if reason in set(reasons)]
    if len(known) != len(set(reasons)) or (outcome == Outcome.REFUSE and not known):
        raise ReasonMissing
    found = tuple(Problem(code, "decider") for code in known)
    if outcome == Outcome.REFUSE:
        write_decision(actor, mine, kind, Decided("refuse", found, None), now)
        move(mine, ApplicationState.REFUSED)
    else:
        write_decision(actor, mine, kind, Decided("refer", found, None), now)


def confirm_by_second(
    *,
    actor: User,
    application: Application,
    agrees: bool,
    now: datetime,
    key: UUID,
    reasons: Sequence[str] = (),
) -> Application:
    """Decide as the second person on what an officer approved: the same amount, or no.

    Raises NotYours, OwnHousehold, SamePerson, AuthorityOver, NothingToConfirm, NotApprovable,
    ReasonMissing, CommandKeyReused.
    """
    refuse_all_but_staff(actor, application.institution)
    with transaction.atomic():
        mine = locked(application)
        body = {"agrees": agrees, "reasons": list(reasons)}
        if not _is_first(actor, mine, "confirm-by-second", key, body, now):
            return mine
        first = first_approval(mine)
        if first is None:
            raise NothingToConfirm
        decider = decider_of(actor, mine.institution, today=timezone.localdate(now))
        _refuse_beyond_authority(decider, first.amount_minor, mine, first.decided_by)
        if agrees:
            _agree(actor, mine, first, now)
        else:
            _say_no(actor, mine, DecisionKind.SECOND, Outcome.REFUSE, reasons, now)
    return mine


def _agree(actor: User, mine: Application, first: Decision, now: datetime) -> None:
    """What was in the way of the first is looked at again: a day may have passed."""
    take_turns(mine.institution, mine.household_id)
    rate = _rate_without_obstacles(mine, first.amount_minor, first.months, first.rate_percent, now)
    write_decision(
        actor, mine, DecisionKind.SECOND, Decided("approve", (), rate), now,
        amount_minor=first.amount_minor, months=first.months,
    )  # fmt: skip
    move(mine, ApplicationState.APPROVED)


def withdraw_approval(
    *, actor: User, application: Application, now: datetime, key: UUID
) -> Application:
    """Take the own approval back while it waits for a second person; anybody may decide anew.

    Raises NotYours, OwnHousehold, NothingToConfirm, NotTheProposer, CommandKeyReused.
    """
    refuse_all_but_staff(actor, application.institution)
    refuse_own_household(actor, application.household_id)
    with transaction.atomic():
        mine = locked(application)
        if not _is_first(actor, mine, "withdraw-approval", key, {}, now):
            return mine
        first = first_approval(mine)
        if first is None:
            raise NothingToConfirm
        if first.decided_by != actor.ref:
            raise NotTheProposer
        taken_back = Decided("refer", (Problem(WITHDRAWN, "decider"),), None)
        write_decision(actor, mine, DecisionKind.OFFICER, taken_back, now)
        note(actor, "withdraw-approval", mine, now, amount_minor=first.amount_minor)
    return mine


def decider_of(actor: User, institution: str, *, today: date) -> Decider:
    """What an officer or manager may approve at a lender on a day."""
    role = DecidingRole.MANAGER if "manager" in actor.roles else DecidingRole.OFFICER
    return Decider(
        ref=actor.ref,
        household=household_of(actor),
        authority=authority_of(institution, role, on=today),
    )


def _is_first(
    actor: User, row: Application, route: str, key: UUID, body: Mapping[str, object], now: datetime
) -> bool:
    return claim(
        actor=actor, institution=row.institution, route=route, key=key,
        body={"application": str(row.ref), **body}, now=now, subject=row.ref,
    ).is_new  # fmt: skip


def propose_limit(
    *,
    actor: User,
    institution: str,
    role: str,
    alone_minor: int,
    second_minor: int,
    from_on: date,
    now: datetime,
    key: UUID,
) -> AuthorityLimit:
    """Propose what a role may approve from a day on; it counts once another manager confirms it.

    Raises NotYours, LimitUnsound, CommandKeyReused.
    """
    refuse_all_but_staff(actor, institution)
    sound = 0 <= alone_minor <= second_minor and from_on >= timezone.localdate(now)
    if not sound or role not in DecidingRole.values:
        raise LimitUnsound
    with transaction.atomic():
        body = {
            "role": role, "alone_minor": alone_minor, "second_minor": second_minor,
            "from_on": from_on,
        }  # fmt: skip
        claimed = claim(
            actor=actor, institution=institution, route="propose-limit", key=key, body=body, now=now
        )
        if not claimed.is_new:
            return AuthorityLimit.objects.get(ref=claimed.subject)
        limit = AuthorityLimit.objects.create(
            ref=claimed.subject, institution=institution, role=role, alone_minor=alone_minor,
            second_minor=second_minor, from_on=from_on, proposed_by=actor.ref, proposed_at=now,
        )  # fmt: skip
        _note_limit(actor, "propose-limit", limit, now)
    return limit


def confirm_limit(*, actor: User, limit: AuthorityLimit, now: datetime) -> AuthorityLimit:
    """Confirm a limit as the second person; a confirmed one stays.

    Raises NotYours, SamePerson, ProposalEnded.
    """
    refuse_all_but_staff(actor, limit.institution)
    with transaction.atomic():
        mine = AuthorityLimit.objects.select_for_update().get(pk=limit.pk)
        if mine.confirmed_by is not None:
            return mine
        if mine.withdrawn_at is not None:
            raise ProposalEnded(state=ProposalState.WITHDRAWN.label)
        if mine.proposed_by == actor.ref:
            raise SamePerson
        mine.confirmed_by, mine.confirmed_at = actor.ref, now
        mine.save(update_fields=["confirmed_by", "confirmed_at"])
        _note_limit(actor, "confirm-limit", mine, now)
    return mine


def withdraw_limit(*, actor: User, limit: AuthorityLimit, now: datetime) -> AuthorityLimit:
    """Take the own proposal of a limit back; doing it again changes nothing.

    Raises NotYours, NotTheProposer, ProposalEnded.
    """
    refuse_all_but_staff(actor, limit.institution)
    with transaction.atomic():
        mine = AuthorityLimit.objects.select_for_update().get(pk=limit.pk)
        if mine.proposed_by != actor.ref:
            raise NotTheProposer
        if mine.confirmed_by is not None:
            raise ProposalEnded(state=ProposalState.CONFIRMED.label)
        if mine.withdrawn_at is None:
            mine.withdrawn_at = now
            mine.save(update_fields=["withdrawn_at"])
            _note_limit(actor, "withdraw-limit", mine, now)
    return mine


def _note_limit(actor: User, action: str, limit: AuthorityLimit, now: datetime) -> None:
    record(
        actor=actor,
        action=f"lending.{action}",
        at=now,
        subject=limit.ref,
        counts={"alone_minor": limit.alone_minor, "second_minor": limit.second_minor},
        concerns=Institution.objects.select_related("operator").get(code=limit.institution),
    )


def ship_limits(
    *,
    institution: str,
    limits: dict[str, tuple[int, int]],
    signers: tuple[UUID, UUID],
    from_on: date,
    now: datetime,
) -> list[AuthorityLimit]:
    """Set a lender's first limits when an installation or its demo is prepared, each once."""
    made = []
    for role, (alone_minor, second_minor) in limits.items():
        found = AuthorityLimit.objects.filter(institution=institution, role=role).first()
        made.append(
            found
            or AuthorityLimit.objects.create(
                ref=new_ref(), institution=institution, role=role, alone_minor=alone_minor,
                second_minor=second_minor, from_on=from_on, proposed_by=signers[0],
                proposed_at=now, confirmed_by=signers[1], confirmed_at=now,
            )
        )  # fmt: skip
    return made
