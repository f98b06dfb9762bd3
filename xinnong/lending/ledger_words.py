"""The names of lending's products in the books."""

from __future__ import annotations

from xinnong.lending import wording
from xinnong.lending.models import PublishedProduct
from xinnong.lending.queries.products import product_of


def titles_by_code() -> dict[str, str]:
    """Names of products by code, in the language of the page; the newest version's."""
    newest = PublishedProduct.objects.order_by("code", "-effective_on", "-id").distinct("code")
    return {each.code: wording.title_of(product_of(each)) for each in newest}
