"""Lays planted households out: in the register once, and beside the results of every run.

Summaries, medians and completeness are made of what departments delivered, before this; a planted
household never stands in them. Its results are those of a household of the county that is offered
nothing, so that points, reasons and line follow from each other as everywhere; rows that belong to a
lender are not copied, so that no money can be lent to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connections, transaction
from django.db.models import Exists, OuterRef

from xinnong.credit.models import Line
from xinnong.privacy.models import Canary, CanaryState
from xinnong.profiles.models import Profile
from xinnong.registry.models import Household, HouseholdState, Run, RunState
from xinnong.registry.services.planting import plant_household, remove_household
from xinnong.scoring.models import Score

if TYPE_CHECKING:
    from django.db.models import Model

BATCH: Final = "batch"
STANDING: Final = (CanaryState.PLANTED, CanaryState.LEAVING)

LIKE: Final = """
    SELECT h.id FROM registry_household h
    JOIN credit_line l ON l.household_id = h.id AND l.run_id = %(run)s AND l.kind = 'pre'
    WHERE h.state = 'active' AND left(h.area12, 6) = left(%(area)s, 6)
      AND NOT EXISTS (SELECT FROM privacy_canary c WHERE c.household_id = h.id OR c.template_id = h.id)
    ORDER BY l.line_minor > 0, left(h.area12, 9) <> left(%(area)s, 9), h.area12 = %(area)s,
             abs(h.members_count - 3), md5(h.id::text || %(salt)s)
    LIMIT 1
"""
"""Who a planted household is like: offered nothing, of the same town but another village, not too large."""


def lay_out_canaries(run: Run) -> int:
    """Bring the register and the results of a run in line with what is planted; in the caller's transaction.

    Answers how many planted households the run has. One without anybody to be like waits for the next run.
    """
    laid_out = 0
    for canary in Canary.objects.using(BATCH).order_by("pk"):
        if canary.state in STANDING:
            laid_out += _laid_out(canary, run)
        elif canary.state == CanaryState.REMOVED and canary.household_id is not None:
            remove_household(canary.household_id, run=run, using=BATCH)
    return laid_out


def lay_out_waiting() -> int:
    """Lay out what was decided since the last refresh; answers how many stand. A refresh waits for nobody.

    The caller holds the county's refresh lock.
    """
    run = Run.objects.using(BATCH).filter(state=RunState.CURRENT).first()
    if run is None or not _waiting(run):
        return 0
    with transaction.atomic(using=BATCH):
        return lay_out_canaries(run)


def _waiting(run: Run) -> bool:
    scored = Score.objects.filter(run=run, household_id=OuterRef("household_id"))
    active = Household.objects.filter(pk=OuterRef("household_id"), state=HouseholdState.ACTIVE)
    canaries = Canary.objects.using(BATCH)
    return (
        canaries.filter(~Exists(scored), state__in=STANDING).exists()
        or canaries.filter(Exists(active), state=CanaryState.REMOVED).exists()
    )


def _laid_out(canary: Canary, run: Run) -> bool:
    like = _like(canary, run)
    if like is None:
        return False
    if canary.household_id is None:
        canary.household_id = plant_household(
            like=like, area12=canary.area12, head_name=canary.head_name, run=run, using=BATCH
        )
    canary.template_id = like
    canary.save(using=BATCH, update_fields=["household_id", "template_id"])
    for model in (Profile, Score, Line):
        _copy_results(model, canary, run)
    return True


def _like(canary: Canary, run: Run) -> int | None:
    """The household it is like already, while that has results; otherwise another."""
    known = canary.template_id
    if known and Score.objects.using(BATCH).filter(run=run, household_id=known).exists():
        return known
    with connections[BATCH].cursor() as cursor:
        cursor.execute(LIKE, {"run": run.pk, "area": canary.area12, "salt": str(canary.ref)})
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _copy_results(model: type[Model], canary: Canary, run: Run) -> None:
    """Copy the county's own rows of the household it is like, once a run."""
    names = [str(each.column) for each in model._meta.concrete_fields if not each.primary_key]
    own: dict[str, Any] = {"household_id": canary.household_id, "area12": canary.area12}
    taken = ", ".join(f"%({name})s" if name in own else name for name in names)
    table = model._meta.db_table
    with connections[BATCH].cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {table} ({", ".join(names)}) SELECT {taken} FROM {table} t
                WHERE run_id = %(run)s AND household_id = %(like)s AND lender = ''
                  AND NOT EXISTS (SELECT FROM {table} o
                      WHERE o.run_id = t.run_id AND o.household_id = %(household_id)s)""",
            own | {"run": run.pk, "like": canary.template_id},
        )
