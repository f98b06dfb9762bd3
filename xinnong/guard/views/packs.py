"""Packs: partners, making one of a case, fetching its file, taking another county's, what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.guard.done_wording import PACK
from xinnong.guard.models import FeedState
from xinnong.guard.pack_forms import EntryForm, PackForm, PartnerForm, TakePackForm
from xinnong.guard.pack_sealing import opening_key
from xinnong.guard.pack_tables import (
    entries_table,
    looks_table,
    pack_facts,
    partners_table,
    sent_table,
    standing,
    taken_table,
)
from xinnong.guard.pack_wording import problem_code
from xinnong.guard.pictures import short
from xinnong.guard.queries import packs as queries
from xinnong.guard.queries.cases import case_by_ref
from xinnong.guard.refusals import PackRefused
from xinnong.guard.services.delivering import police_key
from xinnong.guard.services.packs import make_pack, reveal_entry, stop_pack, take_pack
from xinnong.guard.services.partners import decide_partner, propose_partner
from xinnong.web.asking import Told
from xinnong.web.done import say_done
from xinnong.web.refusals import UNPROCESSABLE, wording_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.forms import Form
    from django.http import HttpRequest

    from xinnong.core.errors import Refused
    from xinnong.guard.models import Case, TakenPack
    from xinnong.web.refusals import Wording


class _Told(Told):
    """A refusal with everything that is wrong with a pack."""

    def in_the_way(self, refused: Refused) -> list[Wording]:
        problems = refused.problems if isinstance(refused, PackRefused) else ()
        return [
            wording_of(problem_code(each.code), {**each.params, "field": each.field})
            for each in problems
        ]


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_CASES)
def packs(request: HttpRequest) -> HttpResponse:
    """Counties, packs sent and taken; take another one, register a county."""
    actor, told, step = user_of(request), _Told(), request.POST.get("step", "")
    partner = PartnerForm(request.POST if step == "propose" else None)
    take = TakePackForm(*((request.POST, request.FILES) if step == "take" else ()))
    form = partner if step == "propose" else take
    if _is_filled(request, form) and told.of(lambda: _act(request, step, partner, take)):
        say_done(request, PACK, step)
        return redirect("guard:packs")
    found = queries.partners()
    context = {
        "partners": partners_table(found), "sent": sent_table(queries.sent_packs()),
        "taken": taken_table(queries.taken_packs(), timezone.now()),
        "partner_form": partner, "take_form": take, "refusal": told.refusal,
        "problems": told.problems, "form": form,
        "may_register": actor.can(Permission.MANAGE_FEEDS),
        "may_take": actor.can(Permission.HANDLE_CASES),
        "waiting": [each for each in found if each.state == FeedState.PROPOSED],
        "signing_key": police_key().public_key().public_bytes_raw().hex(),
        "sealing_key": opening_key().public_key().public_bytes_raw().hex(),
    }  # fmt: skip
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "guard/packs.html", context, status=status)


def _is_filled(request: HttpRequest, form: Form) -> bool:
    """Whether a step was sent that can be tried; a form with errors says itself what it lacks."""
    return request.method == "POST" and (not form.is_bound or form.is_valid())


def _act(request: HttpRequest, step: str, partner: PartnerForm, take: TakePackForm) -> object:
    actor, now = user_of(request), timezone.now()
    if step == "take":
        return take_pack(actor=actor, data=take.cleaned_data["file"], now=now)
    if step == "propose":
        return propose_partner(actor=actor, now=now, **partner.cleaned_data)
    refs = [each for each in queries.partners() if str(each.ref) == request.POST.get("partner")]
    if step not in {"approve", "refuse"} or not refs:
        raise Http404
    return decide_partner(actor=actor, partner=refs[0], approve=step == "approve", now=now)


@require_http_methods(["GET", "POST"])
@allowed(Permission.SIGN_ORDERS)
def new_pack(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Choose what of a case a county gets, seal and sign it."""
    case, told = case_by_ref(ref), _Told()
    if case is None:
        raise Http404
    form = PackForm(request.POST or None, **_choices(case))
    if (
        request.method == "POST"
        and form.is_valid()
        and told.of(
            lambda: make_pack(
                actor=user_of(request), case=case, now=timezone.now(), **form.cleaned_data
            )
        )
    ):
        say_done(request, PACK, "make")
        return redirect("guard:packs")
    context = {"case": case, "form": form, "refusal": told.refusal, "problems": told.problems}
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "guard/new_pack.html", context, status=status)


def _choices(case: Case) -> dict[str, list[tuple[str, str]]]:
    active = [each for each in queries.partners() if each.state == FeedState.ACTIVE]
    return {
        "partner": [(each.county, each.name) for each in active],
        "devices": [(mark, short(mark)) for mark in queries.devices_that_open(case)],
        "numbers": [(mark, short(mark)) for mark in queries.numbers_that_open(case)],
    }


@require_GET
@allowed(Permission.READ_CASES)
def pack_file(request: HttpRequest, ref: UUID) -> HttpResponse:  # noqa: ARG001 - the guard looks at it
    """The file of a pack that was made; it opens at the county it was sealed for alone."""
    found = queries.sent_pack(ref)
    if found is None:
        raise Http404
    response = HttpResponse(bytes(found.document), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="pack-{found.ref}.json"'
    return response


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_CASES)
def pack(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What another county asked to watch; open one identifier, stop watching."""
    found, told = queries.taken_pack(ref), _Told()
    if found is None:
        raise Http404
    entries = queries.entries_of(found)
    form = EntryForm(
        request.POST if request.POST.get("step") == "reveal" else None,
        entries=[(str(e.ref), f"{e.get_kind_display()} {short(e.mark)}") for e in entries],
    )
    revealed: list[str] = []
    if _is_filled(request, form):
        done = told.of(lambda: _do(request, found, form, revealed))
        if done and not revealed:
            say_done(request, PACK, "stop")
            return redirect("guard:pack", found.ref)
    actor = user_of(request)
    context = {
        "pack": found, "facts": pack_facts(found), "standing": standing(found, timezone.now()),
        "entries": entries_table(entries), "reveals": looks_table(queries.reveals_of(found)),
        "cases": queries.cases_found_by(found), "form": form, "refusal": told.refusal,
        "revealed": "".join(revealed), "may_reveal": actor.can(Permission.REVEAL_NUMBERS),
        "may_stop": found.stopped_at is None and actor.can(Permission.HANDLE_CASES),
    }  # fmt: skip
    status = UNPROCESSABLE if request.method == "POST" and not revealed else 200
    return render(request, "guard/pack.html", context, status=status)


def _do(request: HttpRequest, found: TakenPack, form: EntryForm, revealed: list[str]) -> None:
    actor, now, step = user_of(request), timezone.now(), request.POST.get("step")
    if step == "stop":
        stop_pack(actor=actor, pack=found, now=now)
    elif step == "reveal":
        said = form.cleaned_data
        entry = next(e for e in queries.entries_of(found) if str(e.ref) == said["entry"])
        value = reveal_entry(actor=actor, entry=entry, reason=said["reason"], now=now)
        revealed.append(value)
    else:
        raise Http404
