"""Published documents: canonical bytes, their checksum, and shapes that are checked by name.

A scorecard or a policy is signed and stored as bytes. The canonical form is JSON in UTF-8 with
sorted keys, without spaces, without floats and without repeated keys, so that the same content
always has the same SHA-256.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast

from xinnong.core.errors import Problem

MAX_BYTES: Final = 1_000_000
MAX_INTEGER: Final = 2**63

Document = dict[str, object]
Check = Callable[[object], bool]


def canonical_bytes(document: Mapping[str, object]) -> bytes:
    """Write a document in its one canonical form."""
    text = json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode()


def plain(value: object) -> Any:
    """Write what JSON does not know (dates, decimals) as text, within objects and lists.

    So anything that a source holds can be put before the checks, which name what is wrong.
    """
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | None) else str(value)


def sha256_hex(data: bytes) -> str:
    """Answer the checksum that names a document."""
    return hashlib.sha256(data).hexdigest()


def read_document(data: bytes, *, sha256: str | None) -> tuple[Document | None, list[Problem]]:
    """Parse canonical bytes; the document is None when they are no JSON object at all.

    Problems: document.too_large, document.checksum (against `sha256`, when given),
    document.not_json, document.not_object, document.not_canonical.
    """
    if len(data) > MAX_BYTES:
        return None, [Problem("document.too_large", "", {"limit_bytes": MAX_BYTES})]
    problems = []
    if sha256 is not None and sha256_hex(data) != sha256:
        problems.append(Problem("document.checksum", "", {"expected": sha256}))
    try:
        parsed = json.loads(data.decode())
        same = canonical_bytes(parsed) == data if isinstance(parsed, dict) else True
    except (ValueError, RecursionError):
        return None, [*problems, Problem("document.not_json", "")]
    if not isinstance(parsed, dict):
        return None, [*problems, Problem("document.not_object", "")]
    if not same:
        problems.append(Problem("document.not_canonical", ""))
    return cast("Document", parsed), problems


def shape_problems(value: object, shape: Mapping[str, Check], path: str) -> Iterator[Problem]:
    """Compare an object with the fields it must have, no more and no less.

    Problems: field.missing, field.extra, field.type (with the name of the check it failed).
    """
    if not isinstance(value, dict):
        yield Problem("field.type", path, {"expected": "object"})
        return
    for name in sorted(set(shape) - set(value)):
        yield Problem("field.missing", inside(path, name))
    for name in sorted(set(value) - set(shape)):
        yield Problem("field.extra", inside(path, str(name)))
    for name, check in shape.items():
        if name in value and not check(value[name]):
            expected = check.__name__.removeprefix("is_")
            yield Problem("field.type", inside(path, name), {"expected": expected})


def inside(path: str, name: str | int) -> str:
    """Name a field within another: features[3].points."""
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else name


def is_integer(value: object) -> bool:
    """Hold for whole numbers that fit a database bigint; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < MAX_INTEGER


def is_natural(value: object) -> bool:
    """Hold for whole numbers from zero."""
    return is_integer(value) and cast("int", value) >= 0


def is_integer_or_null(value: object) -> bool:
    """Hold for null and whole numbers."""
    return value is None or is_integer(value)


def is_integers(value: object) -> bool:
    """Hold for a list of whole numbers."""
    return isinstance(value, list) and all(is_integer(item) for item in value)


def is_text(value: object) -> bool:
    """Hold for text that is not empty and that a database can store: without a NUL."""
    return isinstance(value, str) and bool(value.strip()) and "\0" not in value


def is_texts(value: object) -> bool:
    """Hold for a list of texts."""
    return isinstance(value, list) and all(is_text(item) for item in value)


def is_list(value: object) -> bool:
    """Hold for a list of anything."""
    return isinstance(value, list)


def is_object(value: object) -> bool:
    """Hold for an object."""
    return isinstance(value, dict)


def is_object_or_null(value: object) -> bool:
    """Hold for null and objects."""
    return value is None or isinstance(value, dict)


def is_amounts(value: object) -> bool:
    """Hold for an object whose values are whole numbers from zero."""
    return isinstance(value, dict) and all(is_natural(item) for item in value.values())


def is_percents(value: object) -> bool:
    """Hold for an object whose values are percentages written as text."""
    return isinstance(value, dict) and all(is_percent(item) for item in value.values())


def is_percent(value: object) -> bool:
    """Hold for a percentage as text with exactly six decimals, between -999 and 999."""
    if not isinstance(value, str) or not value.isascii():
        return False
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    return number.is_finite() and number.as_tuple().exponent == -6 and abs(number) < 1000  # noqa: PLR2004 - NUMERIC(9,6)


def is_iso_date(value: object) -> bool:
    """Hold for a date written YYYY-MM-DD."""
    if not isinstance(value, str) or len(value) != len("2026-01-01"):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
