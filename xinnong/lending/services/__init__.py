"""The only writers of products, drafts, offers and loans."""

from xinnong.lending.services.correcting import repay_by_value_date, reverse_repayment
from xinnong.lending.services.drawing import draw
from xinnong.lending.services.end_of_day import DayReport, end_day, end_days, lenders_with_days
from xinnong.lending.services.losses import recover, write_off
from xinnong.lending.services.products import (
    DraftChanged,
    DraftMoved,
    SecondPersonNeeded,
    TooEarly,
    VersionTaken,
    drop_draft,
    offer_product,
    publish_draft,
    publish_product,
    save_draft,
    ship_products,
    sign_draft,
)
from xinnong.lending.services.repaying import Excess, Receipt, repay
from xinnong.lending.services.servicing import (
    change_rate,
    extend,
    judge,
    pause_interest,
    renew,
)

__all__ = [
    "DayReport",
    "DraftChanged",
    "DraftMoved",
    "Excess",
    "Receipt",
    "SecondPersonNeeded",
    "TooEarly",
    "VersionTaken",
    "change_rate",
    "draw",
    "drop_draft",
    "end_day",
    "end_days",
    "extend",
    "judge",
    "lenders_with_days",
    "offer_product",
    "pause_interest",
    "publish_draft",
    "publish_product",
    "recover",
    "renew",
    "repay",
    "repay_by_value_date",
    "reverse_repayment",
    "save_draft",
    "ship_products",
    "sign_draft",
    "write_off",
]
