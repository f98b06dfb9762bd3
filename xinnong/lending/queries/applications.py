"""Reads of applications, decisions and limits of authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, Sum
from django.utils import timezone

from xinnong.accounts.models import Institution
from xinnong.core.origination import (
    BINDING_CONTRACT,
    Authority,
    LineFacts,
    contract_rate,
    needs_line,
)
from xinnong.core.origination import Application as Decidable
from xinnong.core.products import Request
from xinnong.lending.models import (
    Application,
    ApplicationState,
    AuthorityLimit,
    Contract,
    Decision,
    DecisionKind,
    Investigation,
    Offer,
    Outcome,
)
from xinnong.lending.queries.lpr import lpr_percent_on
from xinnong.lending.queries.products import product_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal
    from uuid import UUID

    from xinnong.core.products import Product
    from xinnong.web.paging import Turn

WAITING = (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What narrows the queue: the state, the village or town by its leading digits, the channel."""

    state: str = ""
    area: str = ""
    channel: str = ""
    product: str = ""


def application_by_ref(ref: UUID) -> Application | None:
    """One application that the reader may see."""
    found = Application.objects.filter(ref=ref)
    return found.select_related("offer__product", "household").first()


def applications_page(
    institution: str, filters: QueueFilters, *, turn: Turn, limit: int
) -> list[Application]:
    """One page of a lender's applications and one row more, newest first."""
    rows = Application.objects.filter(institution=institution)
    rows = rows.filter(state=filters.state) if filters.state else rows.filter(state__in=WAITING)
    if filters.area:
        rows = rows.filter(area12__gte=filters.area, area12__lt=filters.area + "~")
    if filters.channel:
        rows = rows.filter(channel=filters.channel)
    if filters.product:
        rows = rows.filter(offer__product__code=filters.product)
    if turn.number is not None:
        rows = rows.filter(id__gt=turn.number) if turn.is_back else rows.filter(id__lt=turn.number)
    ordered = rows.order_by("id" if turn.is_back else "-id")
    return list(ordered.select_related("offer__product", "household")[:limit])


def applications_of(person: UUID) -> list[Application]:
    """A person's own applications, newest first."""
    mine = Application.objects.filter(person=person).order_by("-id")
    return list(mine.select_related("offer__product", "household"))


def decisions_on(application: Application) -> list[Decision]:
    """Every decision in the order in which it was taken."""
    return list(Decision.objects.filter(application=application).order_by("id"))


def last_decision(application: Application) -> Decision | None:
    """The newest decision."""
    return Decision.objects.filter(application=application).order_by("-id").first()


def first_approval(application: Application) -> Decision | None:
    """The officer's approval that waits for a second person; None where none does."""
    newest = last_decision(application)
    waits = newest is not None and (newest.kind, newest.outcome) == (
        DecisionKind.OFFICER,
        Outcome.APPROVE,
    )
    return newest if waits and application.state == ApplicationState.IN_REVIEW else None


def waiting_for_second(applications: Iterable[Application]) -> set[int]:
    """Which of these applications an officer approved and a second person has yet to confirm."""
    reviewed = [each.pk for each in applications if each.state == ApplicationState.IN_REVIEW]
    newest = Decision.objects.filter(application__in=reviewed).order_by("application_id", "-id")
    said = newest.distinct("application_id").values_list("application_id", "kind", "outcome")
    wanted = (DecisionKind.OFFICER, Outcome.APPROVE)
    return {number for number, kind, outcome in said if (kind, outcome) == wanted}


def investigations_of(application: Application) -> list[Investigation]:
    """The visits made for an application."""
    return list(Investigation.objects.filter(application=application).order_by("id"))


def contracted_minor(
    household_id: int,
    *,
    institution: str,
    but: Application | None = None,
    organisation: UUID | None = None,
) -> int:
    """What a lender has promised already: binding contracts and open approvals.

    A household's own, or those of an organisation that somebody of the household represents.
    """
    contracts = Contract.objects.filter(
        institution=institution, household_id=household_id, organisation=organisation,
        state__in=BINDING_CONTRACT,
    )  # fmt: skip
    approved = Decision.objects.filter(
        application__institution=institution,
        application__household_id=household_id,
        application__organisation=organisation,
        application__state=ApplicationState.APPROVED,
        application__contract__isnull=True,
        outcome=Outcome.APPROVE,
    )
    if but is not None:
        contracts = contracts.exclude(application=but)
        approved = approved.exclude(application=but)
    newest = approved.order_by("application_id", "-id").distinct("application_id")
    promised = sum(newest.values_list("amount_minor", flat=True))
    return promised + (contracts.aggregate(sum=Sum("limit_minor"))["sum"] or 0)


def limit_in_force(institution: str, role: str, *, on: date) -> AuthorityLimit | None:
    """The newest confirmed limit of a role that has begun."""
    confirmed = AuthorityLimit.objects.filter(
        institution=institution, role=role, from_on__lte=on, confirmed_by__isnull=False
    )
    return confirmed.order_by("-from_on", "-id").first()


def authority_of(institution: str, role: str, *, on: date) -> Authority | None:
    """What a role may approve on a day; None where nobody has set it."""
    limit = limit_in_force(institution, role, on=on)
    return Authority(limit.alone_minor, limit.second_minor) if limit else None


def limits_of(institution: str) -> list[AuthorityLimit]:
    """Every limit of a lender, the newest first."""
    found = AuthorityLimit.objects.filter(institution=institution)
    return list(found.order_by("-from_on", "-id"))


def open_offers(institution: str, *, on: date, borrower: str = "household") -> list[Offer]:
    """What a lender offers households on a day, one version of each product."""
    running = Offer.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=on))
    running = running.filter(institution=institution, from_on__lte=on)
    found = running.select_related("product").order_by("product__code", "-from_on")
    return [
        offer
        for offer in found.distinct("product__code")
        if borrower in product_of(offer.product).borrowers
    ]


def offer_by_ref(ref: UUID) -> Offer | None:
    """One offer that the reader may see."""
    return Offer.objects.select_related("product").filter(ref=ref).first()


def decidable(
    application: Application,
    product: Product,
    *,
    amount_minor: int,
    months: int,
    rate_percent: Decimal | None = None,
) -> Decidable:
    """An application as the rules read it, for an amount and a term that may differ from the wish.

    `rate_percent` is what a person names; where the product lends inside a line it is the line's.
    """
    on = timezone.localdate(application.submitted_at)
    by_rule = contract_rate(product, application.line_rate_percent, lpr_percent=lpr_percent_on(on))
    rate = by_rule if needs_line(product) else rate_percent or by_rule
    request = Request(
        lender=_kind_of(application.institution),
        borrower="organisation" if application.organisation else "household",
        amount_minor=amount_minor,
        months=months,
        method=application.method,
        rate_percent=rate if rate is not None else product.rate.cap_percent,
        security=application.security,
        payee=application.payee,
        on=on,
        produces=frozenset(application.produces),
    )
    return Decidable(
        request=request,
        line=_line_facts(application),
        contracted_minor=contracted_minor(
            application.household_id,
            institution=application.institution,
            but=application,
            organisation=application.organisation,
        ),
        wants_person=application.wants_person,
    )


def _kind_of(institution: str) -> str:
    return str(Institution.objects.values_list("kind", flat=True).get(code=institution))


def _line_facts(application: Application) -> LineFacts | None:
    if application.run_id is None:
        return None
    assert application.known_at is not None, "evidence is whole"
    assert application.points is not None, "evidence is whole"
    assert application.line_minor is not None, "evidence is whole"
    return LineFacts(
        grade=application.grade,
        points=application.points,
        line_minor=application.line_minor,
        rate_percent=application.line_rate_percent,
        closed_gates=tuple(application.closed_gates),
        known_on=timezone.localdate(application.known_at),
    )


def days_left(application: Application, *, on: date) -> timedelta:
    """How long an application still stands."""
    return application.expires_on - on
