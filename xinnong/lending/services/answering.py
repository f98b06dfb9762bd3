"""Commands of programs: carried out once a key, and answered the same whenever the key comes again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xinnong.accounts.models import Institution, lender_code
from xinnong.accounts.scope import scoped
from xinnong.ledger.services import answer_once
from xinnong.lending.services.lender_scope import of_lender

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from xinnong.accounts.models import ApiClient


def answer_program(
    *,
    client: ApiClient,
    route: str,
    key: UUID,
    body: Mapping[str, object],
    now: datetime,
    work: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    """Do `work` in the program's own scope for a key once; again it answers what it answered.

    Bound to lender, program, route and body. Raises CommandKeyReused and what `work` raises.
    """
    lender = Institution.objects.select_related("operator").get(
        code=lender_code(client.institution)
    )

    def inside() -> dict[str, Any]:
        with scoped(client):
            return work()

    with scoped(of_lender(lender.code, client)):
        return answer_once(
            institution=lender,
            actor=client,
            route=f"api.{route}",
            key=str(key),
            body=body,
            now=now,
            work=inside,
        )
