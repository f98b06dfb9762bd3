"""The same answers as text messages, for telephones without pages.

A gateway brings what came in and takes what goes out. Two come with the program: lines of the terminal,
and a file in and a file out. A provider's gateway is another class with the same two functions.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from django.utils import translation
from django.utils.translation import gettext as _

from xinnong.areas.places import places
from xinnong.core.outreach import CODE_DIGITS, number_in, parts_of
from xinnong.outreach import answers
from xinnong.outreach.published_rules import bureau_number
from xinnong.outreach.queries.windows import document_by_number, teams_in_village
from xinnong.outreach.services.checking import check_code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from typing import TextIO

PART_LETTERS: Final = 70
MOST_LETTERS: Final = 500
LEAST_DIGITS: Final = 5


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message that came in: from which number, and what it says."""

    sender: str
    text: str


class Gateway(Protocol):
    """Where messages come from and go to."""

    def received(self) -> Iterator[Inbound]:
        """Messages, as they come."""

    def send(self, to: str, parts: list[str], key: str = "") -> None:
        """Hand a message over, in parts of at most seventy letters; the same key again is the same one."""


class Lines:
    """A gateway of lines: a number, a tab and a text in; a number and each part out."""

    def __init__(self, source: TextIO, target: TextIO) -> None:
        self.source, self.target = source, target

    def received(self) -> Iterator[Inbound]:
        """One message a line; a line without a tab came from the terminal itself."""
        while line := self.source.readline(4 * MOST_LETTERS):
            number, tab, text = line.rstrip("\r\n").partition("\t")
            if number.strip() or text.strip():
                yield Inbound(number, text) if tab else Inbound("terminal", number)

    def send(self, to: str, parts: list[str], key: str = "") -> None:  # noqa: ARG002 - lines have none
        """A line for each part."""
        for part in parts:
            self.target.write(f"{to}\t{part}\n")
        self.target.flush()


def _storable(value: object) -> str:
    """As text that can be written again: half of a pair of surrogates cannot."""
    return str(value).encode(errors="replace").decode()


class JsonLines:
    """A gateway of JSON objects, one a line: `from` and `text` in, `to` and `parts` out."""

    def __init__(self, source: TextIO, target: TextIO) -> None:
        self.source, self.target = source, target

    def received(self) -> Iterator[Inbound]:
        """What is no object with both is passed over: nobody is there to be answered."""
        while line := self.source.readline(4 * MOST_LETTERS):
            try:
                told = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(told, dict) and {"from", "text"} <= told.keys():
                yield Inbound(_storable(told["from"]), _storable(told["text"]))

    def send(self, to: str, parts: list[str], key: str = "") -> None:
        """A line for each message; one that nobody asked for has a key."""
        told = {"to": to, "parts": parts} | ({"key": key} if key else {})
        self.target.write(json.dumps(told, ensure_ascii=False) + "\n")
        self.target.flush()


@contextmanager
def appending(path: str) -> Iterator[Gateway]:
    """A gateway that adds JSON lines to a file which only this user reads; a provider takes them there."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(number, "a", encoding="utf-8") as file:
        yield JsonLines(file, file)


def answer_text(message: Inbound, *, now: datetime, today: date) -> list[str]:
    """The answer to a message, in parts: eight digits, a village's name, or a document's number."""
    with translation.override("zh-hans"):
        return parts_of(_answer(message, now, today), PART_LETTERS)


def _answer(message: Inbound, now: datetime, today: date) -> str:
    text = " ".join(message.text[:MOST_LETTERS].split())
    digits, rest = _digits_and_rest(text)
    if "激活" in text:
        return " ".join(answers.closed_purposes(today)) or _help()
    if text.startswith("文"):
        return _document(text[1:], today)
    if len(digits) >= LEAST_DIGITS:
        return _code(message.sender, digits, rest, now, today)
    return _village(text.removeprefix("村").strip(), now, today)


def _code(sender: str, digits: str, rest: str, now: datetime, today: date) -> str:
    village = _village_code(rest)
    checked = check_code(
        text=digits if len(digits) == CODE_DIGITS else "", asker=f"sms:{sender}",
        village=village, now=now, today=today,
    )  # fmt: skip
    if checked.outcome == "name_village":
        return _("查错的号码太多。请回复8位号码加村名，例如：12345672 莲花村。")
    if checked.outcome == "used_up":
        return _village(rest, now, today)
    return answers.of_check(checked).sentence


def _village(name: str, now: datetime, today: date) -> str:
    code = _village_code(name)
    if not code:
        return _help()
    return answers.of_village(code, teams_in_village(code, now=now, today=today)).sentence


def _document(number: str, today: date) -> str:
    key = number_in(number)
    return answers.of_document(document_by_number(key) if key else None, today=today).sentence


def _help() -> str:
    return _(
        "查队伍：发8位号码。查本村：发村名，重名的加镇名。查文件：发“文”加文号。问人打%(bureau)s。"
    ) % {"bureau": bureau_number()}


def _village_code(text: str) -> str:
    """The one village that a text names, its town before it where several have the name; else ""."""
    name = text.replace(" ", "")
    known = places()
    named = [
        place.code
        for town in known.towns()
        for place in known.villages(town.code)
        if name in {place.name_zh, f"{town.name_zh}{place.name_zh}", place.code}
        or name == place.name_zh.removesuffix("村")
    ]
    return named[0] if len(named) == 1 else ""


def _digits_and_rest(text: str) -> tuple[str, str]:
    digits = "".join(str(int(each)) for each in text if each.isdecimal())
    rest = "".join(each for each in text if not each.isdecimal() and each not in "-—－")
    return digits, rest.strip()
