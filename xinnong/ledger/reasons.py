"""Why a journal or a transfer was made, in words: apps say what their own codes mean.

The ledger keeps codes, which never change; people read words. A code that nobody explains is shown
as it is, so that nothing is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import override

ENGLISH: Final = "en"
_WORDS: Final[dict[str, str | Promise]] = {}


def register_reasons(words: Mapping[str, str | Promise]) -> None:
    """Called when an app starts: the codes it posts under, in words."""
    _WORDS.update(words)


def is_explained(code: str) -> bool:
    """Whether somebody said what a code means."""
    return code in _WORDS


def reason_words(code: str) -> str:
    """The words of a code in the language of the page; the code itself where there are none."""
    return str(_WORDS.get(code, code))


def reason_in_both(code: str) -> tuple[str, str]:
    """The words in Chinese and in English, for files that carry both."""
    with override(settings.LANGUAGE_CODE):
        chinese = reason_words(code)
    with override(ENGLISH):
        return chinese, reason_words(code)
