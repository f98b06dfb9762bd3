"""What writes deliveries: taking one into the queue, how far its check is, how it ended."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from xinnong.accounts.models import Actor
from xinnong.audit.services import record
from xinnong.sources.models import Channel, Delivery, DeliveryState
from xinnong.sources.services import FILE_NAME_LENGTH, Deliverer, Turned, plain
from xinnong.sources.storage import Spooled


@transaction.atomic
def deliver_file(
    *,
    spooled: Spooled,
    file: str,
    actor: Actor,
    channel: Channel,
    class_option: str = "",
    as_of_option: date | None = None,
    validate_only: bool = False,
    now: datetime,
) -> Delivery:
    """Take a stored file into the queue; its check starts when this transaction commits.

    The caller has put the file into the spool, which checks its size and type. The job removes it.
    """
    deliverer = Deliverer.of(actor)
    delivery = Delivery.objects.create(
        file=file[-FILE_NAME_LENGTH:],
        channel=channel,
        state=DeliveryState.RECEIVED,
        validate_only=validate_only,
        class_option=class_option,
        as_of_option=as_of_option,
        allowed_classes=sorted(deliverer.classes),
        institution=deliverer.institution,
        lender=deliverer.lender,
        delivered_by=deliverer.ref,
        size_bytes=spooled.size_bytes,
        spool=spooled.place,
        received_at=now,
        beat_at=now,
    )
    record(
        actor=actor, action="sources.deliver", at=now, subject=delivery.ref,
        counts={"bytes": spooled.size_bytes, "validate_only": int(validate_only)},
    )  # fmt: skip
    _defer_check(delivery)
    return delivery


def _defer_check(delivery: Delivery) -> None:
    """Put the job into the queue, by name, in the same transaction."""
    from procrastinate.contrib.django import app

    app.configure_task("sources.check_delivery", queue="sources").defer(delivery=delivery.pk)


@transaction.atomic
def start_delivery(*, delivery: Delivery, now: datetime) -> None:
    """Note that a worker has taken the delivery up."""
    delivery.state, delivery.beat_at = DeliveryState.CHECKING, now
    delivery.save(update_fields=["state", "beat_at"])


@transaction.atomic
def note_progress(
    *, delivery: Delivery, files: tuple[int, int], rows: tuple[int, int], now: datetime
) -> None:
    """Tell the waiting page how far the check is: (done, total) of files and of bytes or rows."""
    delivery.files_done, delivery.files_total = files
    delivery.done, delivery.total = rows
    delivery.beat_at = now
    delivery.save(update_fields=["files_done", "files_total", "done", "total", "beat_at"])


@transaction.atomic
def finish_delivery(
    *, delivery: Delivery, refusal: Turned | None = None, is_broken: bool = False, now: datetime
) -> None:
    """Close a delivery: all of its files have a report, or it could not be opened, or it broke."""
    delivery.state = DeliveryState.BROKEN if is_broken else DeliveryState.DONE
    if refusal is not None:
        delivery.refused, delivery.refused_params = refusal.code, plain(refusal.params)
    delivery.finished_at = delivery.beat_at = now
    delivery.files_done = delivery.batches.count()
    delivery.save()
