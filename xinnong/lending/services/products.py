"""The only writer of products, drafts and offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import transaction

from xinnong.audit.refs import new_ref
from xinnong.audit.services import record
from xinnong.core.documents import sha256_hex
from xinnong.core.errors import Refused
from xinnong.core.product_file import SCHEMA, compile_product, load_product
from xinnong.lending.models import DraftState, Offer, ProductDraft, PublishedProduct
from xinnong.lending.queries.products import shipped_products
from xinnong.lending.services.refusals import NotTheProposer

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from xinnong.accounts.models import User
    from xinnong.core.products import Product


class DraftMoved(Refused):
    """The draft is no longer where this step begins; `state` says where it stands."""

    code: ClassVar[str] = "product.draft_moved"


class DraftChanged(Refused):
    """What is to be signed is not what the first person signed."""

    code: ClassVar[str] = "product.draft_changed"


class SecondPersonNeeded(Refused):
    """One person cannot sign twice."""

    code: ClassVar[str] = "product.second_person"


class VersionTaken(Refused):
    """This version of the product is published already, or another draft of it is open."""

    code: ClassVar[str] = "product.version_taken"


class TooEarly(Refused):
    """A version takes effect on the day of its publication at the earliest."""

    code: ClassVar[str] = "product.too_early"


def publish_product(
    *, data: bytes, signers: tuple[UUID, UUID], now: datetime, using: str = "default"
) -> PublishedProduct:
    """Store an immutable product once; the same bytes again return the stored row.

    Two different signers are required; the database refuses one person signing twice. Raises
    InvalidProduct.
    """
    product = load_product(data)
    stored, _ = PublishedProduct.objects.using(using).get_or_create(
        sha256=product.sha256,
        defaults={
            "code": product.id,
            "version": product.version,
            "effective_on": product.effective_on,
            "document": data,
            "schema_version": SCHEMA,
            "first_signer": signers[0],
            "second_signer": signers[1],
            "published_at": now,
        },
    )
    return stored


def ship_products(
    *, signers: tuple[UUID, UUID], now: datetime, using: str = "default"
) -> list[PublishedProduct]:
    """Publish the products that come with this release, each once."""
    return [
        publish_product(data=data, signers=signers, now=now, using=using)
        for data in shipped_products()
    ]


def offer_product(
    *, institution: str, product: PublishedProduct, book_of_record: str, from_on: date
) -> Offer:
    """Have a lender offer a version from a day on; its older versions end on that day.

    The same version again returns the offer that is there. In the caller's transaction.
    """
    found = Offer.objects.filter(institution=institution, product=product).first()
    if found is not None:
        return found
    Offer.objects.filter(
        institution=institution, product__code=product.code, until_on=None, from_on__lt=from_on
    ).update(until_on=from_on)
    return Offer.objects.create(
        ref=new_ref(),
        institution=institution,
        product=product,
        book_of_record=book_of_record,
        from_on=from_on,
    )


def save_draft(
    *, actor: User, institution: str, source: str, now: datetime, draft: ProductDraft | None = None
) -> ProductDraft:
    """Keep what somebody wrote, checked; a change takes a signature off.

    Raises InvalidProduct with every problem, DraftMoved, VersionTaken.
    """
    product = load_product(compile_product(source))
    with transaction.atomic():
        mine = _draft_to_change(draft, institution)
        _refuse_taken(product, institution, but=mine.pk)
        mine.code, mine.version, mine.source = product.id, product.version, source
        mine.state, mine.sha256, mine.first_signer = DraftState.WRITING, "", None
        mine.author, mine.changed_at = actor.ref, now
        mine.created_at = mine.created_at or now
        mine.save()
        record(actor=actor, action="lending.draft-product", at=now, subject=mine.ref)
    return mine


def _draft_to_change(draft: ProductDraft | None, institution: str) -> ProductDraft:
    if draft is None:
        return ProductDraft(ref=new_ref(), institution=institution)
    return _locked(draft, DraftState.WRITING, DraftState.SIGNED)


def _refuse_taken(product: Product, institution: str, *, but: int | None) -> None:
    same = {"code": product.id, "version": product.version}
    waiting = ProductDraft.objects.filter(
        institution=institution, state__in=[DraftState.WRITING, DraftState.SIGNED], **same
    )
    if but is not None:
        waiting = waiting.exclude(pk=but)
    if waiting.exists() or PublishedProduct.objects.filter(**same).exists():
        raise VersionTaken(**same)


def sign_draft(*, actor: User, draft: ProductDraft, now: datetime, today: date) -> ProductDraft:
    """Sign a draft as the first person: from here on its bytes are fixed.

    Raises DraftMoved, TooEarly where its first day is over before anybody else signs.
    """
    with transaction.atomic():
        mine = _locked(draft, DraftState.WRITING)
        data = compile_product(mine.source)
        _refuse_past(load_product(data), today)
        mine.state, mine.first_signer, mine.changed_at = DraftState.SIGNED, actor.ref, now
        mine.sha256 = sha256_hex(data)
        mine.save()
        record(
            actor=actor, action="lending.sign-product", at=now, subject=mine.ref,
            checksum=mine.sha256,
        )  # fmt: skip
    return mine


def withdraw_signature(*, actor: User, draft: ProductDraft, now: datetime) -> ProductDraft:
    """Take the own signature off a draft that waits for a second person; it may be changed again.

    Raises DraftMoved, NotTheProposer.
    """
    with transaction.atomic():
        mine = _locked(draft, DraftState.SIGNED)
        if mine.first_signer != actor.ref:
            raise NotTheProposer
        unsigned, mine.sha256 = mine.sha256, ""
        mine.state, mine.first_signer, mine.changed_at = DraftState.WRITING, None, now
        mine.save()
        record(
            actor=actor, action="lending.withdraw-signature", at=now, subject=mine.ref,
            checksum=unsigned,
        )  # fmt: skip
    return mine


def publish_draft(
    *, actor: User, draft: ProductDraft, now: datetime, today: date
) -> PublishedProduct:
    """Sign as the second person, publish, and offer the version from its first day on.

    Raises DraftMoved, SecondPersonNeeded, DraftChanged, TooEarly, VersionTaken.
    """
    with transaction.atomic():
        mine = _locked(draft, DraftState.SIGNED)
        first = mine.first_signer
        if first is None or first == actor.ref:
            raise SecondPersonNeeded
        data = compile_product(mine.source)
        if sha256_hex(data) != mine.sha256:
            raise DraftChanged
        product = load_product(data)
        _refuse_past(product, today)
        _refuse_taken(product, mine.institution, but=mine.pk)
        published = publish_product(data=data, signers=(first, actor.ref), now=now)
        offer_product(
            institution=mine.institution,
            product=published,
            book_of_record=_book_of(mine),
            from_on=product.effective_on,
        )
        mine.state, mine.changed_at = DraftState.PUBLISHED, now
        mine.save()
        record(
            actor=actor, action="lending.publish-product", at=now, subject=mine.ref,
            checksum=mine.sha256,
        )  # fmt: skip
    return published


def _refuse_past(product: Product, today: date) -> None:
    if product.effective_on < today:
        raise TooEarly(effective_on=product.effective_on, today=today)


def _book_of(draft: ProductDraft) -> str:
    """A new version keeps the book of the old one; a first one is kept here."""
    before = Offer.objects.filter(institution=draft.institution, product__code=draft.code)
    newest = before.order_by("-from_on").first()
    return newest.book_of_record if newest else "xinnong"


def drop_draft(*, actor: User, draft: ProductDraft, now: datetime) -> ProductDraft:
    """Give a draft up; it stays readable. Raises DraftMoved."""
    with transaction.atomic():
        mine = _locked(draft, DraftState.WRITING, DraftState.SIGNED)
        mine.state, mine.changed_at = DraftState.DROPPED, now
        mine.save()
        record(actor=actor, action="lending.drop-product", at=now, subject=mine.ref)
    return mine


def _locked(draft: ProductDraft, *states: DraftState) -> ProductDraft:
    """The draft as it is now, held until the transaction ends."""
    mine = ProductDraft.objects.select_for_update().get(pk=draft.pk)
    if mine.state not in states:
        raise DraftMoved(state=mine.get_state_display())
    return mine
