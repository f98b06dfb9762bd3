"""The file of a co-op, firm or village collective: what is registered, and why it has no line yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, inside_areas, user_of
from xinnong.areas.places import places
from xinnong.journeys.purposes import last_purpose
from xinnong.journeys.views.tables import day
from xinnong.privacy.services import record_listing
from xinnong.registry.models import Household
from xinnong.registry.queries import household_of_head, organisation_by_ref
from xinnong.web import figures
from xinnong.web.tables import Definition

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from xinnong.registry.models import Organisation

COLLECTIVE = "村集体"


@allowed(Permission.READ_HOUSEHOLD)
def organisation(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Show an organisation; the household of its head is named only inside one's own areas."""
    found = organisation_by_ref(ref)
    if found is None:
        raise Http404
    home = _head_household(request, found)
    record_listing(
        actor=user_of(request),
        at=timezone.now(),
        asked="organisation",
        households=[home.pk] if home else [],
        purpose=last_purpose(request.session),
    )
    context = {
        "organisation": found,
        "facts": _facts_of(found, home),
        "is_collective": found.kind == COLLECTIVE,
    }
    return render(request, "journeys/organisation.html", context)


def _head_household(request: HttpRequest, found: Organisation) -> Household | None:
    home = household_of_head(found)
    if home is None:
        return None
    mine = Household.objects.filter(inside_areas(user_of(request)), pk=home.pk)
    return home if mine.exists() else None


def _facts_of(found: Organisation, home: Household | None) -> list[Definition]:
    nowhere = _("不在您负责的范围内，或没有登记")
    return [
        Definition(_("统一社会信用代码"), found.uscc),
        Definition(_("类型"), found.kind or "—"),
        Definition(_("所在村"), places().label(found.area12) if found.area12 else "—"),
        Definition(
            _("成员"),
            figures.count(found.members_count) if found.members_count else _("人数不详"),
        ),
        Definition(_("示范等级"), found.model_level or _("无")),
        Definition(
            _("负责人所在农户"),
            home.ref if home else nowhere,
            url=reverse("journeys:household", args=[home.ref]) if home else "",
        ),
        Definition(_("记录更新于"), day(found.last_run.as_of)),
    ]
