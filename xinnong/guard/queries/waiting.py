"""How much waits for the police, for the first page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from xinnong.guard.models import Case, CaseState, JointOrder, OrderRequest, OrderState


@dataclass(frozen=True, slots=True)
class Waiting:
    """Open cases, urgent ones among them, orders without all their keys, requests without answer."""

    cases: int
    urgent: int
    orders: int
    requests: int


def what_waits() -> Waiting:
    """Count what is open now."""
    cases = Case.objects.filter(state=CaseState.OPEN).aggregate(
        every=Count("pk"), urgent=Count("pk", filter=Q(severity="urgent"))
    )
    return Waiting(
        cases=cases["every"],
        urgent=cases["urgent"],
        orders=JointOrder.objects.filter(state=OrderState.SIGNED).count(),
        requests=OrderRequest.objects.filter(answer="").count(),
    )
