"""Credentials, shown codes and redemptions."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from xinnong.ecard.models import Credential, CredentialState, Redemption, RefusedTry, ShownCode
from xinnong.web.paging import Turn


def credential_of(person: UUID | None) -> Credential | None:
    """The credential of a person that works."""
    if person is None:
        return None
    return Credential.objects.filter(person=person, state=CredentialState.ACTIVE).first()


def credentials_of(person: UUID) -> Sequence[Credential]:
    """Every credential a person had, the newest first."""
    return list(Credential.objects.filter(person=person).order_by("-id"))


def credential_of_handle(handle: str) -> Credential | None:
    """Whose phone makes codes under a handle without network."""
    working = Credential.objects.filter(state=CredentialState.ACTIVE)
    return working.filter(offline_handle=handle).first()


def credential_of_index(index_no: str) -> Credential | None:
    """The credential under the issuer's own number."""
    return Credential.objects.filter(index_no=index_no).first()


def refused_tries_of(person: UUID, *, most: int) -> Sequence[RefusedTry]:
    """Tries with a person's code, or one that the person showed, that came to nothing; the newest first."""
    rows = RefusedTry.objects.filter(person=person) | RefusedTry.objects.filter(presenter=person)
    return list(rows.order_by("-id")[:most])


def shown_code(digest: str) -> ShownCode | None:
    """A code that was shown or came back, by its digest."""
    return ShownCode.objects.select_related("credential").filter(digest=digest).first()


def redemption_by_ref(ref: UUID) -> Redemption | None:
    """One use that the reader may know of."""
    return Redemption.objects.filter(ref=ref).first()


def redemptions_of(person: UUID, *, turn: Turn, limit: int) -> Sequence[Redemption]:
    """Uses of a person's own code, and those where the person showed a relative's."""
    rows = Redemption.objects.filter(person=person) | Redemption.objects.filter(presenter=person)
    return _page(rows, turn, limit)


def redemptions_at(institution: str, *, turn: Turn, limit: int) -> Sequence[Redemption]:
    """Uses at an institution."""
    return _page(Redemption.objects.filter(institution=institution), turn, limit)


def _page(rows: QuerySet[Redemption], turn: Turn, limit: int) -> Sequence[Redemption]:
    """The newest first; before a key the nearest first."""
    if turn.number is not None:
        rows = rows.filter(id__gt=turn.number) if turn.is_back else rows.filter(id__lt=turn.number)
    return list(rows.order_by("id" if turn.is_back else "-id")[:limit])
