"""Small files as departments send them. Every person is invented, in the unassigned county 3399xx."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.people import LOTUS_VILLAGE
from xinnong.core.ids import rid_check

PERSON_HEADER = ("身份证号", "姓名", "性别", "出生日期", "户籍地", "户籍地址", "状态", "状态日期")


def rid(number: int, born: str = "19800102") -> str:
    """A valid resident id of the invented county."""
    first = f"339981{born}{number:03d}"
    return first + rid_check(first)


def person(number: int, **changes: str) -> dict[str, str]:
    """One row of the population register."""
    row = {
        "身份证号": rid(number),
        "姓名": f"测试{number}",
        "性别": "男" if number % 2 else "女",
        "出生日期": "1980-01-02",
        "户籍地": LOTUS_VILLAGE,
        "户籍地址": f"莲花村{number}号",
        "状态": "正常",
        "状态日期": "",
    }
    return {**row, **changes}


def write_csv(
    path: Path,
    rows: Iterable[dict[str, str]],
    *,
    header: Sequence[str] = PERSON_HEADER,
    encoding: str = "utf-8",
) -> Path:
    """Write rows as a department's export would."""
    lines = [",".join(header), *(",".join(row[name] for name in header) for row in rows)]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return path


HOMESTEAD_HEADER = ("宗地号", "户主身份证号", "所在村", "宗地面积", "是否发证")


def homesteads(count: int) -> list[dict[str, str]]:
    """Rows of a class that comes whole each time."""
    return [
        {
            "宗地号": f"ZD{number:06d}",
            "户主身份证号": rid(number),
            "所在村": LOTUS_VILLAGE,
            "宗地面积": "120",
            "是否发证": "是",
        }
        for number in range(1, count + 1)
    ]
