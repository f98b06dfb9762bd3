"""What broken files are made of, and the set they are entered into."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from openpyxl import Workbook

from xinnong.core.ids import rid_check

HEADER = ("身份证号", "姓名", "性别", "出生日期", "户籍地", "户籍地址", "状态", "状态日期")


NAME = "person_20261101"


@dataclass(frozen=True, slots=True)
class Expected:
    """Either the code the whole file is refused with, or how its rows end."""

    refused: str | None = None
    read: int = 0
    accepted: int = 0
    repaired: int = 0
    quarantined: int = 0
    duplicate: int = 0
    reasons: tuple[str, ...] = ()


Case = Callable[[Path], tuple[Path, Expected]]


CASES: dict[str, Case] = {}


def case(make: Case) -> Case:
    """Enter a broken file into the set under its function's name."""
    CASES[make.__name__] = make
    return make


def refused(code: str) -> Expected:
    return Expected(refused=code)


def rid(number: int) -> str:
    """A valid id of the demo county, born 1960 to 1999."""
    digits = (
        f"339981{1960 + number % 40}{1 + number % 12:02d}{1 + number % 28:02d}{number % 1000:03d}"
    )
    return digits + rid_check(digits)


def row(number: int) -> list[str]:
    """A sound row."""
    born = rid(number)
    return [
        born, "测试", "男" if int(born[16]) % 2 else "女",
        f"{born[6:10]}-{born[10:12]}-{born[12:14]}", "339981001201", "某村1号", "正常", "",
    ]  # fmt: skip


def text(rows: Sequence[Sequence[str]], separator: str = ",", header: bool = True) -> str:  # noqa: FBT001, FBT002 - a table of cases reads better
    lines = [list(HEADER), *rows] if header else list(rows)
    return "".join(separator.join(line) + "\n" for line in lines)


def sound(count: int) -> str:
    return text([row(n) for n in range(count)])


def write(folder: Path, data: bytes | str, name: str = f"{NAME}.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def zipped(folder: Path, members: dict[str, bytes], name: str = f"{NAME}.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return path


def book(folder: Path, rows: Sequence[Sequence[object]], name: str = f"{NAME}.xlsx") -> Path:
    path = folder / name
    target = Workbook(write_only=True)
    sheet = target.create_sheet("数据")
    for line in rows:
        sheet.append(list(line))
    target.save(path)
    return path


def with_part(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def objects(lines: Sequence[Sequence[str]]) -> list[str]:
    return [json.dumps(dict(zip(HEADER, line, strict=True)), ensure_ascii=False) for line in lines]


def parquet(folder: Path, query: str) -> Path:
    path = folder / f"{NAME}.parquet"
    with duckdb.connect() as duck:
        duck.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)").fetchall()
    return path


def one_row(**changed: str) -> str:
    values = {name: f"'{value}'" for name, value in zip(HEADER, row(1), strict=True)}
    values.update(changed)
    return "SELECT " + ", ".join(f'{value} AS "{name}"' for name, value in values.items())
