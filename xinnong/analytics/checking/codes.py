"""The registry of every code a delivery can meet, with its texts and remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

CodeKind = Literal["refusal", "reason", "repair", "remark"]


@dataclass(frozen=True, slots=True)
class Code:
    """One code: what it means and what the department does about it."""

    code: str
    kind: CodeKind
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


@cache
def load_codes() -> Mapping[str, Code]:
    """Return every code, in the order of the registry file."""
    text = files(__package__).joinpath("codes.toml").read_text("utf-8")
    return MappingProxyType(
        {name: Code(code=name, **entry) for name, entry in tomllib.loads(text).items()}
    )
