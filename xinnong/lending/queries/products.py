"""Reads of products, drafts and offers."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from django.db.models import BigIntegerField, Case, Count, F, Sum, When

from xinnong.core.product_file import load_product
from xinnong.credit.models import Line, LineKind
from xinnong.lending.models import DraftState, Offer, ProductDraft, PublishedProduct
from xinnong.registry.queries import current_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from uuid import UUID

    from xinnong.core.products import Product

PRODUCTS_KEPT = 64


def shipped_products() -> list[bytes]:
    """Canonical bytes of the products that come with this release, by name."""
    folder = files("xinnong.lending").joinpath("published", "products")
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".json")]
    return [entry.read_bytes() for entry in sorted(found, key=lambda entry: entry.name)]


def product_of(published: PublishedProduct) -> Product:
    """The product as published."""
    return _parsed(bytes(published.document), published.sha256)


@lru_cache(maxsize=PRODUCTS_KEPT)
def _parsed(document: bytes, sha256: str) -> Product:
    return load_product(document, sha256=sha256)


def products_in_force(*, on: date) -> list[PublishedProduct]:
    """The version of each product that is in force on a day, by code."""
    published = PublishedProduct.objects.filter(effective_on__lte=on)
    return list(published.order_by("code", "-effective_on", "-pk").distinct("code"))


def versions_of(code: str) -> list[PublishedProduct]:
    """Every version of a product, the newest first."""
    return list(PublishedProduct.objects.filter(code=code).order_by("-effective_on", "-pk"))


def product_by_sum(sha256: str) -> PublishedProduct | None:
    """One published product by its checksum."""
    return PublishedProduct.objects.filter(sha256=sha256).first()


def offers_on(*, institution: str, on: date) -> list[Offer]:
    """What a lender offers on a day, by product."""
    running = Offer.objects.filter(institution=institution, from_on__lte=on)
    running = running.exclude(until_on__lte=on).select_related("product")
    return list(running.order_by("product__code", "-from_on"))


def open_drafts(*, institution: str) -> list[ProductDraft]:
    """A lender's drafts that are not published or given up, the newest first."""
    waiting = [DraftState.WRITING, DraftState.SIGNED]
    mine = ProductDraft.objects.filter(institution=institution, state__in=waiting)
    return list(mine.order_by("-changed_at"))


def draft_by_ref(ref: UUID, *, institution: str) -> ProductDraft | None:
    """One draft of a lender."""
    return ProductDraft.objects.filter(ref=ref, institution=institution).first()


@dataclass(frozen=True, slots=True)
class Reach:
    """Households whose granted line is enough for the least amount, and what they could borrow."""

    households: int
    lines: int
    amount_minor: int


def reach_of(product: Product, *, lender: str) -> Reach:
    """What a product could mean for a lender's granted lines of the newest run.

    A line counts up to the most that the product lends. What the product asks of crops, security
    or documents is not looked at: it is decided one application at a time.
    """
    lines = Line.objects.filter(
        run=current_run(), kind=LineKind.GRANTED, lender=lender, line_minor__gt=0
    )
    enough = lines.filter(line_minor__gte=product.least_minor)
    up_to_most = Case(
        When(line_minor__gt=product.most_minor, then=product.most_minor),
        default=F("line_minor"),
        output_field=BigIntegerField(),
    )
    counted = enough.aggregate(count=Count("pk"), amount=Sum(up_to_most))
    return Reach(counted["count"], lines.count(), counted["amount"] or 0)


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting in two versions; None where a version does not have it."""

    field: str
    old: object
    new: object


def differences(old: Product, new: Product) -> list[Difference]:
    """Every setting in which two versions differ, in the order of the document."""
    before, after = dict(_settings(old)), dict(_settings(new))
    names = dict.fromkeys([*before, *after])
    return [
        Difference(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _settings(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every setting with its dotted name; identity and checksum are not settings."""
    assert is_dataclass(value), value
    for field in fields(value):
        name = f"{path}{field.name}"
        if name in {"sha256", "version", "id"}:
            continue
        found = getattr(value, field.name)
        if is_dataclass(found):
            yield from _settings(found, f"{name}.")
        elif field.name == "ways":
            for way in found:
                yield f"ways.{way.method}", (way.every, way.unit)
        else:
            yield name, found
