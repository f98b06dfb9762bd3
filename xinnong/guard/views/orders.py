"""Joint orders: sign, approve, follow, restore; platforms they go to; what bureau and banks ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.accounts.visibility import allowed, user_of
from xinnong.areas.places import places
from xinnong.core.errors import Refused
from xinnong.guard.done_wording import ORDER, REQUEST, TARGET
from xinnong.guard.models import AppealState, FeedState, JointOrder, OrderState
from xinnong.guard.order_forms import (
    AnswerForm,
    AppealForm,
    ApproveForm,
    OrderForm,
    OrdersForm,
    ReasonForm,
    RequestForm,
    RestoreForm,
    TargetForm,
)
from xinnong.guard.order_tables import (
    accounts_table,
    appeals_table,
    deliveries_table,
    institution_name,
    order_facts,
    orders_table,
    requests_table,
    targets_table,
)
from xinnong.guard.papers import set_order_paper, set_victim_pack
from xinnong.guard.queries import orders as queries
from xinnong.guard.queries.cases import case_by_ref
from xinnong.guard.queries.evidence import order_evidence
from xinnong.guard.refusals import OrderNotLawful
from xinnong.guard.services import orders as services
from xinnong.guard.services.delivering import police_key
from xinnong.guard.services.officers import in_guard
from xinnong.guard.services.requests import answer_request, request_order
from xinnong.guard.services.targets import decide_target, propose_target
from xinnong.guard.tables import officer_names
from xinnong.web.asking import Told
from xinnong.web.done import say_done
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE, Wording, wording_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from xinnong.guard.models import Case, OrderAccount


@require_GET
@allowed(Permission.READ_CASES)
def orders(request: HttpRequest) -> HttpResponse:
    """List orders."""
    form = OrdersForm(request.GET)
    found = (
        queries.orders_page(
            form.cleaned_data["state"], turn=turn_of(request.GET), limit=PAGE_ROWS + 1
        )
        if form.is_valid()
        else []
    )
    rows, pager = page_of(found, size=PAGE_ROWS, address=request.GET, key=lambda row: str(row.pk))
    waiting = queries.open_appeals()
    context = {
        "form": form, "table": orders_table(rows, pager),
        "appeals": appeals_table(waiting, leads=True) if waiting else None,
    }  # fmt: skip
    status = 200 if form.is_valid() else UNPROCESSABLE
    return render(request, "guard/orders.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.SIGN_ORDERS)
def new_order(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Sign an order about a case's accounts as its handler."""
    case = case_by_ref(ref)
    if case is None:
        raise Http404
    found = queries.targets_in_case(case)
    choices = [
        (each.code, _("%(name)s（%(count)s 个账号）") % {"name": each.name, "count": count})
        for each, count in found
    ]
    form = OrderForm(request.POST or None, targets=choices)
    refusal, problems = None, list[Wording]()
    if request.method == "POST" and form.is_valid():
        try:
            order = services.sign_order(
                actor=user_of(request), case=case, now=timezone.now(), **form.cleaned_data
            )
        except Refused as refused:
            refusal = wording_of(refused.code, refused.params)
            if isinstance(refused, OrderNotLawful):
                problems = [wording_of(each.code, each.params) for each in refused.problems]
        else:
            say_done(request, ORDER, "sign")
            return redirect("guard:order", order.ref)
    context = {
        "case": case, "form": form, "refusal": refusal, "problems": problems, "choices": choices,
    }  # fmt: skip
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "guard/new_order.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_CASES)
def order(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One order with its keys, deliveries, receipts and appeals; approve it, give an account back."""
    found = queries.order_by_ref(ref)
    if found is None:
        raise Http404
    told = Told()
    if request.method == "POST" and told.of(lambda: _act(request, found)):
        return redirect("guard:order", found.ref)
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "guard/order.html", _shown(request, found, told), status=status)


def _act(request: HttpRequest, found: JointOrder) -> None:
    """The step that was asked for, and the words about it."""
    step, made = request.POST.get("step", ""), _made(request, found)
    waits = isinstance(made, JointOrder) and made.state == OrderState.APPROVED
    say_done(request, ORDER, "approve-third" if step == "approve" and waits else step)


def _made(request: HttpRequest, found: JointOrder) -> object:
    """Carry the step out; an unknown one, or an account of another order, does not exist."""
    step, actor, now = request.POST.get("step", ""), user_of(request), timezone.now()
    forms = {
        "approve": ApproveForm, "reject": ReasonForm, "appeal": AppealForm,
        "restore": RestoreForm, "turn-down": AppealForm,
    }  # fmt: skip
    if step not in forms:
        raise Http404
    form = forms[step](request.POST)
    if not form.is_valid():
        services.said_why("")
    said = form.cleaned_data
    if step == "approve":
        return services.approve_order(actor=actor, order=found, sha256=said["sha256"], now=now)
    if step == "reject":
        return services.reject_order(actor=actor, order=found, reason=said["reason"], now=now)
    account = _account(found, said["account"])
    if step == "appeal":
        return services.take_appeal(actor=actor, account=account, said=said["said"], now=now)
    if step == "turn-down":
        appeal = account.appeals.filter(state=AppealState.OPEN).first()
        if appeal is None:
            raise Http404
        return services.reject_appeal(actor=actor, appeal=appeal, reason=said["said"], now=now)
    return services.restore_account(
        actor=actor, account=account, reason=said["reason"], key=said["key"], now=now
    )


def _account(found: JointOrder, ref: UUID) -> OrderAccount:
    account = queries.account_by_ref(found, ref)
    if account is None:
        raise Http404
    return account


def _shown(request: HttpRequest, found: JointOrder, told: Told) -> dict[str, object]:
    actor, members = user_of(request), queries.members_of(found)
    appeals = queries.appeals_of(found)
    waits = found.state in {OrderState.SIGNED, OrderState.APPROVED}
    approves = actor.can(Permission.APPROVE_ORDERS)
    return {
        "order": found,
        "facts": order_facts(found, order_evidence(found) if found.issued_at else None),
        "accounts": accounts_table(members),
        "deliveries": deliveries_table(queries.deliveries_of(found), timezone.now()),
        "appeals": appeals_table(appeals) if appeals else None,
        "open_appeals": [each for each in appeals if each.state == AppealState.OPEN],
        "is_intact": services.is_intact(found),
        "refusal": told.refusal,
        "approve_form": ApproveForm(initial={"sha256": found.sha256}),
        "reject_form": ReasonForm(),
        "may_approve": waits and approves and actor.ref not in {found.handler, found.approver},
        "may_reject": waits and approves,
        "may_appeal": found.issued_at is not None and actor.can(Permission.HANDLE_CASES),
        "may_restore": found.issued_at is not None
        and approves
        and found.kind not in {"close", "restore"},
        "members": members,
        "restore_form": RestoreForm(),
    }


@require_GET
@allowed(Permission.READ_CASES)
def paper(request: HttpRequest, ref: UUID) -> HttpResponse:
    """An order on paper."""
    found = queries.order_by_ref(ref)
    if found is None:
        raise Http404
    keys = [each for each in (found.handler, found.approver, found.third) if each]
    names = officer_names(keys)
    document = set_order_paper(
        found, queries.members_of(found), names=[names.get(each, "—") for each in keys],
        police=_police_name(request), evidence=order_evidence(found),
    )  # fmt: skip
    return _pdf(document, f"order-{found.ref}.pdf")


@require_GET
@allowed(Permission.READ_CASES)
def victim_paper(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The statement and appeal pack for the victims of a case."""
    case = case_by_ref(ref)
    if case is None:
        raise Http404
    document = set_victim_pack(
        case, villages=_villages(case), orders=list(case.orders.filter(issued_at__isnull=False)),
        police=_police_name(request), now=timezone.now(),
    )  # fmt: skip
    return _pdf(document, f"victims-{case.ref}.pdf")


def _villages(case: Case) -> str:
    known = places()
    return "、".join(known.label(code) for code in case.villages)


def _police_name(request: HttpRequest) -> str:
    employer = user_of(request).institution
    assert isinstance(employer, Institution)
    return employer.name


def _pdf(document: bytes, name: str) -> HttpResponse:
    response = HttpResponse(document, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_CASES)
def targets(request: HttpRequest) -> HttpResponse:
    """Platforms that orders go to; propose one, decide about another."""
    actor, told = user_of(request), Told()
    may, step = actor.can(Permission.MANAGE_FEEDS), request.POST.get("step", "")
    form = TargetForm(request.POST if step == "propose" else None)
    asked = request.method == "POST" and may and (step != "propose" or form.is_valid())
    if asked and told.of(lambda: _decide(request, step, form)):
        say_done(request, TARGET, step)
        return redirect("guard:targets")
    found = queries.targets()
    context = {
        "table": targets_table(found), "form": form, "refusal": told.refusal, "may": may,
        "waiting": [each for each in found if each.state == FeedState.PROPOSED],
        "police_key": police_key().public_key().public_bytes_raw().hex(),
    }  # fmt: skip
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "guard/targets.html", context, status=status)


def _decide(request: HttpRequest, step: str, form: TargetForm) -> object:
    actor, now = user_of(request), timezone.now()
    if step == "propose":
        return propose_target(actor=actor, now=now, **form.cleaned_data)
    refs = [each for each in queries.targets() if str(each.ref) == request.POST.get("target")]
    if step not in {"approve", "refuse"} or not refs:
        raise Http404
    return decide_target(actor=actor, target=refs[0], approve=step == "approve", now=now)


@require_http_methods(["GET", "POST"])
@allowed(Permission.REQUEST_ORDERS)
def requests(request: HttpRequest) -> HttpResponse:
    """What the own institution asked of the police; ask something new."""
    actor, told = user_of(request), Told()
    form = RequestForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and told.of(lambda: request_order(actor=actor, now=timezone.now(), **form.cleaned_data))
    ):
        say_done(request, REQUEST, "ask")
        return redirect("guard:requests")
    with scoped(in_guard(actor.ref)):
        code = actor.institution.code if actor.institution else "-"
        table = requests_table(queries.requests_of(code))
    context = {"table": table, "form": form, "refusal": told.refusal}
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "guard/requests.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.HANDLE_CASES)
def asked(request: HttpRequest) -> HttpResponse:
    """What bureau and banks asked; answer it."""
    told, form = Told(), AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = queries.request_by_ref(form.cleaned_data["request"])
        if found is None:
            raise Http404
        if told.of(
            lambda: answer_request(
                actor=user_of(request), request=found, answer=form.cleaned_data["answer"],
                now=timezone.now(),
            )
        ):  # fmt: skip
            say_done(request, REQUEST, "answer")
            return redirect("guard:asked")
    rows = queries.requests_of("")
    context = {
        "table": requests_table(rows),
        "waiting": [(each, institution_name(each.institution)) for each in rows if not each.answer],
        "refusal": told.refusal, "form": form,
    }  # fmt: skip
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "guard/asked.html", context, status=status)
