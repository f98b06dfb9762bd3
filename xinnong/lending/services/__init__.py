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
from xinnong.lending.services.conditions import (
    meet_condition,
)
from xinnong.lending.services.contract_draws import draw_on_contract, renew_on_contract
from xinnong.lending.services.contracts import (
    cancel_contract,
    draft_contract,
    expire_drafts,
    sign_by_card_check,
    sign_in_person,
)
from xinnong.lending.services.correcting import (
    repay_by_value_date,
)
from xinnong.lending.services.decisions import (
    confirm_by_second,
    confirm_limit,
    decide_by_officer,
    propose_limit,
    ship_limits,
    withdraw_approval,
    withdraw_limit,
)
from xinnong.lending.services.drawing import (
    draw,
)
from xinnong.lending.services.end_of_day import (
    DayReport,
    end_day,
    end_days,
    lenders_with_days,
)
from xinnong.lending.services.excusing import excuse_delay, propose_excuse
from xinnong.lending.services.judging import judge
from xinnong.lending.services.losses import (
    recover,
    write_off,
)
from xinnong.lending.services.notes import add_note
from xinnong.lending.services.payees import (
    bind_card,
    device_mark,
    lift_hold,
    note_device,
    note_number,
    remove_card,
)
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
    withdraw_signature,
)
from xinnong.lending.services.proposing import (
    propose_restructuring,
    propose_write_off,
    turn_down,
    withdraw_proposal,
)
from xinnong.lending.services.rebooking import correct_repayment, propose_correction
from xinnong.lending.services.repaying import (
    Excess,
    PaymentReceipt,
    repay,
)
from xinnong.lending.services.restructuring import restructure
from xinnong.lending.services.servicing import (
    change_rate,
    extend,
    pause_interest,
    renew,
)
from xinnong.lending.services.undoing import propose_undoing, undo_repayment

__all__ = [
    "DayReport",
    "DraftChanged",
    "DraftMoved",
    "Excess",
    "PaymentReceipt",
    "SecondPersonNeeded",
    "TooEarly",
    "VersionTaken",
    "Wish",
    "add_note",
    "ask_credit_report",
    "ask_for_person",
    "bind_card",
    "cancel_contract",
    "change_rate",
    "confirm_by_second",
    "confirm_limit",
    "correct_repayment",
    "decide_by_officer",
    "device_mark",
    "draft_contract",
    "draw",
    "draw_on_contract",
    "drop_draft",
    "end_day",
    "end_days",
    "excuse_delay",
    "expire_applications",
    "expire_drafts",
    "extend",
    "file_credit_report",
    "judge",
    "lenders_with_days",
    "lift_hold",
    "meet_condition",
    "note_device",
    "note_number",
    "offer_product",
    "pause_interest",
    "propose_correction",
    "propose_excuse",
    "propose_limit",
    "propose_restructuring",
    "propose_undoing",
    "propose_write_off",
    "publish_draft",
    "publish_product",
    "record_investigation",
    "recover",
    "remove_card",
    "renew",
    "renew_on_contract",
    "repay",
    "repay_by_value_date",
    "restructure",
    "save_draft",
    "ship_limits",
    "ship_products",
    "sign_by_card_check",
    "sign_draft",
    "sign_in_person",
    "submit_application",
    "turn_down",
    "undo_repayment",
    "withdraw_application",
    "withdraw_approval",
    "withdraw_limit",
    "withdraw_proposal",
    "withdraw_signature",
    "write_off",
]
