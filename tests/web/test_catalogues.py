"""Every text people see is Chinese in the code and has an English translation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.utils.translation.template import templatize

from xinnong.config import catalogues

PACKAGE = Path(__file__).resolve().parents[2] / "xinnong"
FUNCTIONS = {"_", "_l", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext"}
CHINESE = re.compile(r"[\u3400-\u9fff]")
CALL = re.compile(r"""\b(n?gettext|p?gettext)\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
TAG_OR_COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}|<!--.*?-->", re.DOTALL)
TRANSLATED_BLOCK = re.compile(r"\{%\s*blocktrans.*?endblocktrans\w*\s*%\}", re.DOTALL)
TAG = re.compile(r"\{[%{].*?[%}]\}", re.DOTALL)
SWITCH_TO_CHINESE = "中文"


def python_files() -> list[Path]:
    return [p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts]


def templates() -> list[Path]:
    return sorted(PACKAGE.rglob("templates/**/*.html"))


def texts_of_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _called(node) in FUNCTIONS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def texts_of_template(path: Path) -> Iterator[str]:
    written = templatize(path.read_text(encoding="utf-8"), origin=path.name)
    for match in CALL.finditer(written):
        yield ast.literal_eval(match.group(2))


@pytest.fixture(scope="module")
def english() -> dict[str, str]:
    whole = catalogues.merged(catalogues.sources("en"), "en")
    return {entry.msgid: entry.msgstr or str(entry.msgstr_plural) for entry in whole}


def test_it_translates_every_text_in_the_code(english: dict[str, str]) -> None:
    missing = {
        text: path.relative_to(PACKAGE)
        for path in python_files()
        for text in texts_of_python(path)
        if CHINESE.search(text) and text not in english
    }
    assert not missing


def test_it_translates_every_text_in_the_templates(english: dict[str, str]) -> None:
    missing = {
        text: path.relative_to(PACKAGE)
        for path in templates()
        for text in texts_of_template(path)
        if CHINESE.search(text) and text not in english
    }
    assert not missing


def test_one_text_has_one_translation() -> None:
    """Catalogues are merged into one, so a second translation would never be seen, or be wrong."""
    said: dict[tuple[str | None, str], set[str]] = {}
    for path in catalogues.sources("en"):
        for entry in polib.pofile(str(path), encoding="utf-8"):
            said.setdefault((entry.msgctxt, entry.msgid), set()).add(entry.msgstr)
    assert {text: found for text, found in said.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.name)
def test_it_leaves_no_chinese_outside_a_translation_tag(path: Path) -> None:
    bare = TRANSLATED_BLOCK.sub("", TAG_OR_COMMENT.sub("", path.read_text(encoding="utf-8")))
    bare = TAG.sub("", bare).replace(SWITCH_TO_CHINESE, "").replace("、", "")
    assert not CHINESE.search(bare)


def test_it_keeps_the_places_of_parameters(english: dict[str, str]) -> None:
    place = re.compile(r"%\((\w+)\)s")
    moved = [
        msgid
        for msgid, msgstr in english.items()
        if set(place.findall(msgid)) != set(place.findall(msgstr))
    ]
    assert not moved


def test_it_has_no_fuzzy_or_empty_entries() -> None:
    for path in catalogues.sources("en"):
        unfinished = [e.msgid for e in polib.pofile(str(path)) if not e.translated() or e.fuzzy]
        assert not unfinished, path
