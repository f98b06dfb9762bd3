"""Names of products for the books; upper apps register what answers them when they start.

The ledger keeps codes of products and knows no product. A code without a name is shown as it is, so
that nothing in a book is ever hidden.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_products: list[Callable[[], Mapping[str, str]]] = []


def register_products(names: Callable[[], Mapping[str, str]]) -> None:
    """Add what answers the names of products by code, in the language of the page."""
    if names not in _products:
        _products.append(names)


def product_names() -> dict[str, str]:
    """Names of products by code; ask once for a table."""
    return {code: name for names in _products for code, name in names().items()}
