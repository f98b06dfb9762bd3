"""Compares a document with a JSON schema and fills in its defaults.

Only what terms_schema.json uses is known: an object's properties, arrays, text with a pattern or a
date, whole numbers, booleans, enum, oneOf by the kind of value, and references to $defs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from xinnong.core.documents import inside, is_iso_date
from xinnong.core.errors import Problem

Schema = Mapping[str, Any]


def shape_problems(value: object, schema: Schema, root: Schema, path: str = "") -> list[Problem]:
    """Answer everything in which a value is not as the schema says, by field.

    Problems: field.missing, field.unknown, field.type (with `expected`), field.value (with what
    is allowed), field.too_many.
    """
    schema = _resolved(schema, root)
    if "oneOf" in schema:
        return _one_of(value, schema, root, path)
    if "enum" in schema:
        return _listed(value, schema, path)
    kind = schema["type"]
    if not _IS_KIND[kind](value):
        return [Problem("field.type", path, {"expected": kind})]
    return list(_CHECKS[kind](value, schema, root, path))


def _resolved(schema: Schema, root: Schema) -> Schema:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Schema = root["$defs"][reference.removeprefix("#/$defs/")]
    return found


def _one_of(value: object, schema: Schema, root: Schema, path: str) -> list[Problem]:
    """The problems of the alternative that comes nearest: none, or those of the right kind."""
    kinds = [_resolved(kind, root) for kind in schema["oneOf"]]
    tried = [shape_problems(value, kind, root, path) for kind in kinds]
    if [] in tried:
        return []
    for kind, problems in zip(kinds, tried, strict=True):
        if "type" in kind and _IS_KIND[kind["type"]](value):
            return problems
    expected = " or ".join(kind.get("type", "text") for kind in kinds)
    return [Problem("field.type", path, {"expected": expected})]


def _listed(value: object, schema: Schema, path: str) -> list[Problem]:
    if isinstance(value, str) and value in schema["enum"]:
        return []
    return [Problem("field.value", path, {"allowed": ", ".join(schema["enum"])})]


def _object(value: Any, schema: Schema, root: Schema, path: str) -> Iterator[Problem]:
    known = schema["properties"]
    for name in schema.get("required", ()):
        if name not in value:
            yield Problem("field.missing", inside(path, name))
    for name in value:
        if name not in known:
            allowed = ", ".join(known)
            yield Problem("field.unknown", inside(path, str(name)), {"allowed": allowed})
    for name, part in known.items():
        if name in value:
            yield from shape_problems(value[name], part, root, inside(path, name))


def _array(value: Any, schema: Schema, root: Schema, path: str) -> Iterator[Problem]:
    if len(value) > schema["maxItems"]:
        yield Problem("field.too_many", path, {"at_most": schema["maxItems"]})
        return
    for index, item in enumerate(value):
        yield from shape_problems(item, schema["items"], root, f"{path}[{index}]")


def _text(value: Any, schema: Schema, _root: Schema, path: str) -> Iterator[Problem]:
    if schema.get("format") == "date" and not is_iso_date(value):
        yield Problem("field.value", path, {"allowed": "a date as 2026-10-31"})
    pattern = schema.get("pattern")
    if pattern and not re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value):
        yield Problem("field.value", path, {"allowed": pattern})
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield Problem("field.value", path, {"at_most_letters": schema["maxLength"]})


def _integer(value: Any, schema: Schema, _root: Schema, path: str) -> Iterator[Problem]:
    least, most = schema["minimum"], schema["maximum"]
    if not least <= value <= most:
        yield Problem("field.value", path, {"at_least": least, "at_most": most})


def _boolean(_value: Any, _schema: Schema, _root: Schema, _path: str) -> Iterator[Problem]:
    return iter(())


_IS_KIND: Final[Mapping[str, Callable[[object], bool]]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
}
_CHECKS: Final[Mapping[str, Callable[[Any, Schema, Schema, str], Iterator[Problem]]]] = {
    "object": _object,
    "array": _array,
    "string": _text,
    "boolean": _boolean,
    "integer": _integer,
}


def with_defaults(value: Any, schema: Schema, root: Schema) -> Any:
    """The value with every default of the schema filled in; it must have the schema's shape."""
    schema = _resolved(schema, root)
    if "oneOf" in schema:
        kinds = [_resolved(kind, root) for kind in schema["oneOf"]]
        schema = next(kind for kind in kinds if not shape_problems(value, kind, root))
    if isinstance(value, dict):
        return {
            name: with_defaults(value[name] if name in value else part["default"], part, root)
            for name, part in schema["properties"].items()
            if name in value or "default" in part
        }
    if isinstance(value, list):
        return [with_defaults(item, schema["items"], root) for item in value]
    return value
