"""Dynamic codes: form, single slips, time steps; who may show whose code."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core import pages
from xinnong.core import dynamic_codes as codes
from xinnong.core.dynamic_codes import BondKind, CodeKind, FamilyAsk
from xinnong.core.errors import Refused

KEY = b"k" * 32
ON = date(2026, 11, 20)
draws = st.integers(0, codes.DRAWS - 1)
handles = st.integers(0, codes.HANDLES - 1).map(lambda n: f"{n:010d}")
steps = st.integers(0, 10**8)
keys = st.binary(min_size=32, max_size=32)


@given(draw=draws)
@settings(max_examples=60)
def test_an_online_code_is_28_digits_of_the_stand_in_and_reads_back(draw: int) -> None:
    code = codes.online_code(draw)
    assert len(code) == codes.DIGITS
    assert not code.startswith(codes.NATIONAL_PREFIXES)
    read = codes.read_code(codes.grouped(code))
    assert (read.kind, int(read.carried)) == (CodeKind.ONLINE, draw)


@given(draw=draws, place=st.integers(0, 27), by=st.integers(1, 9))
@settings(max_examples=120)
def test_every_single_slip_is_seen(draw: int, place: int, by: int) -> None:
    code = codes.online_code(draw)
    wrong = code[:place] + str((int(code[place]) + by) % 10) + code[place + 1 :]
    with pytest.raises((codes.CodeMistyped, codes.CodeNotOurs)):
        codes.read_code(wrong)


@given(draw=draws, place=st.integers(0, 26))
@settings(max_examples=120)
def test_every_swap_of_neighbours_is_seen(draw: int, place: int) -> None:
    code = codes.online_code(draw)
    one, other = code[place], code[place + 1]
    if one != other:
        with pytest.raises((codes.CodeMistyped, codes.CodeNotOurs)):
            codes.read_code(code[:place] + other + one + code[place + 2 :])


@pytest.mark.parametrize(
    "text", ["", "1" * 27, "9" * 29, "９" * 28, "abc", "9" * 5000, "4" * 27 + "x", "\x00" * 28]
)
def test_what_is_no_code_is_mistyped(text: str) -> None:
    with pytest.raises(codes.CodeMistyped):
        codes.read_code(text)


def test_a_code_of_the_national_platform_is_not_taken_for_ours() -> None:
    body = "424" + "1" * 23
    with pytest.raises(codes.CodeNotOurs):
        codes.read_code(body + f"{98 - int(body) * 100 % 97:02d}")


@given(handle=handles, step=steps, key=keys, off=st.integers(-4, 4), second=st.integers(0, 59))
@settings(max_examples=120)
def test_an_offline_code_is_good_in_its_step_and_the_two_beside_it(
    handle: str, step: int, key: bytes, off: int, second: int
) -> None:
    read = codes.read_code(codes.offline_code(handle, step, key=key))
    assert (read.handle, read.step_tail) == (handle, f"{step % 100:02d}")
    now = max(0, (step + off) * 60 + second)
    good = abs(now // 60 - step) <= 1
    assert codes.matched_step(read, key=key, epoch_seconds=now) == (step if good else None)


@given(handle=handles, step=steps, key=keys, other=keys)
@settings(max_examples=60)
def test_another_key_or_handle_makes_nothing_of_it(
    handle: str, step: int, key: bytes, other: bytes
) -> None:
    read = codes.read_code(codes.offline_code(handle, step, key=key))
    if key != other:
        assert codes.matched_step(read, key=other, epoch_seconds=step * 60) is None


def test_the_worked_tables_of_the_page_hold() -> None:
    online, offline = pages.table("dynamic-codes", "codes")
    assert codes.grouped(codes.online_code(int(online["drawn or handle"]))) == online["code"]
    made = codes.offline_code(offline["drawn or handle"], int(offline["step"]), key=KEY)
    assert codes.grouped(made) == offline["code"]
    said = {row["answer"].strip("`"): _bond(row) for row in pages.table("dynamic-codes", "family")}
    assert list(said) == list(said.values())


def _bond(row: dict[str, str]) -> str:
    ask = FamilyAsk(
        holder_birth=ON.replace(year=ON.year - int(row["holder"])),
        member_birth=ON.replace(year=ON.year - int(row["member"])),
        is_same_person=False,
        is_same_household=row["same household"] == "yes",
        members_now=int(row["members now"]),
    )
    try:
        return codes.bond_for(ask, on=ON).value
    except Refused as refused:
        return refused.code


def test_a_pharmacy_sells_and_settles_and_others_have_no_use() -> None:
    assert len(codes.BUSINESS_TYPES) == len(set(codes.BUSINESS_TYPES)) == 13
    assert codes.USES["pharmacy"] == ("01301", "01302")
    assert set(codes.USES["pharmacy"]) <= set(codes.USES["hospital"])
    assert codes.USES.get("bank", ()) == ()


births = st.none() | st.dates(date(1930, 1, 1), date(2026, 11, 1))
asks = st.builds(
    FamilyAsk,
    holder_birth=births,
    member_birth=births,
    is_same_person=st.booleans(),
    is_same_household=st.booleans(),
    members_now=st.integers(0, 8),
)


def age(birth: date) -> int:
    return ON.year - birth.year - ((ON.month, ON.day) < (birth.month, birth.day))


@given(ask=asks)
@settings(max_examples=200)
def test_a_family_account_follows_the_obvious_rules(ask: FamilyAsk) -> None:
    child = ask.member_birth is not None and age(ask.member_birth) < 16
    grown = ask.holder_birth is not None and age(ask.holder_birth) >= 18
    fits = grown and not ask.is_same_person and (ask.is_same_household or not child)
    if fits and ask.members_now < 5:
        wanted = BondKind.GUARDIAN if child else BondKind.DELEGATE
        assert codes.bond_for(ask, on=ON) is wanted
        return
    with pytest.raises(codes.FamilyFull if fits else codes.FamilyNotFit):
        codes.bond_for(ask, on=ON)
