"""Documentation that lags behind the code is a failing test."""

from __future__ import annotations

import ast
import re

import pytest

from tests.source_tree import PACKAGE, REPOSITORY, python_files
from xinnong.analytics.contracts import load_contracts
from xinnong.cli import contract_pages, dispatch, notices, reference
from xinnong.config import environment

ENVIRONMENT_READ = re.compile(r"environ\b|getenv\(")
MAY_READ_THE_ENVIRONMENT = {
    "config/environment.py",
    "config/wsgi.py",  # names the settings module
    "config/postgres.py",  # passes PATH on to the server
    "config/processes.py",  # passes everything on to our own processes
    "cli/dispatch.py",  # names the settings module and the role for the process
    "analytics/reading/sheets.py",  # passes the path of modules on to the process that reads sheets
    "cli/import_work.py",  # names the settings module and the role for its worker processes
    "cli/reference.py",  # sets the width of help texts
}
NO_BUSINESS = {"UserManager", "Actor", "OfHousehold"}
"""Classes beside models that no page and no person speaks of."""
FENCE = re.compile(r"```[a-z]*\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"^(?:\.venv/bin/)?xinnong ([a-z][a-z-]*)(.*)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#]+?)(?:#[^)]*)?\)")


@pytest.mark.parametrize("name", ["commands.md", "environment.md", "refusals.md"])
def test_reference_pages_are_current(name: str) -> None:
    written = (reference.FOLDER / name).read_text(encoding="utf-8")
    assert written == reference.pages()[name], "write it again: xinnong docs"


def test_contract_pages_are_current() -> None:
    pages = contract_pages.pages()
    written = {path.name: path.read_text("utf-8") for path in contract_pages.FOLDER.glob("*.md")}
    assert written.keys() == pages.keys()
    assert [name for name in pages if written[name] != pages[name]] == [], "xinnong docs"


def test_every_class_is_on_a_contract_page() -> None:
    text = "".join(contract_pages.pages().values())
    assert [name for name in load_contracts() if f"(`{name}`)" not in text] == []


def test_every_refusal_has_words_in_both_languages() -> None:
    unworded = [code for code in sorted(reference.request_codes()) if not all(reference.said(code))]
    assert unworded == []


def test_every_refusal_has_other_words_in_english() -> None:
    said = {code: reference.said(code) for code in reference.request_codes()}
    assert [code for code, (chinese, english) in said.items() if chinese == english] == []


def test_every_delivery_code_has_words_and_a_remedy() -> None:
    codes = reference.delivery_codes()
    assert {code: words for code, words in codes.items() if not all(words[:3])} == {}


def test_only_one_module_reads_the_environment() -> None:
    readers = {
        str(path.relative_to(PACKAGE))
        for path in python_files("xinnong")
        if ENVIRONMENT_READ.search(path.read_text(encoding="utf-8"))
    }
    assert readers <= MAY_READ_THE_ENVIRONMENT


def test_every_variable_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in python_files("xinnong"))
    assert [name for name in environment.VARIABLES if code.count(f'"{name}"') < 2] == []


def test_the_readme_names_both_commands_and_the_help() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert "python3 run.py" in text
    assert "python3 run.py test" in text
    assert "xinnong --help" in text


def test_every_command_names_itself_in_its_help() -> None:
    text = (reference.FOLDER / "commands.md").read_text(encoding="utf-8")
    assert [name for name in dispatch.commands() if f"usage: xinnong {name} " not in text] == []


def test_the_notice_is_that_of_the_locked_packages() -> None:
    assert (REPOSITORY / "NOTICE").read_text(encoding="utf-8") == notices.text()


def test_every_business_table_and_choice_has_a_word_in_the_glossary() -> None:
    """Rows and their choices are what people talk about, in two languages."""
    said = (REPOSITORY / "GLOSSARY.md").read_text(encoding="utf-8")
    defined = [
        node.name
        for path in python_files("xinnong")
        if path.name == "models.py" or path.parent.name == "models"
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    assert [name for name in defined if f"`{name}" not in said and name not in NO_BUSINESS] == []


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(REPOSITORY)}: {target}"
        for page in [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")]
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


def test_commands_in_the_pages_exist_with_their_options() -> None:
    """Every `xinnong …` of a code block outside the reference, which is written from the code."""
    written = (reference.FOLDER / "commands.md").read_text(encoding="utf-8")
    helps = dict(re.findall(r"^## ([a-z-]+)\n(.*?)(?=^## |\Z)", written, re.DOTALL | re.MULTILINE))
    wrong = [
        f"{page.relative_to(REPOSITORY)}: xinnong {name} {option}"
        for page in [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")]
        if page.parent != reference.FOLDER
        for block in FENCE.findall(page.read_text(encoding="utf-8"))
        for name, rest in COMMAND.findall(block.replace("\\\n", " "))
        for option in re.findall(r"--[a-z][a-z-]*", rest.partition("#")[0]) or [""]
        if (option not in helps.get(name, "") and name != "manage") or name not in helps
    ]
    assert wrong == []


def test_every_attack_has_a_test_that_exists() -> None:
    page = (REPOSITORY / "docs" / "operations" / "threats.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", page)
    missing = [
        f"{file}::{test}"
        for file, test in named
        if f"def {test}(" not in (REPOSITORY / file).read_text(encoding="utf-8")
    ]
    assert missing == []
    assert len(named) == page.count("\n| ") - 1
