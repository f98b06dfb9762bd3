"""Identifiers as departments write them: every repair and every problem has its name."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinnong.core import ids
from xinnong.core.cleaning import Cleaned

BIRTHS = st.dates(date(1900, 1, 1), date(2026, 1, 1))


@st.composite
def resident_ids(draw: st.DrawFn) -> str:
    first_17 = f"339981{draw(BIRTHS):%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return first_17 + ids.rid_check(first_17)


@pytest.mark.parametrize(
    "rid",
    ["33998119580312001X", "339981196507040028", "339981199012319995", "339981201506011237"],
)
def test_it_takes_valid_ids_as_they_are(rid: str) -> None:
    assert ids.clean_rid(rid) == Cleaned(rid)


@pytest.mark.parametrize(
    ("text", "repairs"),
    [
        ("33998119580312001x", ("rid.lowercase",)),
        ("'33998119580312001X", ("rid.apostrophe",)),
        ("\u201833998119580312001X", ("rid.apostrophe",)),
        (" 339981 19580312 001X\u3000", ("rid.spaces",)),
        ("３３９９８１19580312001Ｘ", ("rid.fullwidth",)),
        ("33998119580312001ｘ", ("rid.fullwidth", "rid.lowercase")),
        ("339981580312001", ("rid.15to18",)),
        ("＇ 339981 580312001", ("rid.fullwidth", "rid.apostrophe", "rid.spaces", "rid.15to18")),
    ],
)
def test_it_repairs_and_names_what_it_repaired(text: str, repairs: tuple[str, ...]) -> None:
    assert ids.clean_rid(text) == Cleaned("33998119580312001X", repairs)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "rid.missing"),
        ("", "rid.missing"),
        ("  ' ", "rid.missing"),
        ("3.39981E+17", "rid.scientific"),
        ("3.39981195803120E+17", "rid.scientific"),
        ("33998119580312001", "rid.length"),
        ("3399811958031200X1", "rid.length"),
        ("无", "rid.length"),
        ("१३९९८११९५८०३१२००१", "rid.length"),
        ("99998119580312001X", "rid.province"),
        ("33998119580230001X", "rid.date"),
        ("33998117580312001X", "rid.date"),
        ("339981195803120011", "rid.check"),
        ("339981580230001", "rid.date"),
    ],
)
def test_it_refuses_by_name(text: str | None, problem: str) -> None:
    cleaned = ids.clean_rid(text)
    assert (cleaned.value, cleaned.problem) == (None, problem)


def test_a_birth_after_the_delivery_is_no_date() -> None:
    born = ids.clean_rid("339981201506011237", born_by=date(2015, 6, 1))
    unborn = ids.clean_rid("339981201506011237", born_by=date(2015, 5, 31))
    assert (born.problem, unborn.problem) == (None, "rid.date")


def test_a_county_outside_the_list_is_a_remark_and_the_demo_county_never_is() -> None:
    first_17 = "33038119580312001"
    rid = first_17 + ids.rid_check(first_17)
    assert ids.clean_rid(rid, counties={"330382"}) == Cleaned(
        rid, (), None, ("rid.county_unknown",)
    )
    assert ids.clean_rid(rid, counties={"330381"}) == Cleaned(rid)
    assert ids.clean_rid("33998119580312001X", counties=set()).remarks == ()


@given(resident_ids())
def test_an_old_id_becomes_the_new_id_of_the_same_person(rid: str) -> None:
    old = rid[:6] + rid[8:17]
    if rid[6:8] == "19":
        assert ids.clean_rid(old) == Cleaned(rid, ("rid.15to18",))


@given(resident_ids(), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(rid: str, place: int, step: int) -> None:
    wrong = str((int(rid[place]) + step) % 10)
    assert ids.clean_rid(rid[:place] + wrong + rid[place + 1 :]).problem is not None


@given(resident_ids(), st.integers(0, 16))
def test_two_swapped_neighbours_are_always_noticed(rid: str, place: int) -> None:
    swapped = rid[:place] + rid[place + 1] + rid[place] + rid[place + 2 :]
    if swapped != rid:
        assert ids.clean_rid(swapped).problem is not None


@given(st.text() | st.text("0123456789Xx' ", max_size=20))
def test_any_text_is_a_value_or_a_problem_and_clean_values_stay_clean(text: str) -> None:
    for clean in (ids.clean_rid, ids.clean_uscc, ids.clean_phone):
        cleaned = clean(text)
        assert (cleaned.value is None) != (cleaned.problem is None)
        if cleaned.value is not None:
            assert clean(cleaned.value) == Cleaned(cleaned.value, (), None, cleaned.remarks)


def test_birth_and_sex_are_read_from_the_id() -> None:
    assert ids.rid_birth("33998119580312001X") == date(1958, 3, 12)
    assert (ids.rid_sex("33998119580312001X"), ids.rid_sex("339981196507040028")) == ("男", "女")


def test_masks_show_little_and_nothing_of_what_is_no_id() -> None:
    assert ids.mask_rid("33998119580312001X") == "339981**********1X"
    assert ids.mask_rid("33998") == "*****"
    assert ids.mask_phone("19800001234") == "198****1234"
    assert ids.mask_phone("1980000") == "*******"


@pytest.mark.parametrize("uscc", ["93330381MA2T00015T", "93330381MA2T00023M", "93330381MA2T002420"])
def test_it_takes_valid_organisation_codes_also_where_the_sum_leaves_nothing(uscc: str) -> None:
    assert ids.clean_uscc(uscc) == Cleaned(uscc)
    assert ids.clean_uscc(uscc.lower()) == Cleaned(uscc, ("uscc.lowercase",))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "uscc.missing"),
        ("9.333E+17", "uscc.scientific"),
        ("93330381MA2T00015", "uscc.length"),
        ("93330381MA2TO0015T", "uscc.characters"),
        ("93330381MA2T00015U", "uscc.check"),
    ],
)
def test_it_refuses_organisation_codes_by_name(text: str | None, problem: str) -> None:
    assert ids.clean_uscc(text).problem == problem


def test_a_wrong_inner_organisation_code_is_a_remark() -> None:
    first_17 = "93330381MA2T00011"
    code = first_17 + ids.uscc_check(first_17)
    assert ids.clean_uscc(code) == Cleaned(code, (), None, ("uscc.organisation_check",))


@pytest.mark.parametrize(
    ("text", "repairs"),
    [
        ("19800001234", ()),
        ("+86 198 0000 1234", ("phone.spaces", "phone.prefix")),
        ("86-19800001234", ("phone.prefix",)),
        ("0086-198-0000-1234", ("phone.prefix", "phone.hyphens")),
        ("19800001234.0", ("phone.decimal",)),
        ("'１９８00001234", ("phone.fullwidth", "phone.apostrophe")),
    ],
)
def test_it_reads_phones(text: str, repairs: tuple[str, ...]) -> None:
    assert ids.clean_phone(text) == Cleaned("19800001234", repairs)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "phone.missing"),
        ("1.98E+10", "phone.scientific"),
        ("12800001234", "phone.length"),
        ("0577-65000000", "phone.length"),
        ("1980000123", "phone.length"),
    ],
)
def test_it_refuses_phones_by_name(text: str, problem: str) -> None:
    assert ids.clean_phone(text).problem == problem


def test_it_reads_areas_of_three_lengths() -> None:
    assert ids.clean_area("339981101201", 12) == Cleaned("339981101201")
    assert ids.clean_area("339981101000", 9) == Cleaned("339981101", ("area.trimmed",))
    assert ids.clean_area("339981000000", 6) == Cleaned("339981", ("area.trimmed",))
    assert ids.clean_area("339981101201", 9).problem == "area.length"
    assert ids.clean_area("33998110120", 12).problem == "area.length"
    assert ids.clean_area("3.39981E+11", 12).problem == "area.scientific"
    assert ids.clean_area(None, 6).problem == "area.missing"


@given(st.integers(1, 10**12 - 1))
def test_a_household_reference_reads_back(number: int) -> None:
    ref = ids.household_ref(number)
    assert (len(ref), ref[0]) == (14, "H")
    assert ids.parse_household_ref(f" {ref.lower()[:5]} {ref[5:]}") == number


@given(st.integers(1, 10**12 - 1), st.integers(1, 13), st.integers(1, 9))
def test_a_mistyped_household_reference_is_refused(number: int, place: int, step: int) -> None:
    ref = ids.household_ref(number)
    wrong = ref[:place] + str((int(ref[place]) + step) % 10) + ref[place + 1 :]
    with pytest.raises(ids.UnknownHouseholdReference):
        ids.parse_household_ref(wrong)


@pytest.mark.parametrize("text", ["", "H", "H000000000000", "1234", "H00000000000012"])
def test_what_is_no_household_reference_is_refused(text: str) -> None:
    with pytest.raises(ids.UnknownHouseholdReference) as refused:
        ids.parse_household_ref(text)
    assert refused.value.code == "household_ref.invalid"


def test_the_check_digit_is_that_of_the_standard() -> None:
    assert ids.household_check("0794") == "5"  # ISO 7064 MOD 11,10: 07945


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_a_uuid7_carries_its_time_and_its_version(unix_ms: int, noise: bytes) -> None:
    made = ids.uuid7(unix_ms, noise)
    assert (made.version, made.variant, made.int >> 80) == (7, uuid.RFC_4122, unix_ms)


def test_the_example_of_the_standard_comes_out() -> None:
    noise = (0xCC3 << 62 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    assert str(ids.uuid7(0x017F22E279B0, noise)) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
