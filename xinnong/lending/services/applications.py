"""The only writer of applications: handed in, withdrawn, sent to a person, expired."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from xinnong.core.dates import OF_AGE, age_on
from xinnong.core.origination import (
    APPLICATION_DAYS,
    APPLICATION_MOVES,
    OPEN_APPLICATION,
    PURPOSES,
    decide,
    may_move,
)
from xinnong.lending.models import (
    Application,
    ApplicationState,
    Channel,
    DecidingRole,
    Decision,
    DecisionKind,
    Offer,
    Outcome,
)
from xinnong.lending.queries.applications import authority_of, decidable, last_decision
from xinnong.lending.queries.borrowers import evidence_of
from xinnong.lending.queries.lpr import lpr_percent_on
from xinnong.lending.queries.products import product_of
from xinnong.lending.services.commands import (
    at_counter,
    claim,
    note,
    owned_by,
    refuse_all_but_borrower,
    refuse_own_household,
    refuse_strangers,
    same_owner,
    take_turns,
)
from xinnong.lending.services.refusals import (
    Moved,
    NoLineForTwoTaps,
    NotOfAge,
    NotRepresentative,
    NotYours,
    OfferClosed,
    OpenAlready,
    WishNotUnderstood,
)

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from xinnong.accounts.models import Actor
    from xinnong.core.origination import Decided
    from xinnong.lending.queries.borrowers import Evidence
    from xinnong.registry.models import Organisation, Person

HERE = ("", "正常")
"""States of the population register in which somebody lives here; the others died or moved away."""
OWN_CHANNELS = (Channel.PHONE, Channel.PRE_OFFERED)
STAFF_CHANNELS = (Channel.DESK, Channel.OUTLET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for. `produces` is what the applicant says to grow or keep."""

    amount_minor: int
    months: int
    method: str
    purpose: str
    security: str = "credit"
    payee: str = "own_card"
    produces: tuple[str, ...] = ()
    wants_person: bool = False
    wants_letter: bool = False


def submit_application(
    *,
    actor: Actor,
    person: Person,
    offer: Offer,
    wish: Wish,
    channel: str,
    now: datetime,
    key: UUID,
    organisation: Organisation | None = None,
) -> Application:
    """Hand in an application with the facts as known now, and let the rule decide what it may.

    By phone a person asks for herself; at a desk or an outlet an officer of the lender writes down
    what the borrower, who is there, asks for. For an `organisation` its legal representative asks, at a desk,
    and what a household was granted has nothing to do with it. The same key and wish again answer
    the same application. Raises NotYours, NotRepresentative, OwnHousehold, OfferClosed, WishNotUnderstood, NotOfAge,
    NoLineForTwoTaps, OpenAlready, CommandKeyReused.
    """
    home = person.household
    if home is None:
        raise NotYours
    _refuse_wrong_channel(actor, person, channel, organisation)
    with at_counter(actor, institution=offer.institution, home=home):
        claimed = claim(
            actor=actor,
            institution=offer.institution,
            route="submit-application",
            key=key,
            body={
                "person": str(person.ref), "offer": str(offer.ref), "channel": channel,
                **asdict(wish), "produces": list(wish.produces), **_for_whom(organisation),
            },
            now=now,
        )  # fmt: skip
        if not claimed.is_new:
            return Application.objects.get(ref=claimed.subject)
        take_turns(offer.institution, home.pk)
        evidence = None if organisation else evidence_of(home, institution=offer.institution)
        _refuse_unfit(person, offer, wish, channel, evidence, now, organisation)
        application = Application.objects.create(
            **(owned_by(offer.institution, person) | {"ref": claimed.subject}),
            **_wish_columns(wish),
            **_evidence_columns(evidence),
            offer=offer,
            organisation=organisation.ref if organisation else None,
            organisation_name=organisation.name if organisation else "",
            channel=channel,
            state=ApplicationState.SUBMITTED,
            submitted_by=actor.ref,
            submitted_at=now,
            expires_on=timezone.localdate(now) + timedelta(days=APPLICATION_DAYS),
        )
        note(actor, "submit-application", application, now, amount_minor=wish.amount_minor)
        _decide_by_rule(actor, application, now)
    return application


def _for_whom(organisation: Organisation | None) -> dict[str, object]:
    return {"organisation": str(organisation.ref)} if organisation else {}


def _refuse_wrong_channel(
    actor: Actor, person: Person, channel: str, organisation: Organisation | None
) -> None:
    if organisation is not None:
        if channel in OWN_CHANNELS:
            raise NotYours
        if organisation.head_key != person.key:
            raise NotRepresentative
    if channel in OWN_CHANNELS and actor.person_ref == person.ref:
        return
    if channel not in STAFF_CHANNELS or actor.institution is None:
        raise NotYours
    assert person.household_id is not None, "checked by the caller"
    refuse_own_household(actor, person.household_id)


def _refuse_unfit(
    person: Person,
    offer: Offer,
    wish: Wish,
    channel: str,
    evidence: Evidence | None,
    now: datetime,
    organisation: Organisation | None,
) -> None:
    today = timezone.localdate(now)
    if not offer.from_on <= today or (offer.until_on is not None and offer.until_on <= today):
        raise OfferClosed
    wrong = {
        "purpose": wish.purpose not in PURPOSES,
        "amount_yuan": wish.amount_minor <= 0,
        "months": wish.months <= 0,
        "method": product_of(offer.product).way(wish.method) is None,
    }
    if any(wrong.values()):
        raise WishNotUnderstood(
            field=", ".join(name for name, is_wrong in wrong.items() if is_wrong)
        )
    is_here = person.state in HERE
    if not is_here or person.birth is None or age_on(person.birth, today) < OF_AGE:
        raise NotOfAge
    if channel == Channel.PRE_OFFERED and (evidence is None or not evidence.line.line_minor):
        raise NoLineForTwoTaps
    waiting = Application.objects.filter(
        person=person.ref, offer=offer, state__in=OPEN_APPLICATION,
        organisation=organisation.ref if organisation else None,
    )  # fmt: skip
    if waiting.exists():
        raise OpenAlready


def _wish_columns(wish: Wish) -> dict[str, object]:
    return {**asdict(wish), "produces": list(wish.produces)}


def _evidence_columns(evidence: Evidence | None) -> dict[str, object]:
    """Plain copies, so that a decision can be read after runs have left the database."""
    if evidence is None:
        return {}
    line = evidence.line
    return {
        "run_id": line.run_id,
        "known_at": evidence.known_at,
        "line_kind": line.kind,
        "grade": line.grade,
        "points": line.points,
        "line_minor": line.line_minor,
        "line_rate_percent": line.rate_percent,
        "closed_gates": list(line.closed_gates),
        "policy_sha256": line.policy.sha256,
        "scorecard_sha256": evidence.scorecard_sha256,
    }


def _decide_by_rule(actor: Actor, application: Application, now: datetime) -> None:
    """Approve, refer or refuse by rule, on record with every code."""
    product = product_of(application.offer.product)
    today = timezone.localdate(now)
    decided = decide(
        decidable(
            application, product, amount_minor=application.amount_minor, months=application.months
        ),
        product,
        authority_of(application.institution, DecidingRole.AUTO, on=today),
        lpr_percent=lpr_percent_on(today),
    )
    write_decision(actor, application, DecisionKind.AUTO, decided, now)
    states = {
        Outcome.APPROVE: ApplicationState.APPROVED,
        Outcome.REFER: ApplicationState.IN_REVIEW,
        Outcome.REFUSE: ApplicationState.REFUSED,
    }
    move(application, states[Outcome(decided.outcome)])


def write_decision(
    actor: Actor,
    application: Application,
    kind: str,
    decided: Decided,
    now: datetime,
    *,
    amount_minor: int | None = None,
    months: int | None = None,
) -> Decision:
    """Put one decision on record; amount and term default to the wish. Internal to services."""
    decision = Decision.objects.create(
        **same_owner(application),
        application=application,
        kind=kind,
        outcome=decided.outcome,
        codes=list(decided.codes),
        params={
            problem.code: {name: _plain(value) for name, value in problem.params.items()}
            for problem in decided.problems
        },
        amount_minor=amount_minor or application.amount_minor,
        months=months or application.months,
        rate_percent=decided.rate_percent,
        decided_by=actor.ref,
        decided_at=now,
    )
    note(actor, f"decide-{decided.outcome}", application, now, amount_minor=decision.amount_minor)
    return decision


def _plain(value: object) -> object:
    """Figures of a reason as JSON keeps them: whole numbers stay, everything else is text."""
    if isinstance(value, tuple):
        return [str(item) for item in value]
    return value if isinstance(value, int) else str(value)


def move(application: Application, to: str) -> None:
    """Take an application to another state. Raises Moved where none leads there."""
    if not may_move(APPLICATION_MOVES, application.state, to):
        raise Moved(state=application.get_state_display())
    application.state = to
    application.save(update_fields=["state"])


def locked(application: Application) -> Application:
    """The application as it is now, held until the transaction ends."""
    found = Application.objects.select_for_update(of=("self",))
    return found.select_related("offer__product", "household").get(pk=application.pk)


def withdraw_application(
    *, actor: Actor, application: Application, now: datetime, key: UUID
) -> Application:
    """Take an application back, by whoever asked or by the lender's officer for them.

    Raises NotYours, Moved, CommandKeyReused.
    """
    refuse_strangers(actor, application)
    with at_counter(actor, institution=application.institution, home=application.household):
        mine = locked(application)
        if not _is_first(actor, mine, "withdraw-application", key, now):
            return mine
        if hasattr(mine, "contract"):
            raise Moved(state=mine.contract.get_state_display())
        move(mine, ApplicationState.WITHDRAWN)
        note(actor, "withdraw-application", mine, now)
    return mine


def ask_for_person(
    *, actor: Actor, application: Application, now: datetime, key: UUID
) -> Application:
    """Have a person look at what a rule alone refused (PIPL 24). Raises NotYours, Moved, CommandKeyReused."""
    if actor.institution is None:
        refuse_all_but_borrower(actor, application)
    refuse_strangers(actor, application)
    with at_counter(actor, institution=application.institution, home=application.household):
        mine = locked(application)
        if not _is_first(actor, mine, "ask-for-person", key, now):
            return mine
        newest = last_decision(mine)
        if newest is None or newest.kind != DecisionKind.AUTO:
            raise Moved(state=mine.get_state_display())
        move(mine, ApplicationState.IN_REVIEW)
        mine.wants_person = True
        mine.save(update_fields=["wants_person"])
        note(actor, "ask-for-person", mine, now)
    return mine


def _is_first(actor: Actor, row: Application, route: str, key: UUID, now: datetime) -> bool:
    return claim(
        actor=actor,
        institution=row.institution,
        route=route,
        key=key,
        body={"application": str(row.ref)},
        now=now,
        subject=row.ref,
    ).is_new


def expire_applications(*, actor: Actor, institution: str, today: date, now: datetime) -> int:
    """End what nobody finished within its days: waiting applications and approvals without contract.

    Answers how many; a second run on the same day finds none.
    """
    over = Application.objects.select_for_update(of=("self",)).filter(
        institution=institution,
        state__in=[*OPEN_APPLICATION, ApplicationState.APPROVED],
        expires_on__lt=today,
        contract__isnull=True,
    )
    ended = list(over.order_by("id"))
    for application in ended:
        move(application, ApplicationState.EXPIRED)
        note(actor, "expire-application", application, now)
    return len(ended)
