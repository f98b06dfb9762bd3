"""Pages without sign-in: check a team, ask for a village, check a document's number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from xinnong.accounts.asked import TOO_MANY, asked_too_often
from xinnong.accounts.devices import client_address
from xinnong.areas.places import places
from xinnong.core.outreach import number_in
from xinnong.outreach import answers
from xinnong.outreach.forms import CodeForm, CodeInVillageForm, NumberForm, VillageForm
from xinnong.outreach.published_rules import bureau_number
from xinnong.outreach.queries.windows import document_by_number, photo_of, teams_in_village
from xinnong.outreach.services.checking import MOST_NUMBERS_A_MINUTE, check_code
from xinnong.web.kept_pages import render_kept
from xinnong.web.refusals import UNPROCESSABLE, wording_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from xinnong.outreach.queries.windows import Answer
    from xinnong.outreach.services.checking import Checked

PNG = b"\x89PNG"
NEEDS_VILLAGE = ("name_village", "used_up")


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Answer about the eight digits of a badge in green, amber or red."""
    kind = CodeInVillageForm if request.POST.get("village") is not None else CodeForm
    form = kind(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = UNPROCESSABLE if form.is_bound else 200
        return _page(request, "check", lambda: {"form": form}, (kind, _typed(request)), status)
    now = timezone.now()
    checked = check_code(
        text=form.cleaned_data["code"], village=form.cleaned_data.get("village", ""), now=now,
        asker=f"web:{client_address(request)}", today=timezone.localdate(now),
    )  # fmt: skip
    made_of = (kind, _typed(request), checked)
    return _page(request, "check", lambda: _shown(checked, form, request), made_of)


def _typed(request: HttpRequest) -> tuple[str | None, ...]:
    return tuple(request.POST.get(name) for name in ("code", "village"))


def _shown(checked: Checked, form: CodeForm, request: HttpRequest) -> dict[str, Any]:
    """The answer, and the form again: with a list of villages once one has to be named."""
    if checked.outcome in NEEDS_VILLAGE and not isinstance(form, CodeInVillageForm):
        form = CodeInVillageForm(initial={"code": request.POST["code"]})
    shown: dict[str, Any] = {"form": form, "said": answers.of_check(checked)}
    if checked.answer is not None:
        shown["teams"] = [_team(checked.answer)]
    return shown


@require_safe
def village(request: HttpRequest) -> HttpResponse:
    """Tell who is approved in a village today."""
    form = VillageForm(request.GET or None)
    if not form.is_valid():
        status = UNPROCESSABLE if form.is_bound else 200
        return _page(request, "village", lambda: {"form": form}, None, status)
    now, code = timezone.now(), form.cleaned_data["village"]
    found = teams_in_village(code, now=now, today=timezone.localdate(now))
    return _page(
        request, "village",
        lambda: {
            "form": form, "said": answers.of_village(code, found),
            "teams": [_team(each) for each in found], "asked": places().of(code),
        },
        found,
    )  # fmt: skip


@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """Tell whether a letter with a number is in the register."""
    form = NumberForm(request.GET or None)
    shown: dict[str, Any] = {"form": form}
    now = timezone.now()
    if form.is_valid() and asked_too_often(
        "document", client_address(request), most=MOST_NUMBERS_A_MINUTE, now=now
    ):
        shown["refusal"] = wording_of("outreach.asked_too_often", {})
        return _page(request, "document", lambda: shown, None, TOO_MANY)
    if form.is_valid():
        key = number_in(form.cleaned_data["number"])
        found = document_by_number(key) if key else None
        shown["said"] = answers.of_document(found, today=timezone.localdate())
        shown["facts"] = answers.document_facts(found) if found else None
    status = UNPROCESSABLE if form.is_bound and not form.is_valid() else 200
    return _page(request, "document", lambda: shown, shown.get("said"), status)


@require_safe
def photo(request: HttpRequest, sha256: str) -> HttpResponse:  # noqa: ARG001 - anybody may see it
    """Show the picture of somebody who goes out today or soon."""
    found = photo_of(sha256, today=timezone.localdate())
    if found is None:
        raise Http404
    kind = "image/png" if found.startswith(PNG) else "image/jpeg"
    answer = HttpResponse(found, content_type=kind)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _team(answer: Answer) -> dict[str, Any]:
    """A team as the page lists it: what it may do, and its people."""
    return {
        "said": answers.of_team(answer), "facts": answers.facts_of(answer),
        "agents": answer.agents, "is_shown": answer.standing.reason != "not_approved",
    }  # fmt: skip


def _page(
    request: HttpRequest,
    name: str,
    shown: Callable[[], dict[str, Any]],
    made_of: object,
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    return render_kept(
        request, f"outreach/{name}.html",
        lambda: {"closed": answers.closed_purposes(today), "page": name,
                 "call": bureau_number(), **shown()},
        made_of=(today, made_of), status=status,
    )  # fmt: skip
