"""Makes packs for a neighbouring police and takes theirs: opened under quota, sealed, signed, verified."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.cose import ED25519, PublicKey, signature_holds
from xinnong.core.documents import sha256_hex
from xinnong.core.errors import Problem
from xinnong.core.packs import (
    LONGEST_SAID,
    MOST_DAYS,
    Entry,
    Pack,
    entries_bytes,
    entry_problems,
    pack_document,
    pack_file,
    read_entries,
    read_pack,
    time_problems,
    to_be_signed,
)
from xinnong.guard.marks import mark_of, opened_number, opened_value, sealed_value
from xinnong.guard.models import (
    Alert,
    Case,
    Device,
    FeedState,
    Number,
    NumberReveal,
    PackPartner,
    SentPack,
    TakenPack,
    WatchEntry,
    WatchReveal,
)
from xinnong.guard.pack_sealing import NotSealedForUs, opened, sealed_for
from xinnong.guard.queries.packs import newest_pack_of
from xinnong.guard.refusals import (
    CaseMoved,
    NumberUnknown,
    PackKeyReused,
    PackMissing,
    PackMoved,
    PackNotForUs,
    PackRefused,
    PackSenderUnknown,
    PackSignatureWrong,
    PackTwice,
    PartnerUnknown,
    ReasonNeeded,
    SealingKeyWrong,
)
from xinnong.guard.services.cases import LONGEST_REASON, refuse_beyond_quota
from xinnong.guard.services.delivering import police_key
from xinnong.guard.services.officers import note, refuse_all_but_police
from xinnong.guard.services.partners import own_county
from xinnong.privacy.vault import KEY_ID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from xinnong.accounts.models import User

PREFIX: Final = "协查："


def make_pack(
    *, actor: User, case: Case, partner: str, devices: Sequence[str], numbers: Sequence[str],
    vehicle: str, said: str, days: int, reason: str, key: UUID, now: datetime,
) -> SentPack:  # fmt: skip
    """Open what was chosen by its marks, each look recorded and counted, seal it for a county, sign it.

    The same key again answers the first. Raises NotPolice, ReasonNeeded, CaseMoved, PartnerUnknown,
    PackKeyReused, NumberUnknown, QuotaSpent, CountyUnknown, SealingKeyWrong, PackRefused with everything
    against it.
    """
    refuse_all_but_police(actor, Permission.SIGN_ORDERS)
    why, how = _words(reason, LONGEST_REASON), _words(said, LONGEST_SAID)
    with transaction.atomic():
        mine = Case.objects.select_for_update().get(pk=case.pk)
        before = SentPack.objects.filter(key=key).first()
        if before is not None:
            if (before.case_id, before.made_by) != (mine.pk, actor.ref):
                raise PackKeyReused
            return before
        if mine.closed_at is not None:
            raise CaseMoved(state=mine.get_state_display())
        receiver = PackPartner.objects.filter(county=partner, state=FeedState.ACTIVE).first()
        if receiver is None:
            raise PartnerUnknown(county=partner)
        for mark in sorted({*devices, *numbers}):
            refuse_beyond_quota(actor, mine, mark, now)
            NumberReveal.objects.create(
                case=mine, mark=mark, reason=f"{PREFIX}{why}"[:LONGEST_REASON],
                seen_by=actor.ref, seen_at=now,
            )  # fmt: skip
        entries = [*_devices(mine, devices), *_numbers(mine, numbers)]
        entries += [Entry("vehicle", vehicle.strip().upper())] if vehicle.strip() else []
        pack = _sealed(mine, receiver, entries, how, days, now)
        made = _written(pack, mine, receiver, len(entries), actor, why, key, now)
        note(actor, "make-pack", made.ref, now, checksum=made.sha256, entries=len(entries))
    return made


def _devices(case: Case, marks: Sequence[str]) -> list[Entry]:
    wanted = set(marks) & set(case.device_marks)
    found = {each.mark: each for each in Device.objects.filter(mark__in=wanted)}
    if set(marks) != set(found):
        raise NumberUnknown
    return [
        Entry("device", opened_value(each.mark, bytes(each.sealed), each.key_id))
        for each in found.values()
    ]


def _numbers(case: Case, marks: Sequence[str]) -> list[Entry]:
    held = set(case.numbers.filter(mark__in=marks, holds=True).values_list("mark", flat=True))
    found = {each.mark: each for each in Number.objects.filter(mark__in=held)}
    if set(marks) != set(found):
        raise NumberUnknown
    return [
        Entry("phone", opened_number(each.mark, bytes(each.sealed), each.key_id))
        for each in found.values()
    ]


def _sealed(
    case: Case, receiver: PackPartner, entries: list[Entry], said: str, days: int, now: datetime
) -> Pack:
    problems = list(entry_problems(entries))
    if not 0 < days <= MOST_DAYS:
        problems.append(Problem("pack.days", "pack.until", {"most": MOST_DAYS}))
    if problems:
        raise PackRefused(problems)
    rules = Alert.objects.filter(case=case, is_current=True).values_list("rule", flat=True)
    told = Pack(
        ref=new_ref(), sender=own_county(), receiver=receiver.county, case=case.ref, made_at=now,
        until=now + timedelta(days=days), rules=tuple(sorted(set(rules))), said=said, sealed=b"",
    )  # fmt: skip
    try:
        sealed = sealed_for(receiver.sealing_key, entries_bytes(entries), told.bound)
    except ValueError:
        raise SealingKeyWrong from None
    return Pack(**{name: getattr(told, name) for name in Pack.__slots__} | {"sealed": sealed})


def _written(
    pack: Pack, case: Case, receiver: PackPartner, entries: int, actor: User, reason: str,
    key: UUID, now: datetime,
) -> SentPack:  # fmt: skip
    document = pack_document(pack)
    data = pack_file(document, police_key().sign(to_be_signed(document)))
    return SentPack.objects.create(
        ref=pack.ref, key=key, case=case, partner=receiver, document=data,
        sha256=sha256_hex(data), entries=entries, reason=reason, made_by=actor.ref, made_at=now,
        until=pack.until,
    )  # fmt: skip


def take_pack(*, actor: User | UUID, data: bytes, now: datetime) -> TakenPack:
    """Verify another county's pack and watch for what it names from now on; nothing is believed before.

    A command on this machine takes one as the installation itself. Raises NotPolice, PackRefused
    (too large, no canonical JSON, unknown or repeated fields, wrong times or values),
    PackSenderUnknown, PackSignatureWrong, PackNotForUs, PackTwice.
    """
    if actor != SYSTEM_ACTOR:
        refuse_all_but_police(actor, Permission.HANDLE_CASES)  # type: ignore[arg-type]  # only the installation is no user
    pack, document, signature, problems = read_pack(data)
    if pack is None:
        raise PackRefused(problems)
    with transaction.atomic():
        sender = _sender(pack, document, signature)
        entries = _opened(pack, now)
        if TakenPack.objects.filter(ref=pack.ref).exists():
            raise PackTwice(pack=str(pack.ref))
        made = TakenPack.objects.create(
            ref=pack.ref, partner=sender, case_ref=pack.case, document=data,
            sha256=sha256_hex(data), said=pack.said, until=pack.until, taken_at=now,
            taken_by=SYSTEM_ACTOR if actor == SYSTEM_ACTOR else actor.ref,  # type: ignore[union-attr]
        )  # fmt: skip
        WatchEntry.objects.bulk_create(_entry(made, each) for each in entries)
        note(actor, "take-pack", made.ref, now, checksum=made.sha256, entries=len(entries))
    return made


def take_pack_here(*, data: bytes, now: datetime) -> TakenPack:
    """As `take_pack`, by a command on this machine."""
    with scoped(SYSTEM):
        return take_pack(actor=SYSTEM_ACTOR, data=data, now=now)


def fetch_pack(*, case: UUID, now: datetime) -> SentPack:
    """The newest signed pack of a case for a command on this machine, on record. Raises PackMissing."""
    with scoped(SYSTEM):
        found = newest_pack_of(case)
        if found is None:
            raise PackMissing
        note(SYSTEM_ACTOR, "fetch-pack", found.ref, now, checksum=found.sha256)
        return found


def _sender(pack: Pack, document: Mapping[str, object], signature: bytes) -> PackPartner:
    rows = PackPartner.objects.select_for_update()  # so that one pack is taken at a time
    found = rows.filter(county=pack.sender, state=FeedState.ACTIVE).first()
    if found is None:
        raise PackSenderUnknown(county=pack.sender)
    key = PublicKey(found.county.encode(), ED25519, bytes.fromhex(found.public_key))
    if not signature_holds(key, to_be_signed(document), signature):
        raise PackSignatureWrong(county=pack.sender)
    return found


def _opened(pack: Pack, now: datetime) -> list[Entry]:
    if pack.receiver != own_county():
        raise PackNotForUs
    problems = time_problems(pack, now)
    if problems:
        raise PackRefused(problems)
    try:
        entries, problems = read_entries(opened(pack.sealed, pack.bound))
    except NotSealedForUs:
        raise PackNotForUs from None
    if problems:
        raise PackRefused(problems)
    return entries


def _entry(pack: TakenPack, entry: Entry) -> WatchEntry:
    mark = mark_of(entry.kind, entry.value)
    assert mark is not None
    sealed = sealed_value(mark, entry.value)
    return WatchEntry(
        ref=new_ref(), pack=pack, kind=entry.kind, mark=mark, sealed=sealed, key_id=KEY_ID
    )


def stop_pack(*, actor: User, pack: TakenPack, now: datetime) -> TakenPack:
    """Watch no longer for what a pack names. Raises NotPolice, PackMoved."""
    refuse_all_but_police(actor, Permission.HANDLE_CASES)
    with transaction.atomic():
        mine = TakenPack.objects.select_for_update().get(pk=pack.pk)
        if mine.stopped_at is not None:
            raise PackMoved
        mine.stopped_at, mine.stopped_by = now, actor.ref
        mine.save(update_fields=["stopped_at", "stopped_by"])
        note(actor, "stop-pack", mine.ref, now)
    return mine


def reveal_entry(*, actor: User, entry: WatchEntry, reason: str, now: datetime) -> str:
    """Open one identifier of a taken pack; the look is written before it is opened.

    Raises NotPolice, ReasonNeeded, QuotaSpent.
    """
    refuse_all_but_police(actor, Permission.REVEAL_NUMBERS)
    why = _words(reason, LONGEST_REASON)
    with transaction.atomic():
        mine = WatchEntry.objects.select_for_update().get(pk=entry.pk)
        refuse_beyond_quota(actor, mine, mine.mark, now)
        WatchReveal.objects.create(entry=mine, reason=why, seen_by=actor.ref, seen_at=now)
        note(actor, "reveal-watched", mine.ref, now)
    return opened_value(mine.mark, bytes(mine.sealed), mine.key_id)


def _words(text: str, most: int) -> str:
    said = text.strip()
    if not said or len(said) > most:
        raise ReasonNeeded(most=most)
    return said
