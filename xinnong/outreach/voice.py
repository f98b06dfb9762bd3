"""The same answers by telephone: what is said, which keys are waited for, and where the call stands.

A gateway of a telephone company asks turn by turn and keeps the call's place between turns (`Call.text`);
here nothing is kept of a call. Every gateway asks `next_turn`: the pages of VoiceXML, the terminal, others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, Protocol, cast

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from xinnong.accounts.asked import asked_too_often
from xinnong.areas.models import Level
from xinnong.areas.places import COUNTY_DIGITS, places
from xinnong.core.outreach import CODE_DIGITS
from xinnong.outreach import answers
from xinnong.outreach.published_rules import bureau_number
from xinnong.outreach.queries.windows import (
    MOST_OF_DIGITS,
    documents_by_digits,
    teams_in_village,
)
from xinnong.outreach.services.checking import check_code

if TYPE_CHECKING:
    from datetime import date, datetime

TRIES: Final = 3
MOST_KEYS: Final = 20
LEAST_OF_LETTER: Final = 3
VILLAGE_DIGITS: Final = 12
NUMBER_DIGITS: Final = 11
TURNS_A_MINUTE: Final = 30
"""Of one number: a person needs four for an answer."""

WITHHELD_A_MINUTE: Final = 600
"""Of all calls together that show no number."""

HEAR_AGAIN: Final = ("0", "#")
BACK: Final = "*"
OTHER_LANGUAGE: Final = "8"

At = Literal["start", "menu", "team", "team_village", "village", "letter", "answer"]
Language = Literal["zh", "en"]
CATALOGUES: Final[Mapping[Language, str]] = {"zh": "zh-hans", "en": "en"}
PLACE: Final = re.compile(
    r"(start|menu|team|team_village|village|letter|answer)-(zh|en)-([0-2])"
    r"-([0-9]{0,20})-([0-9]{0,12})-([0-9]{0,20})"
)


@dataclass(frozen=True, slots=True)
class Call:
    """Where a call stands: what is asked for, in which language, how often in vain, and what was typed.

    At `answer` the code, else the village, else the letter is what was asked; none of them is whom to call.
    """

    at: At = "start"
    language: Language = "zh"
    tries: int = 0
    code: str = ""
    village: str = ""
    letter: str = ""

    @property
    def text(self) -> str:
        """The place as a gateway hands it back."""
        return f"{self.at}-{self.language}-{self.tries}-{self.code}-{self.village}-{self.letter}"


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence and the language in which it is read."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Turn:
    """What is said, where the call then stands, and how many digits are waited for at least and at most.

    `most` 0: nothing more, the call ends.
    """

    lines: tuple[Line, ...]
    call: Call
    least: int = 1
    most: int = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and when."""

    asker: str
    now: datetime
    today: date


class Telephone(Protocol):
    """A gateway that stays on the line."""

    def says(self, turn: Turn) -> None:
        """Read it to the caller."""

    def pressed(self, turn: Turn) -> str | None:
        """The keys that came; "" for silence, None where the caller hung up."""


def converse(
    telephone: Telephone, *, caller: str, clock: Callable[[], datetime], language: Language = "zh"
) -> None:
    """Hold a whole call with a gateway that stays on the line."""
    call, keys = Call(language=language), ""
    while True:
        now = clock()
        turn = next_turn(call, keys, caller=caller, now=now, today=timezone.localdate(now))
        telephone.says(turn)
        pressed = telephone.pressed(turn) if turn.most else None
        if pressed is None:
            return
        call, keys = turn.call, pressed


def call_at(text: str) -> Call:
    """The place that a gateway handed back; the beginning where it is none of ours."""
    found = PLACE.fullmatch(text)
    if found is None:
        return Call()
    at, language, tries, code, village, letter = found.groups()
    return Call(cast("At", at), cast("Language", language), int(tries), code, village, letter)


def number_of(caller: str) -> str:
    """The digits of a caller's number however it is written (tel:, sip:, +86); "" where it is withheld."""
    user = re.split(r"[@;>]", caller[:128].rpartition("<")[2].removeprefix("sip:"), maxsplit=1)[0]
    return "".join(each for each in user if each in "0123456789")[-NUMBER_DIGITS:]


def next_turn(call: Call, keys: str, *, caller: str, now: datetime, today: date) -> Turn:
    """What is said after the keys. `caller` is kept nowhere; wrong codes count under its keyed hash."""
    number = number_of(caller)
    most = TURNS_A_MINUTE if number else WITHHELD_A_MINUTE
    with translation.override(CATALOGUES[call.language]):
        if asked_too_often("voice", number, most=most, now=now):
            return _farewell(call, _("问得太快了，请过一分钟再打。"))
        pressed = "".join(each for each in keys[: 4 * MOST_KEYS] if not each.isspace())
        return _turn(call, pressed[: MOST_KEYS + 1], Asked(f"voice:{number}", now, today))


def _turn(call: Call, pressed: str, asked: Asked) -> Turn:
    if call.at == "start":
        return _asks(replace(call, at="menu"), _("这里是查队伍电话。"))
    if pressed == BACK:
        return _asks(Call("menu", call.language))
    if call.at not in {"menu", "answer"}:
        if pressed == "#":
            return _asks(call)
        pressed = pressed.removesuffix("#")
    return STEPS[call.at](call, pressed, asked)


def _menu(call: Call, pressed: str, asked: Asked) -> Turn:
    fresh = Call("menu", call.language)
    wanted: dict[str, At] = {"1": "team", "2": "village", "3": "letter"}
    if pressed in wanted:
        return _asks(replace(fresh, at=wanted[pressed]))
    if pressed == "9":
        return _answers(replace(fresh, at="answer"), asked)
    if pressed == OTHER_LANGUAGE:
        other: Language = "en" if call.language == "zh" else "zh"
        with translation.override(CATALOGUES[other]):
            return _asks(replace(fresh, language=other))
    return _asks(call) if pressed in HEAR_AGAIN else _again(call)


def _team(call: Call, pressed: str, asked: Asked) -> Turn:
    return _of_team(replace(call, at="answer", code=_digits(pressed)), asked)


def _team_village(call: Call, pressed: str, asked: Asked) -> Turn:
    village = _village_of(pressed)
    if not village:
        return _again(call, _("没有这个村编码。"))
    return _of_team(replace(call, at="answer", village=village), asked)


def _village(call: Call, pressed: str, asked: Asked) -> Turn:
    village = _village_of(pressed)
    if not village:
        return _again(call, _("没有这个村编码。"))
    return _answers(replace(call, at="answer", village=village), asked)


def _letter(call: Call, pressed: str, asked: Asked) -> Turn:
    digits = _digits(pressed)
    if len(digits) < LEAST_OF_LETTER:
        return _again(call)
    return _answers(replace(call, at="answer", letter=digits), asked)


def _answered(call: Call, pressed: str, asked: Asked) -> Turn:
    """After an answer: again, something else by the keys of the menu, or silence, which ends the call."""
    if not pressed:
        return _farewell(call)
    return _answers(call, asked) if pressed in HEAR_AGAIN else _menu(call, pressed, asked)


STEPS: Final[Mapping[str, Callable[[Call, str, Asked], Turn]]] = {
    "menu": _menu, "team": _team, "team_village": _team_village, "village": _village,
    "letter": _letter, "answer": _answered,
}  # fmt: skip


def _of_team(call: Call, asked: Asked) -> Turn:
    checked = check_code(
        text=call.code if len(call.code) == CODE_DIGITS else "", asker=asked.asker,
        village=call.village, now=asked.now, today=asked.today,
    )  # fmt: skip
    if checked.outcome == "name_village":
        return _asks(replace(call, at="team_village", tries=0))
    if checked.outcome == "used_up":
        return _answers(replace(call, code="", tries=0), asked)
    sentence = answers.of_check(checked).sentence
    if checked.outcome in {"not_digits", "mistyped"}:
        return _again(Call("team", call.language, call.tries), sentence)
    return _asks(replace(call, tries=0), sentence)


def _answers(call: Call, asked: Asked) -> Turn:
    """The answer to what was typed, the same words as on the page and in a text message."""
    if call.code:
        return _of_team(call, asked)
    if call.village:
        found = teams_in_village(call.village, now=asked.now, today=asked.today)
        said = answers.of_village(call.village, found).sentence
    elif call.letter:
        said = _of_letter(call.letter, asked.today)
    else:
        said = _("有人骗手机、骗验证码，打110报警。问队伍、问文件，打%(bureau)s。") % {
            "bureau": bureau_number()
        }
    return _asks(replace(call, tries=0), said)


def _of_letter(digits: str, today: date) -> str:
    """Every letter with these digits, each by its whole number: digits alone may belong to several."""
    found = documents_by_digits(digits)
    if not found:
        return answers.of_document(None, today=today).sentence
    if len(found) > MOST_OF_DIGITS:
        return _("数字是这几个的文太多，请念文号打%(bureau)s问。") % {"bureau": bureau_number()}
    said = [
        _("文号%(number)s。") % {"number": each.number}
        + answers.of_document(each, today=today).sentence
        for each in found
    ]
    return " ".join([*said, _("文号、标题差一个字，就不是这份文。")])


def _asks(call: Call, *said: str) -> Turn:
    """Say something, then what can be typed now."""
    wanted, least, most = _prompt(call)
    lines = [Line(each, call.language) for each in (*said, wanted)]
    if call.at == "menu":
        lines.append(SWITCH[call.language])
    return Turn(tuple(lines), call, least, most)


SWITCH: Final[Mapping[Language, Line]] = {
    "zh": Line("For English, press 8.", "en"),
    "en": Line("听普通话，请按8。", "zh"),
}
"""Said in the language of those whom it is for, whatever the language of the call."""


def _prompt(call: Call) -> tuple[str, int, int]:
    """What can be typed, and how many digits at least and at most."""
    if call.at == "menu":
        said = _("查上门的队伍按1。查今天谁来本村按2。查红头文件按3。问人、报警按9。再听一遍按0。")
        return said, 1, 1
    if call.at == "team":
        return _("请按工作牌上的8位号码。"), CODE_DIGITS, CODE_DIGITS
    if call.at == "letter":
        return _("请按文号里的数字，先年份后编号，按完按井号键。"), LEAST_OF_LETTER, MOST_KEYS
    if call.at in {"village", "team_village"}:
        said = _("请按村编码的后6位，按完按井号键。不知道的，问村干部。")
        if call.at == "team_village":
            said = _("这里查错的号码太多，要说是哪个村才能查。") + said
        return said, COUNTY_DIGITS, VILLAGE_DIGITS
    return _("再听一遍按0，查别的按星号键，问人按9。"), 1, 1


def _again(call: Call, said: str = "") -> Turn:
    """A wrong key costs nothing but patience; after three the number of people who help."""
    if call.tries + 1 >= TRIES:
        return _farewell(call, _("没有查成。"))
    said = said or _("没有听清您按的键。")
    return _asks(replace(call, tries=call.tries + 1), said)


def _farewell(call: Call, said: str = "") -> Turn:
    last = _("要问人，打%(bureau)s；有危险，打110。再见。") % {"bureau": bureau_number()}
    lines = tuple(Line(each, call.language) for each in (said, last) if each)
    return Turn(lines, call, most=0)


def _digits(pressed: str) -> str:
    """The digits, or "" where a key is none or there are too many."""
    fits = len(pressed) <= MOST_KEYS and all(each in "0123456789" for each in pressed)
    return pressed if fits else ""


def _village_of(pressed: str) -> str:
    """The village of twelve digits, or of its last six in this county; "" where it is none."""
    known, digits = places(), _digits(pressed)
    if len(digits) == VILLAGE_DIGITS - COUNTY_DIGITS and known.county is not None:
        digits = known.county.code[:COUNTY_DIGITS] + digits
    place = known.of(digits) if len(digits) == VILLAGE_DIGITS else None
    return place.code if place is not None and place.level == Level.VILLAGE else ""
