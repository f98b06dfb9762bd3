"""Pages of lending."""

from xinnong.lending.views.products import compare, draft, new_draft, product, products
from xinnong.lending.views.schedules import schedule

__all__ = ["compare", "draft", "new_draft", "product", "products", "schedule"]
