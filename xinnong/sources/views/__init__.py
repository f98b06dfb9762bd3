"""Pages of a data steward."""

from xinnong.sources.views.deliveries import calendar, deliver, delivery
from xinnong.sources.views.reference import contract, contracts, template
from xinnong.sources.views.reports import batch, batches, error_file, withdraw

__all__ = [
    "batch",
    "batches",
    "calendar",
    "contract",
    "contracts",
    "deliver",
    "delivery",
    "error_file",
    "template",
    "withdraw",
]
