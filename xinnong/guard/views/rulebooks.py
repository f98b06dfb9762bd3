"""Rulebooks: what is in use, the next version by two people, and what it would have found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.core.detection.rulebook import InvalidRulebook, load_rulebook, rulebook_source
from xinnong.guard.done_wording import RULEBOOK
from xinnong.guard.forms import RulebookForm
from xinnong.guard.queries import rulebooks as queries
from xinnong.guard.queries.cases import precision_by_rule
from xinnong.guard.rule_tables import (
    alarms_table,
    back_test_table,
    drafts_table,
    rules_table,
    uses_table,
    versions_table,
)
from xinnong.guard.rulebook_wording import rulebook_problem_said
from xinnong.guard.services import rulebooks as services
from xinnong.guard.services.back_testing import back_test
from xinnong.web.asking import Told
from xinnong.web.done import say_done
from xinnong.web.refusals import UNPROCESSABLE
from xinnong.web.tables import Definition

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from xinnong.guard.models import RulebookDraft


@require_GET
@allowed(Permission.READ_CASES)
def rulebooks(request: HttpRequest) -> HttpResponse:
    """What is in use, drafts, every version, and rules that fire unlike their back-test."""
    may = user_of(request).can(Permission.PUBLISH_RULEBOOK)
    context = {
        "uses": uses_table([(use, queries.state_of(use.rulebook)) for use in queries.open_uses()]),
        "drafts": drafts_table(queries.open_drafts()) if may else None,
        "versions": versions_table(queries.published_rulebooks()),
        "alarms": alarms_table(queries.rate_alarms()),
        "may": may,
        "release": queries.unpublished_release() if may else "",
    }
    return render(request, "guard/rulebooks.html", context)


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_CASES)
def rulebook(request: HttpRequest, sha256: str) -> HttpResponse:
    """One version: its rules with what people said of their cases; put it to use in another mode."""
    found = queries.rulebook_by_sum(sha256)
    if found is None:
        raise Http404
    actor, told = user_of(request), Told()
    may = actor.can(Permission.PUBLISH_RULEBOOK)
    mode = request.POST.get("mode", "")
    if request.method == "POST" and may:
        if mode not in {"live", "shadow"}:
            raise Http404
        if told.of(
            lambda: services.propose_use(actor=actor, rulebook=found, mode=mode, now=timezone.now())
        ):
            say_done(request, RULEBOOK, "use")
            return redirect("guard:rulebook", sha256)
    context = {
        "rulebook": found,
        "table": rules_table(queries.rulebook_of(found), precision_by_rule()),
        "source": rulebook_source(bytes(found.document)),
        "refusal": told.refusal,
        "may": may,
        "waiting": queries.waiting_uses(found) if may else [],
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "guard/rulebook.html", context, status=status)


@require_http_methods(["POST"])
@allowed(Permission.PUBLISH_RULEBOOK)
def confirm_use(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Confirm, as the second person, that a version is used."""
    found, told = queries.use_by_ref(ref), Told()
    if found is None:
        raise Http404
    if told.of(lambda: services.confirm_use(actor=user_of(request), use=found, now=timezone.now())):
        say_done(request, RULEBOOK, "confirm")
        return redirect("guard:rulebooks")
    return render(request, "422.html", {"refusal": told.refusal}, status=UNPROCESSABLE)


@require_http_methods(["GET", "POST"])
@allowed(Permission.PUBLISH_RULEBOOK)
def new_rulebook(request: HttpRequest) -> HttpResponse:
    """Start the next version from the newest, or from the one that came with a new release."""
    if request.method == "POST":
        return _save(request, None)
    first = {"source": queries.next_source(), "mode": "shadow"}
    return _editor(request, None, RulebookForm(initial=first))


@require_http_methods(["GET", "POST"])
@allowed(Permission.PUBLISH_RULEBOOK)
def rulebook_draft(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A draft with its back-test; save, try, sign, publish or drop it."""
    found = queries.draft_by_ref(ref)
    if found is None:
        raise Http404
    form = RulebookForm(initial={"source": found.source, "mode": found.mode})
    if request.method == "GET":
        return _editor(request, found, form)
    step, told = request.POST.get("step", ""), Told()
    if step == "save":
        return _save(request, found)
    if told.of(lambda: _step(request, found, step)):
        say_done(request, RULEBOOK, step)
        ended = step in {"drop", "publish"}
        return redirect("guard:rulebooks") if ended else redirect("guard:rulebook_draft", found.ref)
    return _editor(request, found, form, told=told)


def _step(request: HttpRequest, found: RulebookDraft, step: str) -> object:
    actor, now = user_of(request), timezone.now()
    steps = {
        "try": back_test,
        "sign": services.sign_rulebook_draft,
        "publish": services.publish_rulebook_draft,
        "drop": services.drop_rulebook_draft,
    }
    if step not in steps:
        raise Http404
    return steps[step](actor=actor, draft=found, now=now)


def _save(request: HttpRequest, found: RulebookDraft | None) -> HttpResponse:
    form, told, saved = RulebookForm(request.POST), Told(), list["RulebookDraft"]()
    if not form.is_valid():
        return _editor(request, found, form, told=told)
    said = form.cleaned_data
    problems: list[Definition] = []
    try:
        if told.of(
            lambda: saved.append(
                services.save_rulebook_draft(
                    actor=user_of(request), source=said["source"], mode=said["mode"],
                    now=timezone.now(), draft=found,
                )
            )
        ):  # fmt: skip
            say_done(request, RULEBOOK, "save")
            return redirect("guard:rulebook_draft", saved[0].ref)
    except InvalidRulebook as refused:
        problems = _problems(refused)
    return _editor(request, found, form, told=told, problems=problems)


def _problems(refused: InvalidRulebook) -> list[Definition]:
    found = []
    for each in refused.problems:
        said = rulebook_problem_said(each)
        found.append(Definition(each.field or _("全文"), str(said.says), note=str(said.advice)))
    return found


def _editor(
    request: HttpRequest,
    found: RulebookDraft | None,
    form: RulebookForm,
    *,
    told: Told | None = None,
    problems: list[Definition] | None = None,
) -> HttpResponse:
    """The editing page; what was typed stays, with everything that is wrong beside it."""
    test = queries.back_test_of(found.sha256) if found else None
    rules = (
        {rule.name: rule for rule in load_rulebook(found.source.encode()).rules} if found else {}
    )
    context = {
        "draft": found,
        "form": form,
        "problems": problems,
        "refusal": told.refusal if told else None,
        "test": test,
        "tested": back_test_table(test, rules) if test else None,
        "may_publish": found is not None and found.first_signer != user_of(request).ref,
    }
    failed = told is not None
    return render(
        request, "guard/rulebook_draft.html", context, status=UNPROCESSABLE if failed else 200
    )
