"""The page on which an accountant keeps the codes of the bank's own core."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.core.errors import Refused
from xinnong.ledger import services
from xinnong.ledger.chart import kind_name
from xinnong.ledger.core_codes import CoreLine, Given, core_lines
from xinnong.ledger.forms import CoreCodeForm, CoreFileForm, new_key
from xinnong.ledger.naming import product_names
from xinnong.ledger.views.reading import ledger_of
from xinnong.web.refusals import UNPROCESSABLE, render_refused
from xinnong.web.tables import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xinnong.accounts.models import Institution

TEMPLATE = "ledger/core_codes.html"


@allowed(Permission.READ_LEDGER)
def core_codes(request: HttpRequest) -> HttpResponse:
    """List all kinds with the core's codes; whoever may keeps them."""
    owner = ledger_of(request)
    if owner is None:
        return render(request, "ledger/empty.html")
    one = CoreCodeForm(
        initial={
            "key": new_key(),
            "kind": request.GET.get("kind", ""),
            "product": request.GET.get("product", ""),
        }
    )
    return render(request, TEMPLATE, _context(request, owner, one, _file_form()))


@require_POST
@allowed(Permission.KEEP_LEDGER)
def keep_core_codes(request: HttpRequest) -> HttpResponse:
    """Take one code from the form, or all of a file."""
    owner = ledger_of(request)
    if owner is None:
        raise Http404
    one, many = CoreCodeForm(initial={"key": new_key()}), _file_form()
    sent: CoreCodeForm | CoreFileForm
    if "kind" in request.POST:
        sent = one = CoreCodeForm(request.POST)
    else:
        sent = many = CoreFileForm(request.POST, request.FILES)
    context = _context(request, owner, one, many)
    if not sent.is_valid():
        return render(request, TEMPLATE, context, status=UNPROCESSABLE)
    try:
        changed = services.keep_core_codes(
            institution=owner,
            actor=user_of(request),
            key=sent.cleaned_data["key"],
            said=sent.said(),
            now=timezone.now(),
        )
    except Refused as refused:
        return render_refused(
            request, code=refused.code, params=refused.params, template=TEMPLATE, context=context
        )
    messages.success(request, _("已更新 %(count)s 个核心代码。") % {"count": changed})
    return redirect(f"{reverse('ledger:core_codes')}?{urlencode({'institution': owner.code})}")


def _file_form() -> CoreFileForm:
    return CoreFileForm(initial={"key": new_key()}, auto_id="file_%s")


def _context(
    request: HttpRequest, owner: Institution, one: CoreCodeForm, many: CoreFileForm
) -> dict[str, object]:
    may_keep = user_of(request).can(Permission.KEEP_LEDGER)
    lines = core_lines(owner, given=request.GET.get("given", ""))
    return {
        "owner": owner,
        "table": _table(owner, lines, may_keep=may_keep),
        "missing": len(core_lines(owner, given=Given.MISSING)),
        "form": one,
        "file_form": many,
        "may_keep": may_keep,
    }


def _table(owner: Institution, lines: Sequence[CoreLine], *, may_keep: bool) -> Table:
    words = {
        Given.OWN: _("本行代码"),
        Given.KIND: _("同科目的代码"),
        Given.MISSING: _("还没有填，暂用科目表的代码"),
    }
    products = product_names()
    rows = [
        [
            Cell(
                f"{line.kind.code} {kind_name(line.kind)}",
                url=_edit(owner, line) if may_keep else "",
                note=_named(line.product, products),
            ),
            Cell(line.code),
            Cell(words[line.given]),
        ]
        for line in lines
    ]
    return Table(
        _("核心代码"),
        [Column(_("科目")), Column(_("核心代码")), Column(_("来源"))],
        rows,
        empty_title=_("没有这样的科目"),
        empty_hint=_("请去掉筛选条件再看。"),
    )


def _named(code: str, products: Mapping[str, str]) -> str:
    """A product's name with its code, because a file of codes names it by that."""
    return f"{products[code]}（{code}）" if code in products else code


def _edit(owner: Institution, line: CoreLine) -> str:
    asked = {"institution": owner.code, "kind": line.kind.code, "product": line.product}
    return f"{reverse('ledger:core_codes')}?{urlencode(asked)}#one"
