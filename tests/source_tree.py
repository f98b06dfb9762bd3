"""The repository's own files, for the tests that read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "xinnong"
UNWANTED = {".git", ".venv", "var", "__pycache__", "node_modules"}


@cache
def tracked() -> list[Path]:
    """Every file of the repository that git knows; without git, every file not made by a tool."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=False
    )
    if listed.returncode == 0 and listed.stdout:
        found = [REPOSITORY / name for name in listed.stdout.decode().split("\0") if name]
    else:
        found = list(REPOSITORY.rglob("*"))
    return sorted(
        p for p in found if p.is_file() and not UNWANTED & set(p.relative_to(REPOSITORY).parts)
    )


def python_files(*folders: str, migrations: bool = False) -> list[Path]:
    """Python files under folders of the repository, migrations left out unless asked for."""
    wanted = [REPOSITORY / folder for folder in folders]
    return [
        path
        for path in tracked()
        if path.suffix == ".py"
        and any(path.is_relative_to(folder) for folder in wanted)
        and (migrations or "migrations" not in path.parts)
    ]


@cache
def tree(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def place(path: Path, line: int = 0) -> str:
    """Where something stands, for a message."""
    name = str(path.relative_to(REPOSITORY))
    return f"{name}:{line}" if line else name
