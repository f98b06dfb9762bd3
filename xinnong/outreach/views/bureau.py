"""The bureau: channels and their licences, stopping with what it means, the register of letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.outreach import tables
from xinnong.outreach.answers import document_facts
from xinnong.outreach.done_wording import DONE
from xinnong.outreach.forms import DocumentForm, LicenceForm, ReasonForm, RenewForm
from xinnong.outreach.queries import staff
from xinnong.outreach.services.actors import bureau_of
from xinnong.outreach.services.documents import file_document, withdraw_document
from xinnong.outreach.services.licensing import license_channel, renew_licence
from xinnong.outreach.services.suspending import cascade_of, resume, suspend
from xinnong.outreach.views.asking import Told, searched
from xinnong.web.done import say_done
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@require_http_methods(["GET", "POST"])
@allowed(Permission.STOP_CHANNEL)
def channels(request: HttpRequest) -> HttpResponse:
    """List the channels, and license another one with a second factor."""
    user, told = user_of(request), Told()
    may_license = user.can(Permission.LICENSE_CHANNEL)
    if request.method == "POST" and not may_license:
        raise Http404
    known = {each.code: each for each in staff.unlicensed_places(bureau_of(user))}
    named = [(code, each.shown_name) for code, each in known.items()]
    form = LicenceForm(request.POST or None, request.FILES or None, places=named)

    def license_it() -> object:
        said = form.cleaned_data | {"institution": known[form.cleaned_data["institution"]]}
        return license_channel(actor=user, now=timezone.now(), **said)

    if form.is_bound and form.is_valid() and told.of(license_it):
        say_done(request, DONE, "license")
        return redirect("outreach:channels")
    context = {
        "table": tables.channels_table(staff.channels()),
        "form": form if may_license and named else None,
        "needs_second_factor": not may_license,
        "refusal": told.refusal,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "outreach/channels.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.STOP_CHANNEL)
def channel(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Show a channel with everybody below it; renew or shorten its licence with a second factor."""
    found, user, told = staff.channel_by_ref(ref), user_of(request), Told()
    if found is None:
        raise Http404
    may_license = user.can(Permission.LICENSE_CHANNEL)
    if request.method == "POST" and not may_license:
        raise Http404
    form = RenewForm(request.POST or None, request.FILES or None, since=found.licensed_from)

    def renew() -> None:
        renew_licence(actor=user, channel=found, now=timezone.now(), **form.cleaned_data)

    if form.is_bound and form.is_valid() and told.of(renew):
        say_done(request, DONE, "renew")
        return redirect("outreach:channel", ref)
    context = {
        "form": form if may_license else None,
        "needs_second_factor": not may_license,
        "refusal": told.refusal,
        "channel": found,
        "facts": tables.channel_facts(found),
        "table": tables.teams_table(staff.teams_of(found), files=False),
        "firms": tables.subcontractors_table(staff.subcontractors_of(found), may_stop=True),
        "clerks": Institution.objects.get(code=found.institution).users.count(),
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "outreach/channel.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.STOP_CHANNEL)
def stop(request: HttpRequest, kind: str, ref: UUID) -> HttpResponse:
    """Show what stops with a part before it is stopped; letting go again asks for a second factor."""
    found, user = staff.part_by_ref(kind, ref), user_of(request)
    if found is None:
        raise Http404
    step, told = request.POST.get("step", ""), Told()
    may_resume = user.can(Permission.LICENSE_CHANNEL)
    form, now = ReasonForm(request.POST if step == "suspend" else None), timezone.now()

    def do() -> None:
        if step == "resume" and may_resume:
            resume(actor=user, part=found, now=now)
        elif step == "suspend":
            suspend(actor=user, part=found, reason=form.cleaned_data["reason"], now=now)
        else:
            raise Http404

    if step and (not form.is_bound or form.is_valid()) and told.of(do):
        say_done(request, DONE, step)
        return redirect("outreach:stop", kind, ref)
    context = {
        "part": found,
        "facts": tables.standing_facts(found),
        "cascade": cascade_of(found, today=timezone.localdate()),
        "form": form,
        "may_resume": may_resume,
        "refusal": told.refusal,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "outreach/stop.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.STOP_CHANNEL)
def register(request: HttpRequest) -> HttpResponse:
    """List the letters, and file another one with a second factor."""
    user, told = user_of(request), Told()
    may_file = user.can(Permission.FILE_DOCUMENT)
    if request.method == "POST" and not may_file:
        raise Http404
    form = DocumentForm(request.POST or None, request.FILES or None)

    def file() -> object:
        return file_document(actor=user, now=timezone.now(), **form.cleaned_data)

    if form.is_bound and form.is_valid() and told.of(file):
        say_done(request, DONE, "document")
        return redirect("outreach:register")
    search = searched(request)
    found = staff.documents_page(search=search, turn=turn_of(request.GET), limit=PAGE_ROWS)
    shown, pager = page_of(found, size=PAGE_ROWS, address=request.GET, key=lambda e: str(e.pk))
    context = {
        "table": tables.documents_table(shown, pager),
        "search": search,
        "form": form if may_file else None,
        "needs_second_factor": not may_file,
        "refusal": told.refusal,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "outreach/register.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.STOP_CHANNEL)
def register_entry(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Show a letter, and withdraw it: stopping is quick."""
    found, told = staff.document_by_ref(ref), Told()
    if found is None:
        raise Http404
    form = ReasonForm(request.POST or None)

    def withdraw() -> None:
        withdraw_document(
            actor=user_of(request), document=found, reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )  # fmt: skip

    if form.is_bound and form.is_valid() and told.of(withdraw):
        say_done(request, DONE, "withdraw")
        return redirect("outreach:register_entry", ref)
    context = {
        "document": found,
        "facts": document_facts(found),
        "form": form if found.withdrawn_at is None else None,
        "refusal": told.refusal,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "outreach/register_entry.html", context, status=status)
