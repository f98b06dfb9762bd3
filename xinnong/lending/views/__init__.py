"""Pages of lending."""

from xinnong.lending.views.products import compare, draft, new_draft, product, products

__all__ = ["compare", "draft", "new_draft", "product", "products"]
