"""A county of eleven people in three deliveries, small enough to follow by hand.

August: Luo's family of four on one book, Fang and wife on a second, old Fang alone on a third, the
cousins Tang on a fourth, Yu on no book. October: Luo's son and his wife open a book of their own
(a split), old Fang moves in with his son (a merge), the cousins part and join the other two books,
and Luo takes back his consent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.sources.files import PERSON_HEADER, person, rid, write_csv
from xinnong.analytics.contracts import load_contracts
from xinnong.core.ids import uscc_check

AUGUST, OCTOBER = date(2026, 8, 31), date(2026, 10, 31)
AS_OF = date(2026, 11, 20)
LUO, LUO_WIFE, LUO_SON, SON_WIFE, FANG, FANG_WIFE, OLD_FANG, TANG, TANG_COUSIN, YU = range(1, 11)
EVERYTHING = "real_estate;land;income;deposits;insurance;securities;tax;production"
BROKEN = "33998119800102011"
"""Seventeen characters: nobody can say whose it is."""


def _uscc(number: int) -> str:
    first = f"93339981MA2T{number:05d}"
    return first + uscc_check(first)


COOP, FIRM, COLLECTIVE, STRUCK_OFF = _uscc(11), _uscc(22), _uscc(33), _uscc(44)


def _write(folder: Path, class_name: str, as_of: date, rows: Sequence[Sequence[str]]) -> None:
    header = [field.header for field in load_contracts()[class_name].fields]
    named = [dict(zip(header, row, strict=True)) for row in rows]
    write_csv(folder / f"{class_name}_{as_of:%Y%m%d}.csv", named, header=header)


def write_august(folder: Path) -> None:
    """Everybody's first registers; no court list yet; one person and one book row lack their id."""
    people = [person(number) for number in range(1, YU)]
    people.append(person(11) | {"身份证号": BROKEN})
    write_csv(folder / f"person_{AUGUST:%Y%m%d}.csv", people, header=PERSON_HEADER)
    write_csv(folder / f"person_{AUGUST:%Y%m%d}_2.csv", [person(YU)], header=PERSON_HEADER)
    books = [
        ("HK1", LUO, "户主"), ("HK1", LUO_WIFE, "配偶"), ("HK1", LUO_SON, "子女"),
        ("HK1", SON_WIFE, "儿媳女婿"), ("HK2", FANG, "户主"), ("HK2", FANG_WIFE, "配偶"),
        ("HK3", OLD_FANG, "户主"), ("HK4", TANG, "户主"), ("HK4", TANG_COUSIN, "其他"),
    ]  # fmt: skip
    rows = [(book, rid(who), relation, "2001-05-01", "") for book, who, relation in books]
    _write(folder, "hukou_member", AUGUST, [*rows, ("HK9", "", "户主", "2001-05-01", "")])
    consents = [(LUO, "GOV-339981"), (LUO, "BANK-01"), (FANG, "BANK-01"), (FANG_WIFE, "BANK-01")]
    _write(folder, "consent", AUGUST, [_consent(who, recipient) for who, recipient in consents])
    _write(folder, "farm_entity", AUGUST, [
        (COOP, "测试稻米专业合作社", "农民专业合作社", rid(LUO), "负责人", "县级"),
        (COOP, "测试稻米专业合作社", "农民专业合作社", rid(FANG), "成员", "县级"),
    ])  # fmt: skip
    _write(folder, "business", AUGUST, [
        (FIRM, "测试农资有限公司", "公司", rid(TANG), "100000", "存续", "2015-03-01"),
        (STRUCK_OFF, "测试旧货有限公司", "公司", rid(TANG), "100000", "吊销", "2009-03-01"),
    ])  # fmt: skip
    _write(folder, "collective_share", AUGUST, [
        (COLLECTIVE, rid(who), "2", "300", "2026-08-31") for who in (LUO, FANG, OLD_FANG)
    ])  # fmt: skip
    broken = [("HT1", "", "339981101201", "2.5", "2050-01-01")]
    _write(folder, "land_contract", AUGUST, broken)


def _consent(who: int, recipient: str, withdrawn: str = "") -> tuple[str, ...]:
    signed = "2026-03-01" if recipient == "BANK-01" else "2026-03-02"
    return (rid(who), "2026-1", EVERYTHING, recipient, signed, "", withdrawn, "面签", "")


def write_october(folder: Path) -> None:
    """Who moved; Luo's consent to the bank withdrawn; the court's first list, which names Yu."""
    left = "2026-09-15"
    moved = [
        ("HK1", LUO_SON, "子女", left), ("HK1", SON_WIFE, "儿媳女婿", left),
        ("HK3", OLD_FANG, "户主", left), ("HK4", TANG, "户主", left),
        ("HK4", TANG_COUSIN, "其他", left),
    ]  # fmt: skip
    joined = [
        ("HK5", LUO_SON, "户主"), ("HK5", SON_WIFE, "配偶"), ("HK2", OLD_FANG, "父母"),
        ("HK1", TANG, "其他"), ("HK2", TANG_COUSIN, "其他"),
    ]  # fmt: skip
    rows = [(book, rid(who), how, "2001-05-01", out) for book, who, how, out in moved]
    rows += [(book, rid(who), how, left, "") for book, who, how in joined]
    _write(folder, "hukou_member", OCTOBER, rows)
    _write(folder, "consent", OCTOBER, [_consent(LUO, "BANK-01", "2026-10-01")])
    listed = [("(2026)测执1号", rid(YU), "50000", "2026-10-02", "")]
    _write(folder, "dishonest", OCTOBER, listed)
