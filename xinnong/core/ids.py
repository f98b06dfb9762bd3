"""Identifiers of people, organisations, places and households.

Resident ids follow GB 11643-1999, organisation codes GB 32100-2015 and GB 11714, household
references carry an ISO 7064 MOD 11,10 check digit, public references are UUID version 7.
"""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import date
from typing import ClassVar, Final, Literal
from uuid import UUID

from xinnong.core.cleaning import Cleaned, is_scientific, tidy
from xinnong.core.errors import Refused

PROVINCES = frozenset(
    str(number)
    for numbers in (
        range(11, 16),  # north
        range(21, 24),  # north-east
        range(31, 38),  # east
        range(41, 47),  # centre and south
        range(50, 55),  # south-west
        range(61, 66),  # north-west
        (71, 81, 82, 83),  # Taiwan, Hong Kong, Macao, residence permits of Taiwan residents
    )
    for number in numbers
)
DEMO_COUNTIES = "3399"
EARLIEST_BIRTH_YEAR = 1850
RID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RID_CHECKS = "10X98765432"
CODE_LENGTH = 18
PHONE_LENGTH = 11
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
HOUSEHOLD_DIGITS = 12
UUID7_RANDOM_BYTES = 10

LOST_TAIL: Final = "000"
"""A spreadsheet keeps fifteen digits and fills up with zeros."""

_RID_18 = re.compile(r"[0-9]{17}[0-9X]")
_RID_15 = re.compile(r"[0-9]{15}")
_PHONE = re.compile(r"1[3-9][0-9]{9}")
_PHONE_PREFIX = re.compile(r"^(?:\+?86|0086)-?(?=1[3-9])")
_HOUSEHOLD_REF = re.compile(r"H([0-9]{12})([0-9])")


class UnknownHouseholdReference(Refused):
    """The reference is not H, twelve digits and their check digit."""

    code: ClassVar[str] = "household_ref.invalid"


def rid_check(first_17: str) -> str:
    """Answer the eighteenth character for seventeen digits (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, RID_WEIGHTS, strict=True))
    return RID_CHECKS[total % 11]


def clean_rid(
    text: str | None, *, born_by: date | None = None, counties: Container[str] | None = None
) -> Cleaned[str]:
    """Read a resident id as departments write it.

    Repairs: rid.fullwidth, rid.apostrophe, rid.spaces, rid.lowercase, rid.15to18.
    Problems: rid.missing, rid.scientific, rid.length, rid.province, rid.date, rid.check. A wrong
    check character behind two more zeros is the work of a spreadsheet too.
    Remark: rid.county_unknown, only where `counties` (six-digit codes) is given; the demo county
    3399xx is always known. A birth after `born_by` is an impossible date.
    """
    code, repairs = tidy(text or "", kind="rid")
    if code.endswith("x"):
        code, repairs = code[:-1] + "X", (*repairs, "rid.lowercase")
    if _RID_15.fullmatch(code):
        first_17 = code[:6] + "19" + code[6:]
        code, repairs = first_17 + rid_check(first_17), (*repairs, "rid.15to18")
    problem = _rid_problem(code, born_by)
    if problem == "rid.check" and code.endswith(LOST_TAIL):
        problem = "rid.scientific"
    if problem:
        return Cleaned(None, repairs, problem)
    return Cleaned(code, repairs, None, _rid_remarks(code, counties))


def _rid_problem(code: str, born_by: date | None) -> str | None:
    if not code:
        return "rid.missing"
    if is_scientific(code):
        return "rid.scientific"
    if not _RID_18.fullmatch(code):
        return "rid.length"
    if code[:2] not in PROVINCES:
        return "rid.province"
    if not _is_birth(code[6:14], born_by):
        return "rid.date"
    return None if rid_check(code[:17]) == code[17] else "rid.check"


def _is_birth(digits: str, born_by: date | None) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return born.year >= EARLIEST_BIRTH_YEAR and (born_by is None or born <= born_by)


def _rid_remarks(code: str, counties: Container[str] | None) -> tuple[str, ...]:
    known = counties is None or code.startswith(DEMO_COUNTIES) or code[:6] in counties
    return () if known else ("rid.county_unknown",)


def rid_birth(rid: str) -> date:
    """Answer the date of birth inside a clean resident id."""
    return date(int(rid[6:10]), int(rid[10:12]), int(rid[12:14]))


def rid_sex(rid: str) -> Literal["男", "女"]:
    """Answer the sex inside a clean resident id: the seventeenth digit is odd for men."""
    return "男" if int(rid[16]) % 2 else "女"


def mask_rid(rid: str) -> str:
    """Show the province and county and the last two characters: 339981**********1X."""
    return f"{rid[:6]}**********{rid[-2:]}" if len(rid) == CODE_LENGTH else "*" * len(rid)


def uscc_check(first_17: str) -> str:
    """Answer the eighteenth character of a unified social credit code (GB 32100).

    A sum divisible by 31 gives '0'; programs that take 31 - 0 read past their table.
    """
    total = sum(
        USCC_ALPHABET.index(char) * weight
        for char, weight in zip(first_17, USCC_WEIGHTS, strict=True)
    )
    return USCC_ALPHABET[(31 - total % 31) % 31]


def organisation_check(first_8: str) -> str:
    """Answer the ninth character of an organisation code (GB 11714)."""
    total = sum(
        int(char, 36) * weight for char, weight in zip(first_8, ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X0"[11 - total % 11]


def clean_uscc(text: str | None) -> Cleaned[str]:
    """Read a unified social credit code.

    Repairs: uscc.fullwidth, uscc.apostrophe, uscc.spaces, uscc.lowercase. Problems: uscc.missing,
    uscc.scientific, uscc.length, uscc.characters, uscc.check. Remark: uscc.organisation_check
    when the organisation code inside has another check character.
    """
    code, repairs = tidy(text or "", kind="uscc")
    if code.upper() != code:
        code, repairs = code.upper(), (*repairs, "uscc.lowercase")
    problem = _uscc_problem(code)
    if problem:
        return Cleaned(None, repairs, problem)
    sound = organisation_check(code[8:16]) == code[16]
    return Cleaned(code, repairs, None, () if sound else ("uscc.organisation_check",))


def _uscc_problem(code: str) -> str | None:
    if not code:
        return "uscc.missing"
    if is_scientific(code):
        return "uscc.scientific"
    if len(code) != CODE_LENGTH:
        return "uscc.length"
    if not set(code) <= set(USCC_ALPHABET):
        return "uscc.characters"
    return None if uscc_check(code[:17]) == code[17] else "uscc.check"


def clean_phone(text: str | None) -> Cleaned[str]:
    """Read a mobile number of the mainland.

    Repairs: phone.fullwidth, phone.apostrophe, phone.spaces, phone.prefix (+86), phone.hyphens,
    phone.decimal (a trailing .0). Problems: phone.missing, phone.scientific, phone.length.
    """
    code, repairs = tidy(text or "", kind="phone")
    for name, pattern in (
        ("phone.prefix", _PHONE_PREFIX),
        ("phone.hyphens", re.compile(r"(?<=[0-9])-(?=[0-9])")),
        ("phone.decimal", re.compile(r"(?<=^[0-9]{11})\.0$")),
    ):
        shorter = pattern.sub("", code, count=1 if name == "phone.prefix" else 0)
        if shorter != code:
            code, repairs = shorter, (*repairs, name)
    if not code:
        return Cleaned(None, repairs, "phone.missing")
    if is_scientific(code):
        return Cleaned(None, repairs, "phone.scientific")
    if not _PHONE.fullmatch(code):
        return Cleaned(None, repairs, "phone.length")
    return Cleaned(code, repairs)


def mask_phone(phone: str) -> str:
    """Show the first three and last four digits: 198****1234."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) == PHONE_LENGTH else "*" * len(phone)


def clean_area(text: str | None, digits: Literal[6, 9, 12]) -> Cleaned[str]:
    """Read an administrative code of 6 (county), 9 (town) or 12 (village) digits.

    A longer code whose surplus is zeros is cut (area.trimmed). Problems: area.missing,
    area.scientific, area.length. Retired codes are the caller's business: they need a table.
    """
    code, repairs = tidy(text or "", kind="area")
    if not code:
        return Cleaned(None, repairs, "area.missing")
    if is_scientific(code):
        return Cleaned(None, repairs, "area.scientific")
    if len(code) in (9, 12) and len(code) > digits and not code[digits:].strip("0"):
        code, repairs = code[:digits], (*repairs, "area.trimmed")
    if len(code) != digits or not (code.isascii() and code.isdigit()):
        return Cleaned(None, repairs, "area.length")
    return Cleaned(code, repairs)


def household_check(digits: str) -> str:
    """Answer the ISO 7064 MOD 11,10 check digit of a string of digits."""
    product = 10
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def household_ref(number: int) -> str:
    """Write a household number as people see it: H, twelve digits, check digit."""
    assert 0 < number < 10**HOUSEHOLD_DIGITS, number
    digits = f"{number:0{HOUSEHOLD_DIGITS}d}"
    return f"H{digits}{household_check(digits)}"


def parse_household_ref(text: str) -> int:
    """Read a household reference typed by a person; spaces and lower case are forgiven.

    Raises UnknownHouseholdReference when the shape or the check digit is wrong.
    """
    code, _repairs = tidy(text, kind="household_ref")
    match = _HOUSEHOLD_REF.fullmatch(code.upper())
    if match is None or household_check(match[1]) != match[2] or int(match[1]) == 0:
        raise UnknownHouseholdReference
    return int(match[1])


def uuid7(unix_ms: int, random_bytes: bytes) -> UUID:
    """Build a version 7 UUID (RFC 9562) from milliseconds since 1970 and ten random bytes."""
    assert 0 <= unix_ms < 2**48, unix_ms
    assert len(random_bytes) == UUID7_RANDOM_BYTES, len(random_bytes)
    noise = int.from_bytes(random_bytes, "big")
    high = (noise >> 62) & 0xFFF
    low = noise & (2**62 - 1)
    return UUID(int=unix_ms << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
