"""The overseer's pages about our own users: who reads too much, planted households, the rules.

Looking at a case or at the planted households is itself recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.audit.services import record
from xinnong.core.detection.rulebook import InvalidRulebook
from xinnong.guard.insider_forms import CanaryForm, InsiderLabelForm, InsiderRulesForm
from xinnong.guard.insider_tables import (
    canaries_table,
    evidence_table,
    insider_alerts_table,
    insider_cases_table,
    insider_rules_table,
    labels_facts,
    tried_table,
)
from xinnong.guard.insider_wording import CASE_DONE, PLANTED_DONE, RULES_DONE
from xinnong.guard.models import CaseState, InsiderRuleState
from xinnong.guard.order_tables import institution_name
from xinnong.guard.queries import insiders as queries
from xinnong.guard.rulebook_wording import rulebook_problem_said
from xinnong.guard.services.insider_cases import label_insider_case
from xinnong.guard.services.insider_rules import decide_insider_rules, propose_insider_rules
from xinnong.guard.wording import SEVERITY, TONES
from xinnong.privacy.models import CanaryState
from xinnong.privacy.queries import canaries
from xinnong.privacy.services.canaries import (
    ask_removal,
    decide_canary,
    decide_removal,
    propose_canary,
)
from xinnong.web.asking import Told
from xinnong.web.done import say_done
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE
from xinnong.web.tables import Definition

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from xinnong.privacy.models import Canary

LOOSE_SHOWN: Final = 30


@require_GET
@allowed(Permission.READ_READS)
def insiders(request: HttpRequest) -> HttpResponse:
    """Who is to be looked at, and what is only watched."""
    found = queries.insider_cases_page(turn=turn_of(request.GET), limit=PAGE_ROWS + 1)
    rows, pager = page_of(found, size=PAGE_ROWS, address=request.GET, key=lambda row: str(row.pk))
    context = {
        "cases": insider_cases_table(rows, pager),
        "loose": insider_alerts_table(
            queries.loose_alerts(LOOSE_SHOWN), _("只是留意、影子运行的预警")
        ),
        "tabs": _tabs(request, "insiders"),
    }
    return render(request, "guard/insiders.html", context)


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_READS)
def insider_case(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One case with its evidence; say what came of it."""
    found = queries.insider_case_by_ref(ref)
    if found is None:
        raise Http404
    actor, now, told = user_of(request), timezone.now(), Told()
    form = InsiderLabelForm(request.POST if request.method == "POST" else None)
    if (
        request.method == "POST"
        and form.is_valid()
        and told.of(
            lambda: label_insider_case(actor=actor, case=found, now=now, **form.cleaned_data)
        )
    ):
        say_done(request, CASE_DONE, "label")
        return redirect("guard:insider_case", ref)
    record(actor=actor, action="guard.review-insider-case", at=now, subject=found.ref)
    events = queries.evidence_of(found)
    names = queries.reader_names([found.actor])
    context = {
        "case": found,
        "name": names.get(found.actor, _("已停用的账户")),
        "institution": institution_name(found.institution) if found.institution else "",
        "severity": SEVERITY[found.severity],
        "tone": TONES[found.severity],
        "alerts": insider_alerts_table(list(found.alerts.order_by("-pk")), _("预警")),
        "evidence": evidence_table(events, queries.rows_behind(events)),
        "said": labels_facts(list(found.labels.order_by("-pk"))),
        "is_open": found.state == CaseState.OPEN,
        "form": form,
        "refusal": told.refusal,
        "reads": f"{reverse('journeys:reads')}?actor={found.actor}",
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "guard/insider_case.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.KEEP_WATCH)
def planted(request: HttpRequest) -> HttpResponse:
    """Planted households: propose, and decide as the second person."""
    actor, told, step = user_of(request), Told(), request.POST.get("step", "")
    form = CanaryForm(request.POST if step == "propose" else None)
    may_act = request.method == "POST" and (step != "propose" or form.is_valid())
    if may_act and told.of(lambda: _act(request, step, form)):
        say_done(request, PLANTED_DONE, step)
        return redirect("guard:planted")
    found = canaries()
    record(
        actor=actor, action="privacy.review-canaries", at=timezone.now(), counts={"rows": len(found)}
    )  # fmt: skip
    context = {
        "table": canaries_table(found),
        "form": form,
        "refusal": told.refusal,
        "waiting": [each for each in found if each.state == CanaryState.PROPOSED],
        "leaving": [each for each in found if each.state == CanaryState.LEAVING],
        "standing": [each for each in found if each.state == CanaryState.PLANTED],
        "tabs": _tabs(request, "planted"),
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "guard/planted.html", context, status=status)


def _act(request: HttpRequest, step: str, form: CanaryForm) -> object:
    actor, now = user_of(request), timezone.now()
    if step == "propose":
        said = form.cleaned_data
        return propose_canary(
            actor=actor, area12=said["village"], head_name=said["head_name"], now=now
        )
    found = _named(request)
    if step in {"approve", "refuse"}:
        return decide_canary(actor=actor, canary=found, approve=step == "approve", now=now)
    if step == "leave":
        return ask_removal(actor=actor, canary=found, now=now)
    if step in {"remove", "keep"}:
        return decide_removal(actor=actor, canary=found, approve=step == "remove", now=now)
    raise Http404


def _named(request: HttpRequest) -> Canary:
    refs = [each for each in canaries() if str(each.ref) == request.POST.get("canary")]
    if not refs:
        raise Http404
    return refs[0]


@require_http_methods(["GET", "POST"])
@allowed(Permission.KEEP_WATCH)
def insider_rules(request: HttpRequest) -> HttpResponse:
    """Versions of the rules: propose one, which is tried; decide as the second person."""
    told, step = Told(), request.POST.get("step", "")
    versions = queries.insider_rules()
    newest = versions[0].source if versions else queries.shipped_insider_source()
    form = (
        InsiderRulesForm(request.POST)
        if step == "propose"
        else InsiderRulesForm(initial={"source": newest, "mode": "shadow"})
    )
    problems: list[Definition] = []
    if request.method == "POST" and (step != "propose" or form.is_valid()):
        try:
            if told.of(lambda: _decide_rules(request, step, form)):
                say_done(request, RULES_DONE, step)
                return redirect("guard:insider_rules")
        except InvalidRulebook as refused:
            said = [(each.field, rulebook_problem_said(each)) for each in refused.problems]
            problems = [
                Definition(field or _("全文"), str(words.says), note=str(words.advice))
                for field, words in said
            ]
    waiting = [each for each in versions if each.state == InsiderRuleState.PROPOSED]
    context = {
        "table": insider_rules_table(versions),
        "waiting": [(each, tried_table(each)) for each in waiting],
        "form": form,
        "problems": problems,
        "refusal": told.refusal,
        "tabs": _tabs(request, "insider_rules"),
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "guard/insider_rules.html", context, status=status)


def _decide_rules(request: HttpRequest, step: str, form: InsiderRulesForm) -> object:
    actor, now = user_of(request), timezone.now()
    if step == "propose":
        return propose_insider_rules(actor=actor, now=now, **form.cleaned_data)
    refs = [each for each in queries.insider_rules() if str(each.ref) == request.POST.get("rules")]
    if step not in {"approve", "refuse"} or not refs:
        raise Http404
    return decide_insider_rules(actor=actor, rules=refs[0], approve=step == "approve", now=now)


def _tabs(request: HttpRequest, current: str) -> list[tuple[str, str, bool]]:
    """The pages of the watch; those that change something only for who may."""
    names = {"insiders": _("查看预警")}
    if user_of(request).can(Permission.KEEP_WATCH):
        names |= {"planted": _("哨户"), "insider_rules": _("查看预警规则")}
    return [(reverse(f"guard:{code}"), name, code == current) for code, name in names.items()]
