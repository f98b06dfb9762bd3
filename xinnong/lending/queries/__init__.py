"""Reads of lending, by topic."""

from xinnong.lending.queries.contracts import (
    drawable,
)
from xinnong.lending.queries.products import (
    PRODUCTS_KEPT,
    Difference,
    Reach,
    differences,
    draft_by_ref,
    offers_on,
    open_drafts,
    product_by_sum,
    product_of,
    products_in_force,
    reach_of,
    shipped_products,
    versions_of,
)

__all__ = [
    "PRODUCTS_KEPT",
    "Difference",
    "Reach",
    "differences",
    "draft_by_ref",
    "drawable",
    "offers_on",
    "open_drafts",
    "product_by_sum",
    "product_of",
    "products_in_force",
    "reach_of",
    "shipped_products",
    "versions_of",
]
