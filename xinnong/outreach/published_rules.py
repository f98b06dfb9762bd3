"""What is published with the program: dated rules, words of phrases, numbers to call back."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.utils.translation import get_language

from xinnong.core.outreach import Rules, read_rules


@dataclass(frozen=True, slots=True)
class Issuer:
    """A body that issues letters, and the number on which it confirms them."""

    code: str
    zh: str
    en: str
    call_back: str

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return self.en if (get_language() or "").startswith("en") else self.zh


@cache
def rules() -> Rules:
    """The dated rules of visits."""
    return read_rules(_text("rules.toml"))


@cache
def words() -> tuple[str, ...]:
    """The words that phrases are made of."""
    return tuple(_text("words.txt").split())


@cache
def issuers() -> dict[str, Issuer]:
    """Issuing bodies by code, in the order of the list."""
    told = tomllib.loads(_text("call_backs.toml"))
    return {each["code"]: Issuer(**each) for each in told["issuer"]}


def bureau_number() -> str:
    """The number to call when a letter or a team is unknown: that of the first body of the list."""
    return next(iter(issuers().values())).call_back


def _text(name: str) -> str:
    return files("xinnong.outreach").joinpath("published", name).read_text("utf-8")
