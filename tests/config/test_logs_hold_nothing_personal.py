from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from xinnong.config.logging import (
    REMOVED,
    PersonalDataInLog,
    cleaned,
    configure,
    without_personal_data,
)

RID = "339981198503070019"
RID_15 = "339981850307001"
PHONE = "19812345678"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the production configuration writes to stderr."""
    monkeypatch.setattr(without_personal_data, "strict", False)
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    configure("INFO")
    return out


@pytest.mark.parametrize(
    "value",
    [
        RID,
        int(RID),
        RID_15,
        PHONE,
        int(PHONE),
        f"row of {RID} refused",
        f"电话{PHONE}。",
        {"rid": "x", "more": [f"({PHONE})"]},
    ],
)
def test_it_takes_ids_and_phones_out(value: object) -> None:
    text = json.dumps(cleaned(value), ensure_ascii=False)
    assert RID not in text
    assert RID_15 not in text
    assert PHONE not in text
    assert REMOVED in text


@pytest.mark.parametrize(
    "value",
    [
        "H000000000012X",
        260_000,
        1_700_000_000_000,
        "2026-11-23T10:00:00Z",
        "339981101001",
        "91330381MA2ABCDE1X",
        True,
        None,
        "a" * 17 + "1981234567890",
        2.5,
    ],
)
def test_it_leaves_references_counts_and_codes(value: object) -> None:
    assert cleaned(value) == value


def test_our_own_logs_are_json_without_personal_data(lines: io.StringIO) -> None:
    structlog.get_logger("xinnong.try").info("row refused", rid=RID, batch=7, said=f"phone {PHONE}")
    entry = json.loads(lines.getvalue())
    assert (entry["event"], entry["batch"]) == ("row refused", 7)
    assert (entry["rid"], entry["said"]) == (REMOVED, f"phone {REMOVED}")


def test_libraries_logs_and_tracebacks_are_cleaned_too(lines: io.StringIO) -> None:
    try:
        int(f"Key (rid)=({RID}) already exists")
    except ValueError:
        logging.getLogger("a.library").exception("could not store %s", PHONE)
    assert RID not in lines.getvalue()
    assert PHONE not in lines.getvalue()
    assert "already exists" in json.loads(lines.getvalue())["exception"]


def test_while_testing_it_is_an_error() -> None:
    assert without_personal_data.strict
    with pytest.raises(PersonalDataInLog, match="'said'"):
        without_personal_data(None, "info", {"event": "x", "said": RID})
