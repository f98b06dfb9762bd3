"""Dynamic codes of the stand-in for the health-insurance e-credential, and who may show whose.

Twenty-eight digits, as scanners of hospitals expect: a prefix that is never one of the national
platform's (`424`, `opc`), the kind, what the kind carries, two check digits. An online code carries
22 drawn digits and nothing else. An offline code carries a ten-digit handle, the last two digits of
the time step and ten digits of HMAC-SHA256 over both (the way of RFC 6238, with another length).
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from xinnong.core.dates import OF_AGE, age_on
from xinnong.core.errors import Refused

DIGITS: Final = 28
PREFIX: Final = "900"
NATIONAL_PREFIXES: Final = ("424", "opc")
assert not PREFIX.startswith(NATIONAL_PREFIXES), "the stand-in is never taken for the real platform"

LIFETIME_SECONDS: Final = 60
STEP_SECONDS: Final = 60
SLACK_STEPS: Final = 1
DRAWN_DIGITS: Final = 22
DRAWS: Final = 10**DRAWN_DIGITS
HANDLE_DIGITS: Final = 10
HANDLES: Final = 10**HANDLE_DIGITS
STEP_DIGITS: Final = 2
MAC_DIGITS: Final = 10
CHECK_MODULUS: Final = 97
_GAPS: Final = re.compile(r"[\s\-—_.·]+")
_FORM: Final = re.compile(rf"[0-9]{{{DIGITS}}}")


class CodeMistyped(Refused):
    """Not 28 digits, or the check digits do not fit them."""

    code: ClassVar[str] = "ecard.code_mistyped"


class CodeNotOurs(Refused):
    """Digits in order that another issuer gave out, or of a kind that does not exist."""

    code: ClassVar[str] = "ecard.code_not_ours"


class CodeKind(StrEnum):
    """How a code was made; stands as the fourth digit."""

    ONLINE = "1"
    OFFLINE = "2"


@dataclass(frozen=True, slots=True)
class ReadCode:
    """A code whose form is right; whether it is good, others decide."""

    digits: str
    kind: CodeKind
    carried: str

    @property
    def handle(self) -> str:
        """Whose offline code it says it is."""
        assert self.kind is CodeKind.OFFLINE, "an online code says nothing of its holder"
        return self.carried[:HANDLE_DIGITS]

    @property
    def step_tail(self) -> str:
        """The last digits of the time step in which an offline code was made."""
        return self.carried[HANDLE_DIGITS : HANDLE_DIGITS + STEP_DIGITS]


def online_code(draw: int) -> str:
    """The code of one random number below DRAWS."""
    assert 0 <= draw < DRAWS, "one drawn number of 22 digits"
    return _checked(PREFIX + CodeKind.ONLINE + f"{draw:0{DRAWN_DIGITS}d}")


def offline_code(handle: str, step: int, *, key: bytes) -> str:
    """The code that a phone without network shows in one time step."""
    assert re.fullmatch(rf"[0-9]{{{HANDLE_DIGITS}}}", handle), "a handle has ten digits"
    tail = f"{step % 10**STEP_DIGITS:0{STEP_DIGITS}d}"
    return _checked(PREFIX + CodeKind.OFFLINE + handle + tail + _mac(handle, step, key))


def read_code(text: str) -> ReadCode:
    """Read what was scanned, typed or pasted. Refuses `ecard.code_mistyped`, `ecard.code_not_ours`.

    Gaps and dashes between groups of digits are what pages show and people type.
    """
    digits = _GAPS.sub("", text)
    if not digits.isascii() or not _FORM.fullmatch(digits):
        raise CodeMistyped
    if digits[-2:] != _check(digits[:-2]):
        raise CodeMistyped
    kind = digits[len(PREFIX)]
    if not digits.startswith(PREFIX) or kind not in set(CodeKind):
        raise CodeNotOurs
    return ReadCode(digits, CodeKind(kind), digits[len(PREFIX) + 1 : -2])


def step_at(epoch_seconds: int, *, step_seconds: int = STEP_SECONDS) -> int:
    """The number of the time step an instant lies in."""
    return epoch_seconds // step_seconds


def matched_step(
    code: ReadCode, *, key: bytes, epoch_seconds: int, step_seconds: int = STEP_SECONDS
) -> int | None:
    """The step in which the key made an offline code, if it is this one or a neighbour; else None.

    A phone's clock is off by up to a step without harm; every step's code is good once.
    """
    now = step_at(epoch_seconds, step_seconds=step_seconds)
    for step in range(max(0, now - SLACK_STEPS), now + SLACK_STEPS + 1):
        made = offline_code(code.handle, step, key=key)
        if hmac.compare_digest(made, code.digits):
            return step
    return None


def grouped(digits: str) -> str:
    """Four by four, as people read them."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _checked(body: str) -> str:
    return body + _check(body)


def _check(body: str) -> str:
    """Two digits that catch every single slip and every swap of neighbours (ISO 7064 MOD 97-10)."""
    return f"{98 - int(body) * 100 % CHECK_MODULUS:02d}"


def _mac(handle: str, step: int, key: bytes) -> str:
    digest = hmac.digest(key, f"{handle}|{step}".encode(), "sha256")
    return f"{int.from_bytes(digest[:8], 'big') % 10**MAC_DIGITS:0{MAC_DIGITS}d}"


# ---------------------------------------------------------------- what a code is shown for

BUSINESS_TYPES: Final = (
    "01101",  # registration
    "01102",  # a file at the hospital
    "01103",  # admission
    "01104",  # a deposit
    "01201",  # consultation
    "01202",  # an examination booked
    "01203",  # an examination
    "01204",  # treatment
    "01301",  # settlement
    "01302",  # medicine
    "01303",  # a report collected
    "01304",  # bills printed
    "01305",  # records copied
)
"""The platform's codes; what was found or treated is never asked for."""
OF_PHARMACIES: Final = ("01301", "01302")
USES: Final[dict[str, tuple[str, ...]]] = {"hospital": BUSINESS_TYPES, "pharmacy": OF_PHARMACIES}
"""By kind of institution; whoever is neither has no use for a code."""


# ---------------------------------------------------------------- a family account

MOST_MEMBERS: Final = 5
OWN_WORD_FROM: Final = 16
"""From this age on a person agrees; below it a guardian of the same household is enough."""


class BondKind(StrEnum):
    """Why somebody shows another person's code."""

    GUARDIAN = "guardian"
    DELEGATE = "delegate"


class FamilyFull(Refused):
    """Five members already."""

    code: ClassVar[str] = "ecard.family_full"


class FamilyNotFit(Refused):
    """The holder is no adult, is the member, or is no guardian of the member's household."""

    code: ClassVar[str] = "ecard.family_not_fit"


@dataclass(frozen=True, slots=True)
class FamilyAsk:
    """Who wants to show whose code, as the register knows them; unknown births count as no age."""

    holder_birth: date | None
    member_birth: date | None
    is_same_person: bool
    is_same_household: bool
    members_now: int


def bond_for(ask: FamilyAsk, *, on: date) -> BondKind:
    """What ties the two: a guardian of a child at once, a delegate once the member has agreed.

    Refuses `ecard.family_not_fit` and `ecard.family_full`. A member may have several holders.
    """
    is_adult = ask.holder_birth is not None and age_on(ask.holder_birth, on) >= OF_AGE
    if ask.is_same_person or not is_adult:
        raise FamilyNotFit
    is_child = ask.member_birth is not None and age_on(ask.member_birth, on) < OWN_WORD_FROM
    if is_child and not ask.is_same_household:
        raise FamilyNotFit
    if ask.members_now >= MOST_MEMBERS:
        raise FamilyFull(most=MOST_MEMBERS)
    return BondKind.GUARDIAN if is_child else BondKind.DELEGATE
