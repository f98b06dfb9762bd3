"""Takes signed deliveries of events: whole or not at all, once per key, in one order for all readers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction

from xinnong.audit.refs import new_ref
from xinnong.core.cose import ED25519, PublicKey, signature_holds
from xinnong.core.detection.intake import (
    IDENTIFIERS,
    MARK,
    MOST_BYTES,
    Row,
    Sender,
    microseconds,
    read_rows,
    rows_of,
)
from xinnong.core.documents import sha256_hex
from xinnong.guard.marks import mark_of, sealed_number, sealed_value
from xinnong.guard.models import Device, Feed, FeedState, Number, Parcel
from xinnong.guard.refusals import EventsTooLarge, FeedUnknown, KeyReused, SignatureWrong
from xinnong.guard.services.officers import note
from xinnong.privacy.vault import KEY_ID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from xinnong.accounts.models import ApiClient

REASONS_SHOWN: Final = 200
TAKE_TURNS: Final = "SELECT pg_advisory_xact_lock(hashtextextended('guard.intake', 0))"
"""Deliveries commit one after the other, so that the numbers of events follow their commits and a
reader who goes on from a number passes nothing over."""

ADD: Final = """
INSERT INTO guard_feedevent (event_id, feed, at, kind, platform, phone_mark, device_mark, ip_mark,
    address_mark, agent_mark, village, own_handset, activity, ok, received_at)
SELECT row.event_id, %(feed)s, to_timestamp(0) + row.at * interval '1 microsecond', row.kind,
    row.platform, row.phone, row.device, row.ip, row.address, row.agent, row.village,
    row.own_handset, row.activity, row.ok, %(now)s
FROM unnest(%(event_id)s::text[], %(at)s::bigint[], %(kind)s::text[], %(platform)s::text[],
    %(phone)s::text[], %(device)s::text[], %(ip)s::text[], %(address)s::text[], %(agent)s::text[],
    %(village)s::text[], %(own_handset)s::boolean[], %(activity)s::text[], %(ok)s::boolean[])
    WITH ORDINALITY AS row (event_id, at, kind, platform, phone, device, ip, address, agent,
        village, own_handset, activity, ok, place)
ORDER BY row.place
ON CONFLICT (event_id) DO NOTHING
"""
PLAIN: Final = ("kind", "platform", "village", "own_handset", "activity", "ok")


def to_be_signed(feed: str, key: UUID, body: bytes) -> bytes:
    """What a source signs: which source, which delivery, which bytes."""
    return b"xinnong-events\n%s\n%s\n%s" % (
        feed.encode(), str(key).encode(), sha256_hex(body).encode(),
    )  # fmt: skip


def take_events(
    *, actor: ApiClient, feed: str, key: UUID, signature: str, body: bytes, now: datetime
) -> dict[str, Any]:
    """Take one delivery; the same key with the same body answers the same and stores nothing.

    Rows that are wrong are turned back with their reasons, the others are taken; a number that came
    before is ignored. Raises EventsTooLarge, FeedUnknown, SignatureWrong, KeyReused, NotEvents,
    TooManyEvents.
    """
    if len(body) > MOST_BYTES:
        raise EventsTooLarge(most_kb=MOST_BYTES // 1024)
    with transaction.atomic():
        source = Feed.objects.filter(code=feed, client=actor.ref, state=FeedState.ACTIVE).first()
        if source is None:
            raise FeedUnknown(feed=feed)
        _refuse_forged(source, key, signature, body)
        before = Parcel.objects.filter(feed=feed, key=key).first()
        if before is None:
            return _taken(actor, source, key, signature, body, now)
        return _answered(before, body)


def take_turns() -> None:
    """Let nobody else add events until this transaction ends: numbers grow as they are committed.

    Detection goes on after the last number it saw; one committed later under a smaller number would
    never be judged.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE_TURNS)


def _taken(
    actor: ApiClient, source: Feed, key: UUID, signature: str, body: bytes, now: datetime
) -> dict[str, Any]:
    sender = Sender(frozenset(source.event_kinds), source.clock_minutes)
    rows = list(read_rows(rows_of(body), sender, microseconds(now)))
    good = [row for row in rows if row.event is not None]
    columns = _columns(source.code, good)
    _keep_numbers(_clear("phone", columns, good), now)
    _keep_devices(_clear("device", columns, good), now)
    take_turns()
    with connection.cursor() as cursor:
        before = Parcel.objects.filter(feed=source.code, key=key).first()
        if before is not None:
            return _answered(before, body)
        cursor.execute(ADD, columns | {"feed": source.code, "now": now})
        accepted = cursor.rowcount
    refused = [row for row in rows if row.event is None]
    parcel = Parcel(
        ref=new_ref(), feed=source.code, key=key, sha256=sha256_hex(body), signature=signature,
        size_bytes=len(body), accepted=accepted, duplicate=len(good) - accepted,
        refused=len(refused), received_at=now,
    )  # fmt: skip
    parcel.answer = _answer(parcel, refused)
    parcel.save(force_insert=True)
    note(
        actor, "take-events", parcel.ref, now, checksum=parcel.sha256, accepted=accepted,
        duplicate=parcel.duplicate, refused=parcel.refused,
    )  # fmt: skip
    return dict(parcel.answer)


def _answered(before: Parcel, body: bytes) -> dict[str, Any]:
    if before.sha256 != sha256_hex(body):
        raise KeyReused
    return dict(before.answer)


def _refuse_forged(source: Feed, key: UUID, signature: str, body: bytes) -> None:
    public = PublicKey(source.code.encode(), ED25519, bytes.fromhex(source.public_key))
    try:
        raw = bytes.fromhex(signature)
    except ValueError:
        raise SignatureWrong from None
    if not signature_holds(public, to_be_signed(source.code, key, body), raw):
        raise SignatureWrong


def _columns(feed: str, rows: Sequence[Row]) -> dict[str, Any]:
    """The events as arrays, identifiers as marks."""
    events = [row.event for row in rows if row.event is not None]
    columns: dict[str, Any] = {name: [getattr(e, name) for e in events] for name in PLAIN}
    columns["event_id"] = [f"{feed}:{event.event_id}" for event in events]
    columns["at"] = [event.at for event in events]
    for name in IDENTIFIERS:
        columns[name] = [mark_of(name, getattr(event, name)) for event in events]
    return columns


def _clear(field: str, columns: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, str]:
    """What its source sent in the clear, by its mark."""
    values = [getattr(row.event, field) for row in rows if row.event is not None]
    return {
        mark: value
        for mark, value in zip(columns[field], values, strict=True)
        if value is not None and not MARK.fullmatch(value)
    }


def _keep_numbers(numbers: Mapping[str, str], now: datetime) -> None:
    """Seal the numbers that are new, in one order, so that two deliveries never wait in a circle."""
    known = set(Number.objects.filter(mark__in=numbers).values_list("mark", flat=True))
    Number.objects.bulk_create(
        [
            Number(mark=mark, sealed=sealed_number(mark, number), key_id=KEY_ID, seen_at=now)
            for mark, number in sorted(numbers.items())
            if mark not in known
        ],
        ignore_conflicts=True,
    )


def _keep_devices(devices: Mapping[str, str], now: datetime) -> None:
    """As the numbers: only what a neighbouring police may need can be opened again."""
    known = set(Device.objects.filter(mark__in=devices).values_list("mark", flat=True))
    Device.objects.bulk_create(
        [
            Device(mark=mark, sealed=sealed_value(mark, value), key_id=KEY_ID, seen_at=now)
            for mark, value in sorted(devices.items())
            if mark not in known
        ],
        ignore_conflicts=True,
    )


def _answer(parcel: Parcel, refused: Sequence[Row]) -> dict[str, Any]:
    counted = Counter(each.code for row in refused for each in row.problems)
    return {
        "ref": str(parcel.ref),
        "accepted": parcel.accepted,
        "duplicate": parcel.duplicate,
        "refused": parcel.refused,
        "reasons": dict(sorted(counted.items())),
        "rows": [
            {
                "row": row.place,
                "event_id": row.event_id,
                "problems": [
                    {"field": each.field, "code": each.code, "params": dict(each.params)}
                    for each in row.problems
                ],
            }
            for row in refused[:REASONS_SHOWN]
        ],
    }
