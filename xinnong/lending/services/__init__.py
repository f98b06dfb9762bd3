"""The only writers of lending, by topic."""

from xinnong.lending.services.applications import (
    Wish,
    ask_for_person,
    expire_applications,
    submit_application,
    withdraw_application,
)
from xinnong.lending.services.checks import (
    ask_credit_report,
    file_credit_report,
    record_investigation,
)
from xinnong.lending.services.conditions import meet_condition
from xinnong.lending.services.contracts import (
    cancel_contract,
    draft_contract,
    sign_by_card_check,
    sign_in_person,
)
from xinnong.lending.services.decisions import (
    confirm_by_second,
    confirm_limit,
    decide_by_officer,
    propose_limit,
    ship_limits,
)
from xinnong.lending.services.payees import (
    bind_card,
    device_mark,
    lift_hold,
    note_device,
    note_number,
    remove_card,
)
from xinnong.lending.services.products import (
    drop_draft,
    offer_product,
    publish_draft,
    publish_product,
    save_draft,
    ship_products,
    sign_draft,
)

__all__ = [
    "Wish",
    "ask_credit_report",
    "ask_for_person",
    "bind_card",
    "cancel_contract",
    "confirm_by_second",
    "confirm_limit",
    "decide_by_officer",
    "device_mark",
    "draft_contract",
    "drop_draft",
    "expire_applications",
    "file_credit_report",
    "lift_hold",
    "meet_condition",
    "note_device",
    "note_number",
    "offer_product",
    "propose_limit",
    "publish_draft",
    "publish_product",
    "record_investigation",
    "remove_card",
    "save_draft",
    "ship_limits",
    "ship_products",
    "sign_by_card_check",
    "sign_draft",
    "sign_in_person",
    "submit_application",
    "withdraw_application",
]
