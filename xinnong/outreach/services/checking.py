"""Answering whoever asks about eight digits, and counting what was guessed.

Counted are wrong codes, each once an hour for each asker: right ones cost nothing, a slip of the finger is
told by its check digit, and a village that asks about one forged badge counts as one. An address (or
the whole county) that used up its wrong codes is asked for the village and then compared with that
village's codes alone; a village whose wrong codes are used up is told today's list instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from django.db import connection

from xinnong.core.outreach import code_in, is_well_typed
from xinnong.outreach.models import WrongCode
from xinnong.outreach.queries.windows import Answer, found_by_code, window
from xinnong.outreach.secrets import tried_by, tried_code

WRONG_BY_ASKER: Final = 10
WRONG_IN_COUNTY: Final = 600
WRONG_IN_VILLAGE: Final = 60
MOST_NUMBERS_A_MINUTE: Final = 30
"""Of letters that one asker may name."""

KEPT: Final = timedelta(days=1)

Outcome = Literal["found", "unknown", "not_digits", "mistyped", "name_village", "used_up"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a question: an activity, or why there is none to show."""

    outcome: Outcome
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """Wrong codes of this hour: by the asker without a village, with this one, in it, in the county.

    `is_repeated`: this asker tried this very code before, which tells a guesser nothing new.
    """

    asker: int
    asker_in_village: int
    village: int
    county: int
    is_repeated: bool


def check_code(*, text: str, asker: str, village: str = "", now: datetime, today: date) -> Checked:
    """Answer whether eight digits are those of an approved activity.

    `asker` is an address or a number; only its keyed hash is kept. Without guesses in this hour it is two
    statements by index.
    """
    code = code_in(text)
    if not code:
        return Checked("not_digits")
    if not is_well_typed(code):
        return Checked("mistyped")
    hour = now.replace(minute=0, second=0, microsecond=0)
    with window(None):
        used = _used(hour, tried_by(asker), village, tried_code(code))
        stop = _stop(used, village)
        if stop is not None:
            return Checked(stop)
        answer = found_by_code(code, now=now, today=today, village=village)
        if answer is not None:
            return Checked("found", answer)
        _count(hour, asker, village, code)
    return Checked("unknown")


def _stop(used: Used, village: str) -> Outcome | None:
    if used.is_repeated:
        return None
    if not village:
        over = used.asker >= WRONG_BY_ASKER or used.county >= WRONG_IN_COUNTY
        return "name_village" if over else None
    over = used.asker_in_village >= WRONG_BY_ASKER or used.village >= WRONG_IN_VILLAGE
    return "used_up" if over else None


def _used(hour: datetime, asker: bytes, village: str, code: bytes) -> Used:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE asker = %(asker)s AND village = ''),"
            " count(*) FILTER (WHERE asker = %(asker)s AND village = %(village)s),"
            " count(*) FILTER (WHERE village = %(village)s),"
            " count(*) FILTER (WHERE village = ''),"
            " coalesce(bool_or(asker = %(asker)s AND code = %(code)s), false)"
            " FROM outreach_wrongcode WHERE hour = %(hour)s AND village IN ('', %(village)s)",
            {"hour": hour, "asker": asker, "village": village, "code": code},
        )
        row = cursor.fetchone()
    assert row is not None
    return Used(*row)


def _count(hour: datetime, asker: str, village: str, code: str) -> None:
    """Keep a wrong code for the hour; the first one of a day clears those of the day before."""
    wrong = WrongCode(hour=hour, asker=tried_by(asker), village=village, code=tried_code(code))
    if not WrongCode.objects.filter(hour=hour).exists():
        WrongCode.objects.filter(hour__lt=hour - KEPT).delete()
    WrongCode.objects.bulk_create([wrong], ignore_conflicts=True)
