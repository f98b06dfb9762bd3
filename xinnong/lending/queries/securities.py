"""Reads of guarantees and mortgages: what stands behind a loan, and what is still missing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import F, Q

from xinnong.core.collateral import (
    KINDS,
    Value,
    counted_minor,
    coverage_problems,
    haircuts_on,
    insured_at_least_until,
    value_problems,
)
from xinnong.core.errors import Problem
from xinnong.core.guarantees import guaranteed_problems
from xinnong.lending.models import (
    ApplicationState,
    Collateral,
    CollateralOwner,
    CollateralState,
    Contract,
    ContractState,
    Guarantor,
    GuarantorState,
    Loan,
    LoanState,
    Valuation,
)
from xinnong.lending.queries.contracts import terms_of
from xinnong.lending.queries.products import product_of
from xinnong.registry.models import Organisation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from uuid import UUID

    from xinnong.lending.models import Application

LIVE_GUARANTEE: Final = (GuarantorState.NAMED, GuarantorState.SIGNED)
LIVE_COLLATERAL: Final = (CollateralState.NAMED, CollateralState.REGISTERED)
OVER_APPLICATION: Final = (
    ApplicationState.REFUSED, ApplicationState.WITHDRAWN, ApplicationState.EXPIRED,
)  # fmt: skip
OVER_CONTRACT: Final = (ContractState.ENDED, ContractState.CANCELLED)
GUARANTEE: Final = "guarantee"
MORTGAGE: Final = "mortgage"


def guarantors_of(application: Application) -> list[Guarantor]:
    """Everybody who was ever named for an application, in the order of naming."""
    return list(Guarantor.objects.filter(application=application).order_by("id"))


def live_guarantors(application: Application) -> list[Guarantor]:
    """Who answers for it now."""
    return [each for each in guarantors_of(application) if each.state in LIVE_GUARANTEE]


def guarantor_by_ref(ref: UUID, application: Application) -> Guarantor | None:
    """One guarantor of an application."""
    return Guarantor.objects.filter(ref=ref, application=application).first()


def collateral_of(application: Application) -> list[Collateral]:
    """Every thing ever named for an application, with owners and values."""
    found = Collateral.objects.filter(application=application).order_by("id")
    return list(found.prefetch_related("owners", "valuations"))


def live_collateral(application: Application) -> list[Collateral]:
    """What secures it now."""
    return [each for each in collateral_of(application) if each.state in LIVE_COLLATERAL]


def collateral_by_ref(ref: UUID, application: Application) -> Collateral | None:
    """One thing of an application."""
    return Collateral.objects.filter(ref=ref, application=application).first()


def owners_of(thing: Collateral) -> list[CollateralOwner]:
    """Who owns it and consented."""
    return list(CollateralOwner.objects.filter(collateral=thing).order_by("id"))


def values_of(thing: Collateral) -> list[Valuation]:
    """What it was valued at, the oldest first."""
    return list(Valuation.objects.filter(collateral=thing).order_by("id"))


def _values(thing: Collateral) -> list[Value]:
    return [Value(v.value_minor, v.method, v.valuer, v.valued_on) for v in values_of(thing)]


def covers_minor(thing: Collateral, *, on: date) -> int:
    """What a thing covers on a day."""
    return counted_minor(thing.kind, _values(thing), prior_minor=thing.prior_minor, on=on)


def running_guarantees(institution: str) -> Iterator[Guarantor]:
    """Guarantees that still bind somebody at a lender, as far as the scope reaches."""
    live = Guarantor.objects.filter(institution=institution, state__in=LIVE_GUARANTEE)
    over = Q(application__state__in=OVER_APPLICATION) | Q(
        application__contract__state__in=OVER_CONTRACT
    )
    return live.exclude(over).select_related("application__household").iterator()


def exposure_minor(institution: str, party: UUID, *, person: UUID | None = None) -> int:
    """What somebody guarantees already at a lender, in all or for one borrower."""
    live = [each for each in running_guarantees(institution) if each.party == party]
    return sum(each.amount_minor for each in live if person in (None, each.person))


def guarantee_edges(institution: str) -> list[tuple[str, str]]:
    """Who answers for whom at a lender: households by their number, organisations by reference."""
    live = running_guarantees(institution)
    return [(each.node, node_of_borrower(each.application)) for each in live]


def node_of_borrower(application: Application) -> str:
    """Where a borrower stands in the net of guarantees: the organisation, or the household."""
    return str(application.organisation) if application.organisation else application.household.ref


def security_problems(
    application: Application, *, amount_minor: int, on: date
) -> tuple[Problem, ...]:
    """What keeps an application from approval for want of guarantors or collateral."""
    if application.security == GUARANTEE:
        given = [each.amount_minor for each in live_guarantors(application)]
        return guaranteed_problems(given, needed_minor=amount_minor)
    if application.security != MORTGAGE:
        return ()
    things = live_collateral(application)
    unready = [problem for thing in things for problem in thing_problems(thing, on=on)]
    counted = [covers_minor(thing, on=on) for thing in things]
    least = product_of(application.offer.product).mortgage.least_coverage_percent
    wanting = coverage_problems(counted, needed_minor=amount_minor, least_percent=least)
    return (*unready, *wanting)


def thing_problems(thing: Collateral, *, on: date) -> Iterator[Problem]:
    """What one thing still lacks: its owners' consent and its values."""
    consented = len(owners_of(thing))
    if consented < thing.owners_count:
        params = {"owners": thing.owners_count, "consented": consented}
        yield Problem("collateral.owners", "owners", params)
    yield from value_problems(_values(thing), on=on)


def guarantors_signed(contract: Contract) -> str:
    """The evidence that every guarantor signed and all of the loan is answered for; "" while not."""
    live = live_guarantors(contract.application)
    if not live or any(each.state != GuarantorState.SIGNED for each in live):
        return ""
    given = sum(each.amount_minor for each in live)
    return f"guarantors:{live[-1].ref}" if given >= contract.limit_minor else ""


def mortgages_registered(contract: Contract, *, on: date) -> str:
    """The evidence that every thing is registered, insured and covers the loan; "" while not."""
    things = live_collateral(contract.application)
    if not things or any(not is_secured(thing, contract) for thing in things):
        return ""
    wanting = security_problems(contract.application, amount_minor=contract.limit_minor, on=on)
    return "" if wanting else f"mortgage:{things[-1].ref}"


def is_secured(thing: Collateral, contract: Contract) -> bool:
    """Whether a thing is registered and, where it must be, insured for long enough."""
    if thing.state != CollateralState.REGISTERED:
        return False
    if not KINDS[thing.kind].is_insured:
        return True
    wanted = insured_at_least_until(contract.starts_on, contract.ends_on)
    if wanted is None or thing.insured_until is None:
        return False
    return thing.insured_until >= wanted


def insurance_ending(institution: str, *, on: date) -> list[Collateral]:
    """Registered things whose insurance has ended or ends soon, the first to end first."""
    table = haircuts_on(on)
    insured = [kind.code for kind in KINDS.values() if kind.is_insured]
    ahead = on + timedelta(days=table.renew_days if table else 0)
    found = Collateral.objects.filter(
        institution=institution, state=CollateralState.REGISTERED, kind__in=insured,
        insured_until__lte=ahead,
    )  # fmt: skip
    return list(found.select_related("application").order_by("insured_until", "id"))


def to_release(institution: str) -> list[Collateral]:
    """Registered mortgages whose loan is over: nothing is owed and nothing can be drawn any more.

    The oldest registration first; each stays here until its registration was cancelled.
    """
    registered = Collateral.objects.filter(
        institution=institution, state=CollateralState.REGISTERED
    ).select_related("application__contract", "household")
    return [thing for thing in registered.order_by("id") if is_over(thing.application)]


def is_over(application: Application) -> bool:
    """Whether nothing is owed under an application any more and the contract can end."""
    if application.state in OVER_APPLICATION:
        return True
    contract = Contract.objects.filter(application=application).first()
    if contract is None:
        return False
    return contract.state in OVER_CONTRACT or is_paid_back(contract)


def is_paid_back(contract: Contract) -> bool:
    """Whether something was drawn and all of it paid back; a line stays open and can be drawn again."""
    loans = Loan.objects.filter(contract_ref=contract.ref)
    if not loans.exists() or loans.exclude(state=LoanState.SETTLED).exists():
        return False
    return not terms_of(contract)["revolving"]


def guarantees_of(person: UUID) -> list[Guarantor]:
    """For whom somebody answers, in their own scope."""
    found = Guarantor.objects.filter(Q(party=person) | Q(signatory=person)).exclude(
        person=F("party")
    )
    return list(found.order_by("-id"))


def organisation_named(uscc: str, name: str) -> Organisation | None:
    """The organisation whose code and name on the licence are exactly these."""
    return Organisation.objects.filter(uscc=uscc, name=name).first()
