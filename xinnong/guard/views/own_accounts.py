"""My accounts: what the police ordered about the own number, why, and an appeal with one button."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.guard.order_wording import OWN_WORDS
from xinnong.guard.queries.own_accounts import own_accounts
from xinnong.guard.services.victims import take_own_appeal
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_read
from xinnong.web.asking import Told
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from xinnong.guard.queries.own_accounts import OwnAccount

READ = ("accounts",)


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_OWN_FILE)
def mine(request: HttpRequest) -> HttpResponse:
    """Show what touches the own number; appeal for one account of it."""
    user, told = user_of(request), Told()
    if request.method == "POST" and told.of(lambda: _appeal(request)):
        return redirect("guard:my_accounts")
    found = own_accounts(user.person_ref)
    if user.person_ref is not None:
        record_read(
            actor=user, at=timezone.now(), purpose=Purpose.OWN_FILE, fields=READ,
            person=user.person_ref,
        )  # fmt: skip
    context = {
        "is_known": found.is_known, "cases": found.cases, "refusal": told.refusal,
        "accounts": [_shown(each) for each in found.accounts], "form": None,
    }  # fmt: skip
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "guard/my_accounts.html", context, status=status)


def _appeal(request: HttpRequest) -> None:
    try:
        account = UUID(request.POST.get("account", ""))
    except ValueError:
        raise Http404 from None
    said = request.POST.get("said", "").strip() or _("本人申诉：这是我自己的账号，请恢复。")
    take_own_appeal(actor=user_of(request), account=account, said=said, now=timezone.now())


def _shown(each: OwnAccount) -> dict[str, object]:
    """An account in plain words; nothing of the officers, their reasons or others' accounts."""
    order = each.account.order
    return {
        "ref": each.account.ref, "platform": each.account.target.name, "kind": order.kind,
        "asked": order.get_kind_display(), "why": OWN_WORDS[order.kind], "at": order.issued_at,
        "until": order.expires_at, "answer": each.account.get_state_display(),
        "is_lifted": each.is_lifted, "appeal": each.appeal, "may_appeal": each.may_appeal,
    }  # fmt: skip
