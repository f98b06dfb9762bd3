"""Pinyin initials of names for search: 欧阳小明 is oyxm, 曾国 is zg.

Each distinct character is looked up once; names are then translated in bulk. The first character
of a name is read as a surname, because some surnames are read unlike the common word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from pypinyin import Style, pinyin

from xinnong.analytics.engine import Engine, quoted

CHUNK_ROWS = 200_000
LONGEST = 32

SURNAME_INITIALS = {
    "曾": "z", "单": "s", "仇": "q", "区": "o", "查": "z", "解": "x", "朴": "p", "翟": "z",
    "乐": "y", "盖": "g", "种": "c", "秘": "b", "冼": "x", "尉": "w", "员": "y", "召": "s",
    "缪": "m", "覃": "q", "逄": "p", "长": "z", "重": "c", "折": "s", "黑": "h", "那": "n",
    "万": "w", "尹": "y", "沈": "s", "石": "s", "葛": "g", "纪": "j", "任": "r", "华": "h",
}  # fmt: skip


def initials_of(names: Sequence[str]) -> list[str]:
    """Answer the initials of each name, lower case, at most 32; what is no letter is left out."""
    first = _table({name[0] for name in names if name}, SURNAME_INITIALS)
    rest = _table(set(chain.from_iterable(name[1:] for name in names)), {})
    return [(name[:1].translate(first) + name[1:].translate(rest))[:LONGEST] for name in names]


def _table(characters: Iterable[str], known: dict[str, str]) -> dict[int, str]:
    return {ord(char): known.get(char) or _initial(char) for char in characters}


def _initial(character: str) -> str:
    """First letter of the common reading; letters and digits stay, everything else goes."""
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    read = pinyin(character, style=Style.FIRST_LETTER, errors="ignore")
    return read[0][0][:1].lower() if read and read[0][0] else ""


def add_initials(engine: Engine, names: str, target: str) -> None:
    """Make `target` (name, initials) for the distinct names of step `names`, in bounded chunks."""
    path = engine.steps / f"{target}.csv"
    reader = engine.con.cursor()
    reader.execute(f"SELECT DISTINCT name FROM {names} WHERE name IS NOT NULL")
    with path.open("w", encoding="utf-8", newline="") as out:
        while chunk := reader.fetchmany(CHUNK_ROWS):
            spelled = [row[0] for row in chunk]
            lines = zip(spelled, initials_of(spelled), strict=True)
            out.writelines(f"{name}\x1f{letters}\n" for name, letters in lines if "\n" not in name)
    reader.close()
    engine.source(
        f"{target}_text",
        [path],
        read=f"""read_csv({quoted(path)}, delim = '\x1f',
        header = false, quote = '', escape = '', auto_detect = false,
        columns = {{'name': 'VARCHAR', 'initials': 'VARCHAR'}})""",
    )
    engine.step(target, f"SELECT name, initials FROM {target}_text")
    path.unlink()
