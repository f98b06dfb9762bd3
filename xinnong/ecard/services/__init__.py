"""The only writers of credentials, codes, redemptions, terminals and family ties."""

from xinnong.ecard.services.activating import Identification, activate_in_person, activate_own
from xinnong.ecard.services.family import agree_in_person, answer_family, ask_family, end_family
from xinnong.ecard.services.redeeming import Presented, redeem
from xinnong.ecard.services.revoking import revoke_for, revoke_own
from xinnong.ecard.services.showing import OfflinePhone, prepare_phone, show_code
from xinnong.ecard.services.terminals import end_terminal, register_terminal

__all__ = [
    "Identification",
    "OfflinePhone",
    "Presented",
    "activate_in_person",
    "activate_own",
    "agree_in_person",
    "answer_family",
    "ask_family",
    "end_family",
    "end_terminal",
    "prepare_phone",
    "redeem",
    "register_terminal",
    "revoke_for",
    "revoke_own",
    "show_code",
]
