"""What the linters cannot see: sizes, names, directions of foreign keys, who writes, core."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField

from tests.source_tree import PACKAGE, REPOSITORY, functions, place, python_files, tracked, tree

CODE = ("xinnong", "tests", "benchmarks")
FUNCTION_LINES = 60
MEDIAN_FUNCTION_LINES = 10
FILE_LINES = {"xinnong": 400, "tests": 450, "benchmarks": 450}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}

# from the top down; a model points at models of its own line or below
LAYERS = [
    {"insight", "pipelines"},
    {"journeys"},
    {"custody", "chains", "mutual", "insurance"},
    {"lending"},
    {"credit"},
    {"scoring"},
    {"profiles"},
    {"guard"},
    {"ecard"},
    {"outreach"},
    {"sources"},
    {"registry", "ledger"},
    {"privacy"},
    {"accounts"},
    {"areas"},
    {"audit", "web"},
]
DEPTH = {name: depth for depth, names in enumerate(LAYERS) for name in names}

WRITES = {
    "bulk_create",
    "bulk_update",
    "create",
    "delete",
    "get_or_create",
    "save",
    "update",
    "update_or_create",
}
QUERYSETS = {"all", "exclude", "filter", "objects", "select_for_update", "visible_to"}
WRITING_SQL = re.compile(r"\s*(?:INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|TRUNCATE|COPY)\b")
CLOCK = {"now", "today", "utcnow", "time", "time_ns", "monotonic", "perf_counter", "localtime"}
CLOCK_OWNERS = {"date", "datetime", "time", "timezone"}
MACHINE_FOLDERS = ["work", "root", "home", "opt", "farm"]
MACHINE_PATHS = re.compile(r"(?<![\w.-])/(?:" + "|".join(MACHINE_FOLDERS) + r")/\w")
TEXT_SUFFIXES = {
    ".css",
    ".html",
    ".in",
    ".js",
    ".json",
    ".md",
    ".po",
    ".py",
    ".sql",
    ".toml",
    ".txt",
    ".yml",
}


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_functions_fit_on_a_screen() -> None:
    long = [
        f"{place(path, node.lineno)} {node.name}: {length(node)} lines"
        for path in python_files(*CODE)
        for node in functions(path)
        if length(node) > FUNCTION_LINES
    ]
    assert long == []


def test_most_functions_are_small() -> None:
    sizes = [length(node) for path in python_files("xinnong") for node in functions(path)]
    assert statistics.median(sizes) <= MEDIAN_FUNCTION_LINES


@pytest.mark.parametrize("folder", FILE_LINES)
def test_files_stay_readable(folder: str) -> None:
    sizes = {
        place(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files(folder)
    }
    assert {name: size for name, size in sizes.items() if size > FILE_LINES[folder]} == {}


def test_modules_are_named_for_their_business() -> None:
    paths = [path for path in tracked() if path.is_relative_to(PACKAGE)]
    vague = [place(path) for path in paths if FORBIDDEN_NAMES & {*path.parts, path.stem}]
    assert vague == []


def links() -> list[ForeignKey[Any, Any] | ManyToManyField[Any, Any]]:
    """Every relation from one of our models to a model of another app."""
    return [
        field
        for model in apps.get_models()
        if model.__module__.startswith("xinnong.")
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if isinstance(field, (ForeignKey, ManyToManyField))
        and field.related_model._meta.app_label != model._meta.app_label
    ]


def test_foreign_keys_point_downwards() -> None:
    upwards = [
        str(link)
        for link in links()
        if link.related_model.__module__.startswith("xinnong.")
        and DEPTH[link.related_model._meta.app_label] <= DEPTH[link.model._meta.app_label]
    ]
    assert upwards == []


def test_foreign_keys_to_other_apps_leave_no_way_back() -> None:
    assert [str(link) for link in links() if not link.remote_field.hidden] == []


def may_write(path: Path) -> bool:
    """Services and migrations write; settings and what has no database do not concern us."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] not in DEPTH or "services" in {path.stem, *parts} or "commands" in parts


def chain(node: ast.expr) -> set[str]:
    """Names in a chain of attributes and calls such as `X.objects.filter(…).update`."""
    names: set[str] = set()
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
            node = node.value
        else:
            return names


def writes(path: Path) -> list[str]:
    """Places in a file that write to the database by the ORM or by SQL."""
    found = []
    for node in ast.walk(tree(path)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in WRITES
        ):
            by_queryset = QUERYSETS & chain(node.func.value)
            if by_queryset or node.func.attr == "save":
                found.append(f"{place(path, node.lineno)} .{node.func.attr}()")
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and WRITING_SQL.match(node.value)
        ):
            found.append(f"{place(path, node.lineno)} SQL")
    return found


def test_only_services_write() -> None:
    assert [
        found for path in python_files("xinnong") if not may_write(path) for found in writes(path)
    ] == []


def test_core_uses_integers_and_decimals() -> None:
    floats = [
        place(path, node.lineno)
        for path in python_files("xinnong/core")
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "float"
        )
    ]
    assert floats == []


def test_core_has_no_clock() -> None:
    calls = [
        place(path, node.lineno)
        for path in python_files("xinnong/core")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in CLOCK
        and ast.unparse(node.value).split(".")[-1] in CLOCK_OWNERS
    ]
    assert calls == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    found = [
        f"{place(path, number)}: {line.strip()[:80]}"
        for path in tracked()
        if path.suffix in TEXT_SUFFIXES
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), 1
        )
        if MACHINE_PATHS.search(line)
    ]
    assert found == []


def test_locked_requirements_name_no_place() -> None:
    for name in ("requirements.txt", "requirements-test.txt"):
        text = (REPOSITORY / name).read_text(encoding="utf-8")
        assert (
            re.findall(r"https?:|file:|--(?:extra-)?index-url|--find-links|--trusted-host", text)
            == []
        )


def test_every_requirement_says_what_it_is_for() -> None:
    for name in ("requirements.in", "requirements-test.in"):
        lines = (REPOSITORY / name).read_text(encoding="utf-8").splitlines()
        wanted = [line for line in lines if line and not line.startswith(("#", "-"))]
        assert [line for line in wanted if "#" not in line] == []
