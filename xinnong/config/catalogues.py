"""Translation catalogues, compiled at start so that neither gettext nor compiled files are needed.

The texts in code and templates are Chinese; every app brings locale/en/LC_MESSAGES/django.po. A Chinese
one says what a library says in other words than this site. They are merged into one catalogue per language under the data folder, where LOCALE_PATHS points.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polib

from xinnong.config import environment

PACKAGE: Final = Path(__file__).resolve().parents[1]
PLURALS: Final = {
    "en": "nplurals=2; plural=(n != 1);",
    "zh_Hans": "nplurals=1; plural=0;",
}
"""The languages that have a catalogue, and how each counts."""


def sources(language: str = "en") -> list[Path]:
    """The .po files of a language, in the order in which they are merged."""
    return sorted(PACKAGE.glob(f"**/locale/{language}/LC_MESSAGES/django.po"))


def compile_all() -> None:
    """Compile the merged catalogue of each language unless it is up to date."""
    for language in PLURALS:
        _compile(language)


def _compile(language: str) -> None:
    folder = environment.data_folder() / "locale" / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    found = sources(language)
    stamp_file, target = folder / "sources.sha256", folder / "django.mo"
    stamp = _stamp(found)
    if not target.exists() or not stamp_file.exists() or stamp_file.read_text() != stamp:
        draft = folder / f"django.{os.getpid()}.mo"
        merged(found, language).save_as_mofile(str(draft))
        draft.replace(target)
        stamp_file.write_text(stamp)


def merged(paths: Sequence[Path], language: str) -> polib.POFile:
    """One catalogue of all; where two apps translate one text, the first wins."""
    whole = polib.POFile()
    whole.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Language": language,
        "Plural-Forms": PLURALS[language],
    }
    seen: set[tuple[str | None, str]] = set()
    for path in paths:
        for entry in polib.pofile(str(path), encoding="utf-8"):
            key = (entry.msgctxt, entry.msgid)
            if not entry.obsolete and entry.translated() and key not in seen:
                seen.add(key)
                whole.append(entry)
    return whole


def _stamp(paths: Sequence[Path]) -> str:
    """Changes whenever a source does."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()
