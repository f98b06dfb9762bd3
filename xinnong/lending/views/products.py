"""Loan products: what is offered, what changed between versions, and the next version by two people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, signed_in, user_of
from xinnong.core.errors import Refused
from xinnong.core.product_file import (
    InvalidProduct,
    compile_product,
    load_product,
    product_source,
)
from xinnong.lending import queries, services, wording
from xinnong.lending.forms.products import SourceForm
from xinnong.lending.tables import (
    comparison_table,
    drafts_table,
    facts_of,
    products_table,
    versions_table,
)
from xinnong.lending.views.asking import lender_of
from xinnong.web import figures
from xinnong.web.refusals import UNPROCESSABLE, wording_of
from xinnong.web.tables import Definition

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from xinnong.core.products import Product
    from xinnong.lending.models import ProductDraft, PublishedProduct


@signed_in
def products(request: HttpRequest) -> HttpResponse:
    """List what is in force, and the own lender's drafts."""
    lender = lender_of(request)
    found = queries.products_in_force(on=timezone.localdate())
    context = {
        "table": products_table([(each, queries.product_of(each)) for each in found]),
        "drafts": drafts_table(queries.open_drafts(institution=lender))
        if _may_draft(request)
        else None,
        "needs_factor": _needs_factor(request),
    }
    return render(request, "lending/products.html", context)


@signed_in
def product(request: HttpRequest, sha256: str) -> HttpResponse:
    """Show one version: every setting, the other versions, and what it could reach."""
    found = _published(sha256)
    read = queries.product_of(found)
    versions = queries.versions_of(found.code)
    context = {
        "product": read,
        "title": wording.title_of(read),
        "says": wording.says_of(read),
        "facts": facts_of(found, read),
        "versions": versions_table(versions, shown=found) if len(versions) > 1 else None,
        "reach": _reach(request, read),
        "may_draft": _may_draft(request),
        "needs_factor": _needs_factor(request),
    }
    return render(request, "lending/product.html", context)


@signed_in
def compare(request: HttpRequest) -> HttpResponse:
    """Show in what two versions differ."""
    old, new = (_published(request.GET.get(name, "")) for name in ("old", "new"))
    before, after = queries.product_of(old), queries.product_of(new)
    context = {
        "old": before,
        "new": after,
        "old_sum": old.sha256,
        "title": wording.title_of(after),
        "table": comparison_table(queries.differences(before, after), before, after),
    }
    return render(request, "lending/compare.html", context)


@require_http_methods(["GET", "POST"])
@allowed(Permission.PUBLISH_PRODUCT)
def new_draft(request: HttpRequest) -> HttpResponse:
    """Start the next version from a published one, or from nothing."""
    if request.method == "POST":
        return _save(request, None)
    start = request.GET.get("from", "")
    source = product_source(bytes(_published(start).document)) if start else ""
    return _editor(request, None, source)


@require_http_methods(["GET", "POST"])
@allowed(Permission.PUBLISH_PRODUCT)
def draft(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Show a draft with its comparison and reach; save, sign, publish or drop it."""
    found = queries.draft_by_ref(ref, institution=lender_of(request))
    if found is None:
        raise Http404
    if request.method == "GET":
        return _editor(request, found, found.source)
    step = request.POST.get("step", "")
    if step == "save":
        return _save(request, found)
    return _step(request, found, step)


def _step(request: HttpRequest, found: ProductDraft, step: str) -> HttpResponse:
    actor, now, today = user_of(request), timezone.now(), timezone.localdate()
    try:
        if step == "sign":
            services.sign_draft(actor=actor, draft=found, now=now, today=today)
        elif step == "unsign":
            services.withdraw_signature(actor=actor, draft=found, now=now)
        elif step == "drop":
            services.drop_draft(actor=actor, draft=found, now=now)
            return redirect("lending:products")
        elif step == "publish":
            published = services.publish_draft(actor=actor, draft=found, now=now, today=today)
            return redirect("lending:product", published.sha256)
        else:
            raise Http404
    except Refused as refusal:
        return _editor(request, found, found.source, refusal=refusal)
    return redirect("lending:draft", found.ref)


def _save(request: HttpRequest, found: ProductDraft | None) -> HttpResponse:
    form = SourceForm(request.POST)
    source = str(request.POST.get("source", ""))
    if not form.is_valid():
        return _editor(request, found, source, form=form)
    try:
        saved = services.save_draft(
            actor=user_of(request),
            institution=lender_of(request),
            source=form.cleaned_data["source"],
            now=timezone.now(),
            draft=found,
        )
    except Refused as refusal:
        return _editor(request, found, source, refusal=refusal)
    return redirect("lending:draft", saved.ref)


def _editor(
    request: HttpRequest,
    found: ProductDraft | None,
    source: str,
    *,
    form: SourceForm | None = None,
    refusal: Refused | None = None,
) -> HttpResponse:
    """The editing page; what was typed stays, with everything that is wrong beside it."""
    read, problems = _read(source)
    context: dict[str, object] = {
        "draft": found,
        "form": form or SourceForm(initial={"source": source}),
        "problems": problems,
        "refusal": wording_of(refusal.code, refusal.params) if refusal else None,
        "may_publish": found is not None and found.first_signer != user_of(request).ref,
    }
    if read is not None:
        context |= _effect(request, read)
    failed = refusal is not None or (form is not None and not form.is_valid())
    return render(request, "lending/draft.html", context, status=UNPROCESSABLE if failed else 200)


def _read(source: str) -> tuple[Product | None, list[Definition]]:
    if not source.strip():
        return None, []
    try:
        return load_product(compile_product(source)), []
    except InvalidProduct as refusal:
        named = [
            Definition(
                wording.setting_name(each.field) if each.field else _("全文"),
                wording.problem_text(each.code, each.params),
                note=each.field,
            )
            for each in refusal.problems
        ]
        return None, named


def _effect(request: HttpRequest, read: Product) -> dict[str, object]:
    """What a draft would change: against the newest version, and in whose reach it is."""
    versions = queries.versions_of(read.id)
    changed = None
    if versions:
        before = queries.product_of(versions[0])
        changed = comparison_table(queries.differences(before, read), before, read)
    return {"changed": changed, "reach": _reach(request, read)}


def _reach(request: HttpRequest, read: Product) -> list[Definition]:
    """Counts for whoever may see the county's figures; no single household."""
    lender = lender_of(request)
    if not lender or not user_of(request).can(Permission.READ_COUNTY):
        return []
    reach = queries.reach_of(read, lender=lender)
    return [
        Definition(
            _("额度够借的农户"),
            _("%(enough)s 户，占本机构授信户的 %(share)s")
            % {
                "enough": figures.count(reach.households),
                "share": figures.percent(reach.households, reach.lines),
            },
        ),
        Definition(_("最多可借"), figures.large_yuan(reach.amount_minor)),
    ]


def _published(sha256: str) -> PublishedProduct:
    found = queries.product_by_sum(sha256)
    if found is None:
        raise Http404
    return found


def _needs_factor(request: HttpRequest) -> bool:
    """Whether the reader drafts products once the session has a second factor."""
    waits = Permission.PUBLISH_PRODUCT in user_of(request).approving
    return bool(lender_of(request)) and waits and not _may_draft(request)


def _may_draft(request: HttpRequest) -> bool:
    return bool(lender_of(request)) and user_of(request).can(Permission.PUBLISH_PRODUCT)
