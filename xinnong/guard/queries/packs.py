"""Reads of packs: partners, what was sent and taken, what is watched, and what a case could send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count

from xinnong.guard.models import (
    Device,
    FeedState,
    Number,
    PackPartner,
    SentPack,
    TakenPack,
    WatchEntry,
    WatchReveal,
)

if TYPE_CHECKING:
    from uuid import UUID

    from xinnong.guard.models import Case

SHOWN = 50


def partners() -> list[PackPartner]:
    """Counties in use or waiting for a second officer."""
    states = [FeedState.PROPOSED, FeedState.ACTIVE]
    return list(PackPartner.objects.filter(state__in=states).order_by("county", "pk"))


def sent_packs() -> list[SentPack]:
    """What was sent, the newest first."""
    return list(SentPack.objects.select_related("case", "partner").order_by("-pk")[:SHOWN])


def sent_pack(ref: UUID) -> SentPack | None:
    """One pack that was sent."""
    return SentPack.objects.filter(ref=ref).first()


def newest_pack_of(case: UUID) -> SentPack | None:
    """What was made of a case last."""
    rows = SentPack.objects.filter(case__ref=case).select_related("partner")
    return rows.order_by("-pk").first()


def taken_packs() -> list[TakenPack]:
    """What other counties sent, the newest first, with how much is watched and was found."""
    rows = TakenPack.objects.select_related("partner").annotate(
        watched=Count("entries", distinct=True), found=Count("alerts", distinct=True)
    )
    return list(rows.order_by("-pk")[:SHOWN])


def taken_pack(ref: UUID) -> TakenPack | None:
    """One of them."""
    return TakenPack.objects.filter(ref=ref).select_related("partner").first()


def entries_of(pack: TakenPack) -> list[WatchEntry]:
    """What a pack names, by kind and mark."""
    return list(pack.entries.order_by("kind", "mark"))


def reveals_of(pack: TakenPack) -> list[WatchReveal]:
    """Who opened what of a pack, the newest first."""
    rows = WatchReveal.objects.filter(entry__pack=pack).select_related("entry")
    return list(rows.order_by("-pk"))


def cases_found_by(pack: TakenPack) -> list[Case]:
    """The cases that a pack's alerts belong to."""
    found = pack.alerts.filter(case__isnull=False).select_related("case").order_by("case_id")
    return list({each.case.pk: each.case for each in found if each.case is not None}.values())


def devices_that_open(case: Case) -> list[str]:
    """Marks of a case's devices whose identifiers lie sealed here; others came as marks alone."""
    rows = Device.objects.filter(mark__in=case.device_marks)
    return list(rows.order_by("mark").values_list("mark", flat=True))


def numbers_that_open(case: Case) -> list[str]:
    """Marks of a case's numbers that hold and whose numbers lie sealed here."""
    held = case.numbers.filter(holds=True).values("mark")
    return list(
        Number.objects.filter(mark__in=held).order_by("mark").values_list("mark", flat=True)
    )
