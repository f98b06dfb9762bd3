"""A technical delay excuses one instalment: once nothing is late, the next delay is judged anew."""

from __future__ import annotations

from typing import Final

from xinnong.lending.services.eod_steps import Night, run

FORGET: Final = """
UPDATE lending_standing SET technical = FALSE
WHERE institution = %(institution)s AND technical AND days_past_due = 0
"""


def forget_excuses(night: Night) -> int:
    """After the night's classes; answers how many loans were excused until now."""
    return run(FORGET, night)
