"""From the path a department hands in to the files inside: folders, archives, workbooks."""

from __future__ import annotations

import re
import stat
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from xinnong.analytics.contracts import FORM, FORM_TABLES, Contract, load_contracts
from xinnong.analytics.reading.columnar import ParquetSource
from xinnong.analytics.reading.delimited import DelimitedSource
from xinnong.analytics.reading.headers import classes_of, known_headers
from xinnong.analytics.reading.json_lines import JsonLinesSource
from xinnong.analytics.reading.limits import (
    FILE_BYTES,
    MIB,
    NAME_CHARS,
    ZIP_BYTES,
    ZIP_MEMBERS,
    ZIP_RATIO,
    ZIP_SMALL_BYTES,
)
from xinnong.analytics.reading.refusing import FileRefused
from xinnong.analytics.reading.sheets import OLE, SheetSource
from xinnong.analytics.reading.sources import Source

Kind = Literal["csv", "xlsx", "parquet", "jsonl", "zip"]

FORM_TITLE: Final = "入户采集"
_NAMED = re.compile(
    r"(?:[0-9]+-)?(?P<told>.+)_(?P<day>[0-9]{8})(?:_[0-9]+)?(?:[\s_]?[(（][0-9]+[)）]|\s-\s副本|\.errors)*"
)
"""CLASS_YYYYMMDD[_n], also as an error file (12-….errors) and as a desktop names a copy."""
_EXTENSIONS: Final = {
    ".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xlsx",
    ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".zip": "zip",
}  # fmt: skip
_IGNORED: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db")


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """One file of a delivery: `name` as shown (`a.zip!b.csv`), where it lies, what was refused."""

    name: str
    path: Path
    kind: Kind = "csv"
    sheet: str | None = None
    refused: str | None = None
    refused_params: dict[str, str | int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identified:
    """A file with the class and date it is read as, or the code why that cannot be told."""

    file: DeliveredFile
    class_name: str = ""
    as_of: date | None = None
    refused: str | None = None
    refused_params: dict[str, str | int] = field(default_factory=dict)


def open_delivery(path: Path, *, workdir: Path) -> list[DeliveredFile]:
    """Return the files of a delivery; members of an archive are unpacked into `workdir`.

    A folder gives its files in name order. Nothing is raised for a bad file: it comes back with
    its refusal.
    """
    try:
        if path.is_dir() and not path.is_symlink():
            inside = sorted(p for p in path.iterdir() if p.is_file() or p.is_symlink())
            return [file for p in inside for file in open_delivery(p, workdir=workdir)]
        found = kind_of(path)
        if found == "zip":
            return _unpack(path, workdir)
        return [_delivered(path.name, path, found)]
    except FileRefused as refused:
        return [_refused(path.name, path, refused)]
    except OSError:
        return [_refused(path.name, path, FileRefused("file.unreadable"))]


def _delivered(name: str, path: Path, found: Kind) -> DeliveredFile:
    fits = _EXTENSIONS.get(Path(name).suffix.lower(), found) == found
    remarks = () if fits else ("file.extension",)
    return DeliveredFile(printable(name), path, found, remarks=remarks)


def _refused(name: str, path: Path, refused: FileRefused) -> DeliveredFile:
    told = printable(name)
    return DeliveredFile(told, path, refused=refused.code, refused_params=dict(refused.params))


def kind_of(path: Path) -> Kind:
    """Tell a file's format from its content; FileRefused where it is no readable file."""
    try:
        mode = path.lstat()
    except FileNotFoundError:
        raise FileRefused("file.missing") from None
    if not stat.S_ISREG(mode.st_mode):
        raise FileRefused("file.not_regular")
    if mode.st_size == 0:
        raise FileRefused("file.empty")
    if mode.st_size > FILE_BYTES:
        raise FileRefused("file.too_large", limit=FILE_BYTES)
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_or_workbook(path)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(OLE):
        return "xlsx"
    return _text_kind(head)


def _zip_or_workbook(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as broken:
        workbook = _EXTENSIONS.get(path.suffix.lower()) == "xlsx"
        raise FileRefused("xlsx.corrupt" if workbook else "zip.corrupt") from broken
    return "xlsx" if names & {"xl/workbook.xml", "xl/workbook.bin"} else "zip"


def _text_kind(head: bytes) -> Kind:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        return "jsonl"
    magic = (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"%PDF", b"SQLite format")
    if start.startswith(magic) or start.startswith((b"[{", b"[\n")):
        raise FileRefused("file.format")
    return "csv"


def _unpack(path: Path, workdir: Path) -> list[DeliveredFile]:
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not _ignored(m.filename)]
        if not members:
            raise FileRefused("zip.empty")
        if len(members) > ZIP_MEMBERS:
            raise FileRefused("zip.too_many", members=len(members), limit=ZIP_MEMBERS)
        total = sum(member.file_size for member in members)
        packed = max(path.stat().st_size, 1)
        if total > ZIP_BYTES or (total > ZIP_SMALL_BYTES and total / packed > ZIP_RATIO):
            raise FileRefused("zip.bomb", bytes=total)
        budget = [max(ZIP_SMALL_BYTES, min(ZIP_BYTES, packed * ZIP_RATIO))]
        unpacked = [_member(path, archive, m, workdir, n, budget) for n, m in enumerate(members)]
    return _named_apart(unpacked)


def _named_apart(files: list[DeliveredFile]) -> list[DeliveredFile]:
    """Number members that share a name: `person_20261031 (2).csv`; each gets its own report."""
    seen: Counter[str] = Counter()
    apart = []
    for file in files:
        seen[file.name] += 1
        stem, dot, suffix = file.name.rpartition(".")
        times = f" ({seen[file.name]})" if seen[file.name] > 1 else ""
        named = f"{stem}{times}.{suffix}" if dot else f"{file.name}{times}"
        apart.append(replace(file, name=named))
    return apart


def _ignored(name: str) -> bool:
    return any(part in name for part in _IGNORED)


def _kind_inside(target: Path) -> Kind:
    """Kind of an unpacked file; an archive within the archive is refused."""
    found = kind_of(target)
    if found == "zip":
        target.unlink()
        raise FileRefused("zip.nested")
    return found


def _member(
    path: Path,
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    workdir: Path,
    number: int,
    budget: list[int],
) -> DeliveredFile:
    shown = f"{path.name}!{_member_name(member)}"
    target = workdir / f"{path.stem[:40]}-{number}{Path(member.filename).suffix[:10].lower()}"
    try:
        _refuse_member(member)
        _extract(archive, member, target, budget)
        return _delivered(shown, target, _kind_inside(target))
    except FileRefused as refused:
        return _refused(shown, target, refused)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError):
        return _refused(shown, target, FileRefused("zip.corrupt"))
    except Exception as broken:  # zlib, lzma and bz2 raise their own errors on damaged members
        if type(broken).__module__ not in ("zlib", "_lzma", "lzma", "builtins"):
            raise
        return _refused(shown, target, FileRefused("zip.corrupt"))


def _member_name(member: zipfile.ZipInfo) -> str:
    """Return the name; archives made on Chinese Windows write it in GBK without saying so."""
    if member.flag_bits & 0x800 or member.filename.isascii():
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def printable(name: str) -> str:
    """Return a file name that is safe to show and to keep; of a long one the telling end."""
    return "".join(char if char.isprintable() else "?" for char in name)[-NAME_CHARS:]


def _refuse_member(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & 1:
        raise FileRefused("zip.encrypted")
    name = member.filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
        raise FileRefused("zip.path")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise FileRefused("zip.path")


def _extract(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, budget: list[int]
) -> None:
    with archive.open(member) as packed, target.open("wb") as clear:
        while piece := packed.read(MIB):
            budget[0] -= len(piece)
            if budget[0] < 0:
                target.unlink(missing_ok=True)
                raise FileRefused("zip.bomb")
            clear.write(piece)


def open_source(file: DeliveredFile, contract: Contract | None) -> Source:
    """Open a file for reading as a class (or, without one, to look at its header)."""
    class_name = contract.name if contract else None
    if file.kind == "parquet":
        return ParquetSource(file.path)
    if file.kind == "jsonl":
        return JsonLinesSource(file.path, contract)
    if file.kind == "xlsx":
        return SheetSource(file.path, sheet=file.sheet, class_name=class_name)
    return DelimitedSource(file.path, known_headers(class_name))


def identify(
    file: DeliveredFile, *, class_name: str | None = None, as_of: date | None = None
) -> list[Identified]:
    """Tell class and date: by option, else by the file's name, else the class by its header.

    Gives one entry, except for a workbook of the household form, which gives one per sheet.
    """
    if file.refused:
        return [Identified(file, class_name or "", as_of, file.refused, file.refused_params)]
    named_class, named_date = name_parts(file.name)
    chosen = class_name or named_class
    day = as_of or named_date
    try:
        chosen = chosen or _class_by_header(file)
        if chosen == FORM or (not (class_name or named_class) and _is_whole_form(file, chosen)):
            return [_dated(part, table, day) for part, table in _form_files(file)]
    except FileRefused as refused:
        return [Identified(file, "", day, refused.code, dict(refused.params))]
    if chosen not in load_contracts():
        return [Identified(file, "", day, "class.unknown")]
    return [_dated(file, chosen, day)]


def _dated(file: DeliveredFile, class_name: str, day: date | None) -> Identified:
    if day is None:
        return Identified(file, class_name, None, "as_of.unknown")
    return Identified(file, class_name, day)


def _is_whole_form(file: DeliveredFile, class_name: str) -> bool:
    """Tell whether a workbook whose first sheet is a table of the form holds another one, too."""
    if file.kind != "xlsx" or class_name not in FORM_TABLES:
        return False
    return any(_opens(part, name) for part, name in _form_files(file) if name != class_name)


def _opens(file: DeliveredFile, class_name: str) -> bool:
    try:
        open_source(file, load_contracts()[class_name])
    except FileRefused:
        return False
    return True


def _form_files(file: DeliveredFile) -> list[tuple[DeliveredFile, str]]:
    if file.kind != "xlsx":
        return [(file, _class_by_header(file))]
    return [
        (replace(file, name=f"{file.name}#{table}", sheet=table), name)
        for name in FORM_TABLES
        for table in [name.removeprefix(f"{FORM}.")]
    ]


def name_parts(name: str) -> tuple[str | None, date | None]:
    """Read CLASS_YYYYMMDD[_n].ext, the class by its name or its Chinese title.

    Either part is None where the name does not say it.
    """
    stem = name.rsplit("!", maxsplit=1)[-1].replace("\\", "/").rsplit("/", maxsplit=1)[-1]
    stem = stem.rsplit(".", maxsplit=1)[0] if "." in stem else stem
    match = _NAMED.fullmatch(stem)
    class_name = _class_names().get(match["told"]) if match else None
    if match is None or class_name is None:
        return None, None
    try:
        return class_name, datetime.strptime(match["day"], "%Y%m%d").date()  # noqa: DTZ007 - a day
    except ValueError:
        return class_name, None


@cache
def _class_names() -> Mapping[str, str]:
    """Class by every word a file name may begin with."""
    names = {contract.title_zh: name for name, contract in load_contracts().items()}
    return {**names, **{name: name for name in load_contracts()}, FORM: FORM, FORM_TITLE: FORM}


def _class_by_header(file: DeliveredFile) -> str:
    """Name the one class whose columns the header has; no known header at all is as unknown."""
    try:
        found = classes_of(open_source(file, None).facts.header)
    except FileRefused as refused:
        if refused.code != "file.header":
            raise
        found = []
    if len(found) != 1:
        raise FileRefused("class.unknown")
    return found[0]
