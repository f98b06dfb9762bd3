"""The county's bundle: read strictly, replaced by newer ones only, and three colours with their reasons."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.county_badges import (
    ANCHOR,
    ANCHORS,
    BUNDLE,
    DAY,
    ED,
    ES,
    HERE,
    HOUR,
    NOON,
    STALE,
    Case,
    bundle_file,
    by_es256,
    cases,
    printed,
)
from xinnong.core.cose import PublicKey, packed, protected_header, sealed, to_be_signed, unpacked
from xinnong.core.county_bundle import (
    LABELS,
    MOST_BYTES,
    Agent,
    Bundle,
    bits,
    bytes_to_sign,
    is_revoked,
    payload_of,
    read_bundle,
    taken,
)
from xinnong.core.county_check import AMBER, QUESTIONS, check_offline


def test_a_bundle_comes_back() -> None:
    assert read_bundle(bundle_file(), ANCHORS) == BUNDLE


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_three_colours(case: Case) -> None:
    answer = check_offline(case.text, BUNDLE, village=case.village, second=case.second)
    assert (answer.colour, answer.reason) == (case.colour, case.reason)
    assert answer.age == max(0, case.second - BUNDLE.as_of)


def test_old_data_is_amber_with_its_age_and_red_stays_red() -> None:
    for case in cases():
        answer = check_offline(case.text, STALE, village=case.village, second=case.second)
        assert answer.colour != "green"
        if case.colour == "green":
            assert (answer.colour, answer.reason, answer.age) == ("amber", "stale", 30 * 3_600)
    for days in (0, 8):
        hours = {"not_before": HOUR + 24 * days, "expires": HOUR + 24 * days + 9}
        answer = check_offline(
            printed(ES, status=8, **hours), STALE, village=HERE, second=NOON + days * DAY
        )
        assert (answer.colour, answer.reason) == ("red", "revoked")


def test_each_reason_is_shown_by_a_case() -> None:
    shown = {case.reason for case in cases()}
    assert {name for name, _ in QUESTIONS} - {"wrong"} <= shown
    assert {case.reason for case in cases() if case.colour == "amber"} == AMBER


def test_an_older_bundle_never_replaces_a_newer_one() -> None:
    newer = replace(BUNDLE, sequence=13, as_of=BUNDLE.as_of + 60)
    assert taken(BUNDLE, None) is None
    assert taken(BUNDLE, BUNDLE) is None
    assert taken(newer, BUNDLE) is None
    assert taken(BUNDLE, newer) == "older"
    assert taken(replace(BUNDLE, call="1"), BUNDLE) == "older"  # the same number said twice
    assert taken(replace(newer, as_of=BUNDLE.as_of - 1), BUNDLE) == "older"
    assert taken(replace(newer, issuer="330381"), BUNDLE) == "other_county"


def resigned(payload: bytes, purpose: bytes | None = None) -> bytes:
    to_sign = bytes_to_sign(ANCHOR, payload)
    if purpose is not None:
        to_sign = to_be_signed(protected_header(ANCHOR), payload, purpose)
    return sealed(ANCHOR, payload, by_es256(to_sign))


def test_who_did_not_sign_is_refused() -> None:
    data = bundle_file()
    assert read_bundle(data, {}) == "not_signed"
    assert read_bundle(data, {b"b1": replace(ED, key_id=b"b1")}) == "not_signed"
    assert read_bundle(data[:-1] + bytes([data[-1] ^ 1]), ANCHORS) == "not_signed"
    assert read_bundle(resigned(payload_of(BUNDLE), b""), ANCHORS) == "not_signed"
    assert read_bundle(b"", ANCHORS) == "not_signed"
    assert read_bundle(bytes(MOST_BYTES + 1), ANCHORS) == "too_large"


@pytest.mark.parametrize("change", [
    {"issuer": -1}, {"issuer": 1_000_000}, {"issuer": True}, {"sequence": 2**53}, {"as_of": 1.5}, {"fresh_hours": 0},
    {"fresh_hours": 49}, {"keys": [[b"a", -7, b"x" * 32, 0, 1]]}, {"keys": [[b"a", -257, b"x" * 33, 0, 1]]},
    {"teams": [[1, 1]]}, {"teams": [[1, 1, ""]]}, {"roster": [[1, 1, b"short"]]}, {"roster": None}, {"activities": [[1, 1, 0, 1, [1_000_000], []]]},
    {"status": b"no zlib"}, {"status": zlib.compress(b"a") + b"b"}, {"status": zlib.compress(b"aaaa")[:-1]}, {"status": zlib.compress(bytes(200_000))},
    {"villages": [["a", "b"]]}, {"call": "x" * 81}, {"call": 3}, {"unknown": 1}, {"teams": [[1, 1, "a"]] * 2_001},
])  # fmt: skip
def test_what_is_not_exactly_a_bundle_is_refused(change: dict[str, object]) -> None:
    told = unpacked(payload_of(BUNDLE))
    told = told | {LABELS.get(name, 99): value for name, value in change.items()}
    assert read_bundle(resigned(packed(told)), ANCHORS) == "malformed"


def test_a_part_that_is_missing_is_refused() -> None:
    told = unpacked(payload_of(BUNDLE))
    for label in LABELS.values():
        rest = {key: value for key, value in told.items() if key != label}
        assert read_bundle(resigned(packed(rest)), ANCHORS) == "malformed"
    assert read_bundle(resigned(packed([1, 2])), ANCHORS) == "malformed"


def test_what_a_reader_would_refuse_is_not_written() -> None:
    with pytest.raises(ValueError, match="call"):
        payload_of(replace(BUNDLE, call=""))
    with pytest.raises(ValueError, match="roster"):
        payload_of(replace(BUNDLE, roster=(Agent(1, 2, b"p" * 9),)))


@given(st.frozensets(st.integers(0, 299), max_size=20), st.integers(0, 400))
def test_bits_are_found_where_they_were_set(places: frozenset[int], place: int) -> None:
    assert is_revoked(bits(places, 300), place) is (place in places or place >= 304)


def test_a_large_county_fits() -> None:
    roster = tuple(Agent(number, 2, number.to_bytes(8, "big")) for number in range(5_000))
    activities = tuple(
        replace(BUNDLE.activities[0], number=each, agents=tuple(range(6))) for each in range(1_000)
    )
    status = bits(frozenset(range(0, 100_000, 97)), 100_000)
    data = bundle_file(replace(BUNDLE, roster=roster, activities=activities, status=status))
    assert len(data) < MOST_BYTES
    found = read_bundle(data, {b"b1": PublicKey(b"b1", ANCHOR.algorithm, ANCHOR.point)})
    assert isinstance(found, Bundle)
    assert len(found.roster) == 5_000
