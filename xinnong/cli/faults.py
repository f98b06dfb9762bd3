"""What went wrong, in one message: what it was, and what to do about it. Never a traceback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from xinnong.core.errors import Problem

MISSING_TABLE: Final = frozenset({"42P01", "42703", "3F000"})
DISK_FULL: Final = "53100"
AFTER_SPACE: Final = "free some space and run the same command again"


def refusal(error: Exception) -> str | None:
    """A refusal by its code, with its sentence and advice where they are known; else None."""
    code, params = getattr(error, "code", None), getattr(error, "params", None)
    if not isinstance(code, str) or not isinstance(params, dict):
        return None
    words = in_words(code, params)
    return f"refused: {error}" + (f": {words}" if words else "")


def in_words(code: str, params: Mapping[str, object] | None = None) -> str:
    """What a refusal code means and what to do, in English; "" where nobody worded it."""
    return _of_a_delivery(code) or _of_a_request(code, params or {})


def _of_a_delivery(code: str) -> str:
    from xinnong.analytics.checking.codes import load_codes

    known = load_codes().get(code)
    return _sentences(known.en, known.remedy_en) if known else ""


def _of_a_request(code: str, params: Mapping[str, object]) -> str:
    from django.apps import apps
    from django.utils import translation

    from xinnong.web.refusals import unfilled_wording, wording_of

    if not apps.ready or unfilled_wording(code) is None:
        return ""
    with translation.override("en"):
        try:
            said = wording_of(code, params)
        except (KeyError, TypeError, ValueError):  # a sentence with a place nobody filled
            return ""
        return _sentences(str(said.says), str(said.advice))


def _sentences(*texts: str) -> str:
    return " ".join(f"{text.rstrip('. ')}." for text in texts if text)


def known_trouble(error: Exception) -> str | None:
    """Trouble of the machine that its administrator can end, in words; None for anything else."""
    kinds = [kind.__name__ for kind in type(error).__mro__]
    if "No space left on device" in str(error):
        return f"{_place(error)}no space left on the disk; {AFTER_SPACE}"
    if isinstance(error, OSError):
        return f"{_place(error)}{error.strerror}" if error.filename and error.strerror else None
    if "OutOfMemoryException" in kinds:
        return "the batch engine ran out of memory; raise XINNONG_MEMORY_LIMIT and run it again"
    return _of_the_database(kinds, getattr(error.__cause__ or error, "sqlstate", None))


def _of_the_database(kinds: Sequence[str], state: str | None) -> str | None:
    if state == DISK_FULL:
        return f"no space left on the database's disk; {AFTER_SPACE}"
    if state in MISSING_TABLE:
        return "the database's tables are not up to date; run `xinnong migrate` first"
    if "OperationalError" in kinds or "InterfaceError" in kinds:
        return "the database does not answer; run the same command again when it does"
    return None


def _place(error: Exception) -> str:
    name = getattr(error, "filename", None)
    return f"{name}: " if name else ""


def problem_said(problem: Problem) -> str:
    """One problem of a document on a line: where, its code, its figures."""
    figures = ", ".join(f"{name} {value}" for name, value in problem.params.items())
    place = problem.field or "the document"
    return f"{place}: {problem.code}" + (f" ({figures})" if figures else "")
