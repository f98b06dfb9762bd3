"""Cases: the queue, and one case with its timeline, pictures, tasks and numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.areas.places import places
from xinnong.guard.activities import has_activities_feed
from xinnong.guard.case_tables import (
    DIGEST_SHOWN,
    alerts_table,
    case_places,
    cases_table,
    events_table,
    notes_table,
    numbers_table,
    reveals_table,
    said_facts,
    tasks_table,
    villages_table,
)
from xinnong.guard.done_wording import CASE
from xinnong.guard.forms import (
    CasesForm,
    FinishForm,
    LabelForm,
    OpenNoteForm,
    ReleaseForm,
    RevealForm,
    TaskForm,
)
from xinnong.guard.models import CaseState
from xinnong.guard.order_forms import KeyedForm, NoteForm
from xinnong.guard.pictures import case_graph, short, village_plan
from xinnong.guard.queries import cases as queries
from xinnong.guard.queries import warnings as warned
from xinnong.guard.services import cases as services
from xinnong.guard.services.casefile import file_note, open_note
from xinnong.guard.services.victims import tell_victims
from xinnong.guard.services.warning import warn_neighbours
from xinnong.guard.tables import moment
from xinnong.guard.warning_tables import missing_facts, warnings_table
from xinnong.guard.wording import SEVERITY, TONES, task_said
from xinnong.web import figures
from xinnong.web.asking import Told
from xinnong.web.done import say_done
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django import forms
    from django.http import HttpRequest, HttpResponse, QueryDict

    from xinnong.guard.models import Case, CaseNumber
    from xinnong.privacy.models import SealedPayload

WATCH: Final = "watch"


@require_GET
@allowed(Permission.READ_CASES)
def cases(request: HttpRequest) -> HttpResponse:
    """List cases; what stands on no list of the filters selects nothing."""
    form = CasesForm(request.GET)
    found = (
        queries.cases_page(form.cleaned_data, turn=turn_of(request.GET), limit=PAGE_ROWS + 1)
        if form.is_valid()
        else []
    )
    rows, pager = page_of(found, size=PAGE_ROWS, address=request.GET, key=lambda row: str(row.pk))
    context = {
        "form": form,
        "table": cases_table(rows, pager),
        "has_activities": has_activities_feed(),
    }
    status = 200 if form.is_valid() else UNPROCESSABLE
    return render(request, "guard/cases.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_CASES)
def case(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One case; give tasks, open a number, say what it is."""
    found = queries.case_by_ref(ref)
    if found is None:
        raise Http404
    page = _Page(request, found)
    if request.method == "POST" and page.act():
        say_done(request, CASE, page.step)
        return redirect("guard:case", found.ref)
    status = (
        UNPROCESSABLE if request.method == "POST" and not (page.revealed or page.opened) else 200
    )
    return render(request, "guard/case.html", page.context(), status=status)


class _Page:
    """The forms of a case's page, one step at a time, and everything it shows."""

    def __init__(self, request: HttpRequest, found: Case) -> None:
        self.request, self.case, self.told = request, found, Told()
        self.step = request.POST.get("step", "") if request.method == "POST" else ""
        self.numbers = queries.numbers_of(found)
        self.notes = queries.notes_of(found)
        self.revealed = self.opened = ""
        self.forms: dict[str, forms.Form] = {
            "task": TaskForm(self._data("task")),
            "finish": FinishForm(self._data("finish")),
            "label": LabelForm(self._data("label")),
            "warn": KeyedForm(self._data("warn")),
            "tell": KeyedForm(self._data("tell")),
            "note": NoteForm(self._data("note")),
            "open": OpenNoteForm(self._data("open"), notes=_openable(self.notes)),
            "reveal": RevealForm(self._data("reveal"), numbers=_choices(found, self.numbers)),
            "release": ReleaseForm(
                self._data("release"), numbers=[(n.mark, short(n.mark)) for n in self.numbers if n.holds]
            ),
        }  # fmt: skip

    def _data(self, step: str) -> QueryDict | None:
        return self.request.POST if self.step == step else None

    def act(self) -> bool:
        """Carry the step out; True where the page is to be loaded anew."""
        form = self.forms.get(self.step)
        if form is None:
            raise Http404
        return (
            form.is_valid()
            and self.told.of(lambda: self._do(form.cleaned_data))
            and not (self.revealed or self.opened)
        )

    def _do(self, said: dict[str, object]) -> None:
        actor, now, case = user_of(self.request), timezone.now(), self.case
        values: dict[str, object] = {"actor": actor, "now": now}
        if self.step == "task":
            services.add_task(case=case, **values, **said)  # type: ignore[arg-type]  # as the form checked
        elif self.step == "finish":
            task = queries.task_by_ref(case, said["task"])  # type: ignore[arg-type]
            if task is None:
                raise Http404
            services.finish_task(actor=actor, now=now, task=task, result=str(said["result"]))
        elif self.step == "label":
            services.label_case(case=case, **values, **said)  # type: ignore[arg-type]
        elif self.step == "release":
            services.release_number(case=case, **values, **said)  # type: ignore[arg-type]
        elif self.step == "note":
            file_note(case=case, **values, **said)  # type: ignore[arg-type]
        elif self.step == "open":
            self.opened = open_note(actor=actor, ref=UUID(str(said["note"])), now=now)
        elif self.step == "tell":
            tell_victims(actor=actor, case=case, now=now)
        elif self.step == "warn":
            warn_neighbours(case=case, **values, **said)  # type: ignore[arg-type]
        else:
            self.revealed = services.reveal_number(case=case, **values, **said)  # type: ignore[arg-type]

    def context(self) -> dict[str, object]:
        """Everything the page shows."""
        case, known = self.case, places()
        events, alerts = queries.evidence_of(case), queries.alerts_of(case)
        counts = Counter(number.village for number in self.numbers if number.village)
        by_village = [(village, counts[village]) for village in sorted({*case.villages, *counts})]
        plan = village_plan([(known.label(village), n) for village, n in by_village])
        return {
            "case": case,
            "where": _where(case, len(self.numbers)),
            "severity": SEVERITY[case.severity],
            "tone": TONES[case.severity],
            "is_open": case.state == CaseState.OPEN,
            "has_activities": has_activities_feed(),
            "alerts": alerts_table([one for one in alerts if one.severity != WATCH]),
            "watches": alerts_table([one for one in alerts if one.severity == WATCH]),
            "events": events_table(events),
            "graph": case_graph(events),
            "plan": plan,
            "villages": villages_table(by_village),
            "numbers": numbers_table(self.numbers),
            "tasks": tasks_table(queries.tasks_of(case)),
            "said": said_facts(queries.labels_of(case)),
            "reveals": reveals_table(queries.reveals_of(case)),
            "open_tasks": [
                (each, f"{each.get_desk_display()} · {task_said(each.what)}")
                for each in queries.tasks_of(case)
                if each.done_at is None
            ],
            "revealed": self.revealed,
            "opened": self.opened,
            "notes": notes_table(self.notes),
            "can_open": bool(_openable(self.notes)),
            "refusal": self.told.refusal,
            "form": self.forms.get(self.step),
            **{f"{name}_form": form for name, form in self.forms.items()},
            **_warned(case),
            **_may(self.request),
        }


def _warned(case: Case) -> dict[str, object]:
    """What a warning would say and to whom, and what became of those that went out."""
    here, done = warned.around(case), warned.warnings_of(case)
    return {
        "warnings": warnings_table(done, timezone.now()),
        "warning_text": warned.text_for(case),
        "told": warned.notices_of(case),
        "warning_cadres": len(here.cadres),
        "warning_villages": len(here.villages),
        "warning_missing": missing_facts(here.without),
    }


def _may(request: HttpRequest) -> dict[str, object]:
    actor = user_of(request)
    return {
        "may_handle": actor.can(Permission.HANDLE_CASES),
        "may_reveal": actor.can(Permission.REVEAL_NUMBERS),
        "may_sign": actor.can(Permission.SIGN_ORDERS),
    }


def _where(case: Case, numbers: int) -> str:
    """One line that tells a case from the others: where, how many, since when."""
    return _("%(places)s · %(count)s 个号码 · %(at)s 立案") % {
        "places": case_places(case.villages),
        "count": figures.count(numbers),
        "at": moment(case.opened_at),
    }


def _openable(notes: Sequence[SealedPayload]) -> list[tuple[str, str]]:
    return [
        (str(each.ref), f"{moment(each.at)} {each.digest[:DIGEST_SHOWN]}")
        for each in notes
        if each.case_key.wrapped is not None
    ]


def _choices(case: Case, numbers: Sequence[CaseNumber]) -> list[tuple[str, str]]:
    opens = queries.marks_that_open(case)
    known = places()
    return [
        (each.mark, f"{short(each.mark)} {known.label(each.village) if each.village else ''}")
        for each in numbers
        if each.mark in opens
    ]
