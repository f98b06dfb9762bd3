"""A second reading of a record for the bureau, written without a look at what makes it.

Field by field, then what must hold between fields. It knows the second-generation account record
alone; every fault names its field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from xinnong.core.errors import Problem

DAY: Final = r"\d{4}-\d{2}-\d{2}"
BASE: Final[Mapping[str, str]] = {
    "AI01": r"[0-9A-Za-z-]{1,60}",
    "AD01": r"D1|R1|R4",
    "AD02": r"11|12|51|53",
    "AI02": r"[0-9A-Z-]{1,32}",
    "AI04": r"[0-9A-Za-z-]{1,60}",
    "AD03": r"41|42|51|52|53|91|99",
    "AR01": DAY,
    "AD04": r"CNY",
    "AJ01": r"\d{1,13}",
    "AJ02": r"\d{1,13}",
    "AR02": DAY,
    "AD05": r"11|12|13|21|22|23|31|32|39",
    "AD06": r"03|04|05|06|07|08",
    "AS01": r"[1-9]\d{0,2}",
    "AD07": r"[1-79]",
    "AD09": r"0|1",
}
LATEST: Final[Mapping[str, str]] = {
    "month": r"\d{4}-(0[1-9]|1[0-2])",
    "balance": r"\d{1,13}",
    "class": r"[1-5]|9",
    "overdue": r"\d{1,13}",
    "overdue_principal": r"\d{1,13}",
    "overdue_since": rf"|{DAY}",
}
SPECIAL: Final[Mapping[str, str]] = {
    "type": r"1|2|3|4|5|9|11|16", "on": DAY, "amount": r"\d{1,13}",
}  # fmt: skip
MONTHS: Final = re.compile(r"/{0,23}[N*1-7M#BCDZ]{1,24}")
LETTERS: Final = 24
LATE: Final = frozenset("1234567")
ENDS: Final = frozenset("BCDZ")


def faults(record: Mapping[str, Any]) -> list[Problem]:
    """Everything wrong with a record; rules between fields only where every field can be read."""
    found = [*_field_faults(record)]
    return found or [
        Problem("bureau.rule", field, {"rule": rule})
        for rule, field, holds in RULES
        if not holds(record)
    ]


def _field_faults(record: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _segment_faults("base", record.get("base"), BASE)
    yield from _segment_faults("latest", record.get("latest"), LATEST)
    months = record.get("months")
    if not isinstance(months, str) or len(months) != LETTERS or not MONTHS.fullmatch(months):
        yield Problem("bureau.field", "months")
    for place, each in enumerate(record.get("special", ())):
        yield from _segment_faults(f"special.{place}", each, SPECIAL)


def _segment_faults(name: str, said: object, fields: Mapping[str, str]) -> Iterator[Problem]:
    if not isinstance(said, Mapping) or set(said) != set(fields):
        yield Problem("bureau.field", name)
        return
    for field, form in fields.items():
        text = str(said[field])
        if not re.fullmatch(form, text) or (form.endswith(DAY) and text and not _is_day(text)):
            yield Problem("bureau.field", f"{name}.{field}")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


Rule = tuple[str, str, Callable[[Mapping[str, Any]], bool]]


def _opened_months_ago(record: Mapping[str, Any]) -> int:
    opened, month = record["base"]["AR01"], record["latest"]["month"]
    return (int(month[:4]) - int(opened[:4])) * 12 + int(month[5:]) - int(opened[5:7])


RULES: Final[tuple[Rule, ...]] = (
    ("matures after it opens", "base.AR02", lambda r: r["base"]["AR02"] >= r["base"]["AR01"]),
    ("opened by the month", "base.AR01", lambda r: r["base"]["AR01"][:7] <= r["latest"]["month"]),
    ("a loan is within its limit", "base.AJ01", lambda r: r["base"]["AJ01"] <= r["base"]["AJ02"]),
    (
        "what is repaid at once is paid once",
        "base.AD06",
        lambda r: (r["base"]["AD05"] == "21") is (r["base"]["AD06"] == "07"),
    ),
    (
        "late principal is part of what is late",
        "latest.overdue_principal",
        lambda r: r["latest"]["overdue_principal"] <= r["latest"]["overdue"],
    ),
    (
        "late principal is part of the balance",
        "latest.overdue_principal",
        lambda r: r["latest"]["overdue_principal"] <= r["latest"]["balance"],
    ),
    (
        "what is late is late since a day",
        "latest.overdue_since",
        lambda r: not r["latest"]["overdue"] or bool(r["latest"]["overdue_since"]),
    ),
    (
        "late since the month or before",
        "latest.overdue_since",
        lambda r: r["latest"]["overdue_since"][:7] <= r["latest"]["month"],
    ),
    (
        "the last letter says what the month says",
        "months",
        lambda r: (
            r["months"][-1] in ENDS
            or (r["months"][-1] in LATE) is bool(r["latest"]["overdue_since"])
        ),
    ),
    (
        "nothing goes on after its end",
        "months",
        lambda r: not ENDS.intersection(r["months"][:-1]),
    ),
    (
        "a closed account owes nothing",
        "latest.balance",
        lambda r: r["months"][-1] != "C" or r["latest"]["balance"] == 0,
    ),
    (
        "as many months as it has been open",
        "months",
        lambda r: LETTERS - r["months"].count("/") == min(LETTERS, _opened_months_ago(r) + 1),
    ),
)
