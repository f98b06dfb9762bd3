"""Guarantors and mortgaged things of one application, from naming to release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.lending.forms import securities as forms
from xinnong.lending.forms.loans import KeyedForm
from xinnong.lending.models import CollateralState, GuarantorState
from xinnong.lending.queries.applications import application_by_ref
from xinnong.lending.queries.borrowers import borrower_names, people_at_counter
from xinnong.lending.queries.contracts import contract_of
from xinnong.lending.queries.securities import (
    GUARANTEE,
    MORTGAGE,
    collateral_by_ref,
    collateral_of,
    guarantor_by_ref,
    guarantors_of,
    insurance_ending,
    is_over,
    organisation_named,
    security_problems,
    to_release,
)
from xinnong.lending.reasons import problems_said
from xinnong.lending.security_tables import (
    COLLATERAL_TONES,
    guarantors_table,
    insurances_table,
    releases_table,
    thing_facts,
)
from xinnong.lending.services import guarantors, mortgages
from xinnong.lending.services import releases as releasing
from xinnong.lending.services.guarantors import Consent, Means
from xinnong.lending.services.mortgages import Thing
from xinnong.lending.services.security_refusals import GuarantorUnknown
from xinnong.lending.views.asking import Refusals, lender_of
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_listing, record_read
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from xinnong.lending.models import Application, Collateral, Guarantor
    from xinnong.registry.models import Organisation, Person

    Step = tuple[Form, Callable[[], object]]

SEEN = ("applications", "guarantors", "collateral")
ID_TAIL = "tail6"


@require_http_methods(["GET", "POST"])
@allowed(Permission.HANDLE_LOANS)
def security(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Show who and what stands behind an application, and take one step of it."""
    found = _loaded(request, ref)
    if request.method == "GET":
        return _page(request, found)
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise Http404
    form, act = step(request, found)
    told = Refusals()
    if not form.is_valid():
        return _page(request, found, form=form)
    if told.of(act):
        return redirect("lending:security", found.ref)
    return _page(request, found, form=form, told=told)


@allowed(Permission.HANDLE_LOANS)
def releases(request: HttpRequest) -> HttpResponse:
    """List mortgages to give back, until each was, and insurance that is to be renewed."""
    found = to_release(lender_of(request))
    ending = insurance_ending(lender_of(request), on=timezone.localdate())
    record_listing(
        actor=user_of(request),
        at=timezone.now(),
        asked="releases",
        households=[each.household_id for each in (*found, *ending)],
        purpose=Purpose.APPLICATION,
    )
    names = borrower_names(each.person for each in (*found, *ending))
    tables = {"table": releases_table(found, names), "ending": insurances_table(ending, names)}
    return render(request, "lending/releases.html", tables)


def _loaded(request: HttpRequest, ref: UUID) -> Application:
    found = application_by_ref(ref)
    if found is None or found.institution != lender_of(request):
        raise Http404
    if found.security not in {GUARANTEE, MORTGAGE}:
        raise Http404
    record_read(
        actor=user_of(request),
        at=timezone.now(),
        purpose=Purpose.APPLICATION,
        case=str(found.ref),
        fields=SEEN,
        household_id=found.household_id,
        person=found.person,
        area12=found.area12,
    )
    return found


def _here(request: HttpRequest, said: Mapping[str, Any]) -> Person:
    """Whoever stands here with this card; the looking is on record. Raises GuarantorUnknown."""
    found = people_at_counter(user_of(request), tail=said["tail"], name=said["name"])
    record_listing(
        actor=user_of(request),
        at=timezone.now(),
        asked=ID_TAIL,
        households=[person.household_id for person in found if person.household_id],
        purpose=Purpose.PRESENT,
    )
    if len(found) != 1:
        raise GuarantorUnknown
    return found[0]


def _organisation(said: Mapping[str, Any]) -> Organisation | None:
    if not said["uscc"]:
        return None
    found = organisation_named(said["uscc"], said["licence_name"])
    if found is None:
        raise GuarantorUnknown
    return found


def _name_guarantor(request: HttpRequest, found: Application) -> Step:
    form = forms.GuarantorForm(request.POST, request.FILES)

    def act() -> object:
        said = form.cleaned_data
        return guarantors.name_guarantor(
            actor=user_of(request),
            application=found,
            signatory=_here(request, said),
            organisation=_organisation(said),
            is_spouse=said["is_spouse"],
            amount_minor=said["amount"],
            means=Means(
                income_minor=said["income"],
                net_assets_minor=said["net_assets"],
                reference=said["means_reference"],
            ),
            consent=Consent(sha256=said["consent"], on=said["consented_on"]),
            now=timezone.now(),
            key=said["key"],
        )

    return form, act


def _sign(request: HttpRequest, found: Application) -> Step:
    form = forms.GuaranteeSigningForm(request.POST, request.FILES)

    def act() -> object:
        said = dict(form.cleaned_data)
        guarantor = _guarantor(said.pop("guarantor"), found)
        return guarantors.sign_guarantee(
            actor=user_of(request), guarantor=guarantor, now=timezone.now(), **said
        )

    return form, act


def _drop_guarantor(request: HttpRequest, found: Application) -> Step:
    form = forms.ChoiceForm(request.POST)

    def act() -> object:
        return guarantors.drop_guarantor(
            actor=user_of(request),
            guarantor=_guarantor(form.cleaned_data["chosen"], found),
            now=timezone.now(),
            key=form.cleaned_data["key"],
        )

    return form, act


def _name_thing(request: HttpRequest, found: Application) -> Step:
    form = forms.CollateralForm(request.POST)

    def act() -> object:
        said = dict(form.cleaned_data)
        key, prior = said.pop("key"), said.pop("prior")
        return mortgages.name_collateral(
            actor=user_of(request), application=found, thing=Thing(prior_minor=prior, **said),
            now=timezone.now(), key=key,
        )  # fmt: skip

    return form, act


def _owner(request: HttpRequest, found: Application) -> Step:
    form = forms.OwnerForm(request.POST, request.FILES)

    def act() -> object:
        said = form.cleaned_data
        person = _here(request, said)
        return mortgages.record_owner(
            actor=user_of(request),
            collateral=_thing(said["thing"], found),
            party=person.ref,
            name=person.name,
            consent=Consent(sha256=said["consent"], on=said["consented_on"]),
            now=timezone.now(),
            key=said["key"],
        )

    return form, act


def _value(request: HttpRequest, found: Application) -> Step:
    form = forms.ValuationForm(request.POST)

    def act() -> object:
        said = dict(form.cleaned_data)
        thing, value = _thing(said.pop("thing"), found), said.pop("value")
        return mortgages.record_valuation(
            actor=user_of(request), collateral=thing, value_minor=value, now=timezone.now(), **said
        )

    return form, act


def _on_thing(kind: type[Form], command: Callable[..., object]) -> Callable[..., Step]:
    """A step that hands what was filled in about a thing to a command as it is."""

    def step(request: HttpRequest, found: Application) -> Step:
        form = kind(request.POST)

        def act() -> object:
            said = dict(form.cleaned_data)
            thing = _thing(said.pop("thing"), found)
            return command(actor=user_of(request), collateral=thing, now=timezone.now(), **said)

        return form, act

    return step


def _drop_thing(request: HttpRequest, found: Application) -> Step:
    form = forms.ChoiceForm(request.POST)

    def act() -> object:
        return mortgages.drop_collateral(
            actor=user_of(request),
            collateral=_thing(form.cleaned_data["chosen"], found),
            now=timezone.now(),
            key=form.cleaned_data["key"],
        )

    return form, act


def _end(request: HttpRequest, found: Application) -> Step:
    form = KeyedForm(request.POST)

    def act() -> object:
        contract = contract_of(found.pk)
        if contract is None:
            raise Http404
        return releasing.end_contract(
            actor=user_of(request), contract=contract, now=timezone.now(),
            key=form.cleaned_data["key"],
        )  # fmt: skip

    return form, act


def _guarantor(ref: UUID, found: Application) -> Guarantor:
    guarantor = guarantor_by_ref(ref, found)
    if guarantor is None:
        raise Http404
    return guarantor


def _thing(ref: UUID, found: Application) -> Collateral:
    thing = collateral_by_ref(ref, found)
    if thing is None:
        raise Http404
    return thing


STEPS: Mapping[str, Callable[..., Step]] = {
    "name-guarantor": _name_guarantor,
    "sign-guarantee": _sign,
    "drop-guarantor": _drop_guarantor,
    "name-collateral": _name_thing,
    "record-owner": _owner,
    "record-valuation": _value,
    "register-mortgage": _on_thing(forms.RegistrationForm, mortgages.register_mortgage),
    "insure-collateral": _on_thing(forms.InsuranceForm, mortgages.insure_collateral),
    "release-mortgage": _on_thing(forms.ReleaseForm, releasing.release_mortgage),
    "drop-collateral": _drop_thing,
    "end-contract": _end,
}


def _page(
    request: HttpRequest,
    found: Application,
    *,
    form: Form | None = None,
    told: Refusals | None = None,
) -> HttpResponse:
    today, contract = timezone.localdate(), contract_of(found.pk)
    is_open = contract is None and found.state in {"submitted", "in_review", "approved"}
    amount = contract.limit_minor if contract else found.amount_minor
    people = guarantors_of(found)
    is_signing = contract is not None and contract.state in {"drafted", "signed"}

    def kept(kind: type[Form]) -> Form:
        return form if isinstance(form, kind) else kind()

    context = {
        "application": found,
        "contract": contract,
        "name": found.organisation_name or borrower_names([found.person]).get(found.person, ""),
        "is_guarantee": found.security == GUARANTEE,
        "is_open": is_open,
        "against": problems_said(security_problems(found, amount_minor=amount, on=today)),
        "amount_minor": amount,
        "guarantors": guarantors_table(people),
        "to_sign": [
            (each, forms.GuaranteeSigningForm(
                initial={"guarantor": each.ref}, auto_id=f"sign_{each.pk}_%s"))
            for each in people if is_signing and each.state == GuarantorState.NAMED
        ],
        "to_drop": [
            (each, forms.ChoiceForm(initial={"chosen": each.ref}, auto_id=f"drop_{each.pk}_%s"))
            for each in people if is_open and each.state == GuarantorState.NAMED
        ],
        "things": [
            _thing_shown(each, found, is_open=is_open, is_signing=is_signing)
            for each in collateral_of(found)
        ],
        "guarantor_form": kept(forms.GuarantorForm) if is_open else None,
        "collateral_form": kept(forms.CollateralForm) if is_open else None,
        "end_form": KeyedForm()
        if contract is not None and contract.state == "in_force" and is_over(found)
        else None,
        "problems": told.problems if told else [],
        "refusal": told.refusal if told else None,
        "wrong_form": form if form is not None and form.errors else None,
    }  # fmt: skip
    failed = request.method == "POST"
    return render(
        request, "lending/security.html", context, status=UNPROCESSABLE if failed else 200
    )


def _thing_shown(
    thing: Collateral, found: Application, *, is_open: bool, is_signing: bool
) -> dict[str, Any]:
    """One thing with the steps that it is ready for."""
    is_named = thing.state == CollateralState.NAMED
    is_registered = thing.state == CollateralState.REGISTERED

    def about(kind: type[Form], name: str, wanted: bool) -> Form | None:  # noqa: FBT001 - read here only
        start = {"thing": thing.ref, "chosen": thing.ref}
        return kind(initial=start, auto_id=f"{name}_{thing.pk}_%s") if wanted else None

    return {
        "thing": thing,
        "tone": COLLATERAL_TONES.get(thing.state, "plain"),
        "facts": thing_facts(thing, on=timezone.localdate()),
        "owner_form": about(forms.OwnerForm, "owner", is_open and is_named),
        "value_form": about(forms.ValuationForm, "value", is_open and is_named),
        "drop_form": about(forms.ChoiceForm, "drop", is_open and is_named),
        "register_form": about(forms.RegistrationForm, "register", is_signing and is_named),
        "insure_form": about(forms.InsuranceForm, "insure", is_named or is_registered),
        "release_form": about(forms.ReleaseForm, "release", is_registered and is_over(found)),
    }
