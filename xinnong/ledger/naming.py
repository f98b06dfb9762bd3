"""Words for what upper apps write into the books; they register them when they start.

The ledger keeps codes of products and reasons and knows no product. A code without words is shown
as it is, so that nothing in a book is ever hidden.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.utils.functional import _StrPromise

_reasons: dict[str, str | _StrPromise] = {}
_products: list[Callable[[], Mapping[str, str]]] = []


def register_reasons(words: Mapping[str, str | _StrPromise]) -> None:
    """Add words for reasons, and for parts that stand after a hyphen of a reason."""
    _reasons.update(words)


def register_products(names: Callable[[], Mapping[str, str]]) -> None:
    """Add what answers the names of products by code, in the language of the page."""
    if names not in _products:
        _products.append(names)


def product_names() -> dict[str, str]:
    """Names of products by code; ask once for a table."""
    return {code: name for names in _products for code, name in names().items()}


def reason_text(code: str) -> str:
    """A reason in words: its own, or those of what stands before and after its last hyphen."""
    if code in _reasons:
        return str(_reasons[code])
    whole, _hyphen, part = code.rpartition("-")
    if whole in _reasons and f"-{part}" in _reasons:
        return _("%(what)s：%(part)s") % {"what": _reasons[whole], "part": _reasons[f"-{part}"]}
    return code
