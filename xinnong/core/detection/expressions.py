"""The small language of detection rules: conditions on an event and on declared measures.

A condition is written with `and`, `or`, `not`, comparisons, `in` a list, whole numbers, quoted texts,
`true`, `false` and `unknown(field)`. There are no loops, no calls of anything else and no
arithmetic, and every name has a type. An unknown value makes no condition hold, also not under a `not`: a
rule holds only for what is certain, so that a missing feed accuses nobody.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeGuard

Type = Literal["text", "flag", "number"]

MOST_LETTERS: Final = 600
MOST_PARTS: Final = 60
FIELDS: Final[Mapping[str, Type]] = {
    "kind": "text",
    "source": "text",
    "platform": "text",
    "phone": "text",
    "device": "text",
    "ip": "text",
    "address": "text",
    "agent": "text",
    "village": "text",
    "activity": "text",
    "place": "text",
    "household": "text",
    "purpose": "text",
    "means": "text",
    "own_handset": "flag",
    "ok": "flag",
    "inside": "flag",
    "running": "flag",
    "listed": "flag",
    "night": "flag",
    "usual": "flag",
    "canary": "flag",
}
FLAGS: Final = {"true": True, "false": False}
UNKNOWN: Final = "unknown"
ORDERS: Final = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
EQUALS: Final = {ast.Eq: "==", ast.NotEq: "!="}


@dataclass(frozen=True, slots=True)
class Name:
    """A field of the event, or a measure."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Value:
    """A text, a flag or a whole number as written."""

    value: str | bool | int
    type: Type


@dataclass(frozen=True, slots=True)
class Compare:
    """A name beside a value, or two names: ==, !=, <, <=, > or >=."""

    left: Name
    sign: str
    right: Name | Value


@dataclass(frozen=True, slots=True)
class Among:
    """A text that is one of a list."""

    name: Name
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """A field that the feed left out."""

    name: Name


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Joined:
    """All of the parts (`and`) or at least one of them (`or`)."""

    word: Literal["and", "or"]
    parts: tuple[Condition, ...]


Condition = Name | Compare | Among | Missing | Not | Joined


class NotUnderstood(Exception):
    """A condition that is not of the language: a code, and the part it is about."""

    def __init__(self, code: str, part: str) -> None:
        """Keep both for the author of the rule."""
        super().__init__(f"{code}: {part}")
        self.code = code
        self.part = part


def read_condition(text: str, measures: frozenset[str] = frozenset()) -> Condition:
    """Read a condition that may name the fields of an event and these measures.

    Raises NotUnderstood, which names the part and why: nothing unknown is ever left out silently.
    """
    if len(text) > MOST_LETTERS:
        raise NotUnderstood("too_long", str(MOST_LETTERS))
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise NotUnderstood("syntax", text[:40]) from None
    if sum(1 for _ in ast.walk(tree)) > MOST_PARTS * 4:
        raise NotUnderstood("too_many_parts", str(MOST_PARTS))
    return _Reader(measures).condition(tree)


def names_in(condition: Condition) -> Iterator[str]:
    """Every field and measure that a condition reads."""
    if isinstance(condition, Name):
        yield condition.name
    elif isinstance(condition, Compare):
        yield condition.left.name
        if isinstance(condition.right, Name):
            yield condition.right.name
    elif isinstance(condition, (Among, Missing)):
        yield condition.name.name
    elif isinstance(condition, Not):
        yield from names_in(condition.part)
    else:
        for part in condition.parts:
            yield from names_in(part)


class _Reader:
    """Turns Python's own reading of the text into conditions, and refuses everything else."""

    def __init__(self, measures: frozenset[str]) -> None:
        self.measures = measures

    def condition(self, node: ast.expr) -> Condition:
        """A part that is true, false or unknown."""
        if isinstance(node, ast.BoolOp):
            word: Literal["and", "or"] = "and" if isinstance(node.op, ast.And) else "or"
            return Joined(word, tuple(self.condition(each) for each in node.values))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Not(self.condition(node.operand))
        if isinstance(node, ast.Compare):
            return self._compare(node)
        if isinstance(node, ast.Call):
            return self._missing(node)
        if isinstance(node, ast.Name):
            name = self._name(node)
            if name.type == "flag":
                return name
        raise NotUnderstood("no_condition", ast.unparse(node))

    def _compare(self, node: ast.Compare) -> Compare | Among | Not:
        if len(node.ops) != 1:
            raise NotUnderstood("chained", ast.unparse(node))
        (sign,), (right,) = node.ops, node.comparators
        left = self._name(node.left)
        if isinstance(sign, (ast.In, ast.NotIn)):
            among = Among(left, self._texts(left, right))
            return Not(among) if isinstance(sign, ast.NotIn) else among
        other = self._operand(right)
        if other.type != left.type:
            raise NotUnderstood("types", ast.unparse(node))
        if type(sign) in EQUALS:
            return Compare(left, EQUALS[type(sign)], other)
        if type(sign) in ORDERS and left.type == "number":
            return Compare(left, ORDERS[type(sign)], other)
        raise NotUnderstood("sign", ast.unparse(node))

    def _name(self, node: ast.expr) -> Name:
        if not isinstance(node, ast.Name):
            raise NotUnderstood("no_name", ast.unparse(node))
        if node.id in self.measures:
            return Name(node.id, "number")
        if node.id in FIELDS:
            return Name(node.id, FIELDS[node.id])
        raise NotUnderstood("unknown_name", node.id)

    def _operand(self, node: ast.expr) -> Name | Value:
        if isinstance(node, ast.Name) and node.id in FLAGS:
            return Value(FLAGS[node.id], "flag")
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.Constant) and _is_number(node.value):
            return Value(node.value, "number")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return Value(node.value, "text")
        raise NotUnderstood("no_value", ast.unparse(node))

    def _texts(self, name: Name, node: ast.expr) -> tuple[str, ...]:
        if name.type != "text" or not isinstance(node, (ast.Tuple, ast.List)):
            raise NotUnderstood("list", ast.unparse(node))
        values = [self._operand(each) for each in node.elts]
        if not values or any(not isinstance(each, Value) or each.type != "text" for each in values):
            raise NotUnderstood("list", ast.unparse(node))
        return tuple(str(each.value) for each in values if isinstance(each, Value))

    def _missing(self, node: ast.Call) -> Missing:
        known = isinstance(node.func, ast.Name) and node.func.id == UNKNOWN
        if not known or node.keywords or len(node.args) != 1:
            raise NotUnderstood("call", ast.unparse(node))
        name = self._name(node.args[0])
        if name.name in self.measures:
            raise NotUnderstood("measure_is_known", name.name)
        return Missing(name)


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
