"""Third-party notices of what an installation contains."""

from __future__ import annotations

import argparse
import re
from importlib import metadata
from typing import Final

from xinnong.config import environment

HELP = "print the licences of everything installed from requirements.txt (for NOTICE)"
NEEDS = "nothing"

PINNED: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
HEAD: Final = """\
Xinnong
Copyright 2026 the Xinnong authors. Licensed under the Apache License, Version 2.0; see LICENSE.

An installation contains the packages below, each under its own licence. The full texts come with
the packages, in the `licenses` folder of each one's `.dist-info` in the virtual environment.

"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There are no options."""


def run(_args: argparse.Namespace) -> int:
    """Print the notice."""
    print(text(), end="")
    return 0


def text() -> str:
    """The whole notice, one line for each locked package in the order of the lock."""
    locked = (environment.REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
    lines = [f"{name} {version}: {licence(name)}\n" for name, version in PINNED.findall(locked)]
    return HEAD + "".join(lines)


def licence(name: str) -> str:
    """What a package's metadata says about its licence: expression, classifier or text."""
    said = metadata.metadata(name)
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in said.get_all("Classifier", [])
        if line.startswith("License :: ") and not line.endswith("OSI Approved")
    ]
    short = [text.strip().split("\n")[0] for text in said.get_all("License", [])]
    stated = said.get_all("License-Expression", []) or ["; ".join(classifiers)]
    found = next(filter(None, [*stated, *short]), None)
    assert found, f"{name} does not say its licence"
    return str(found)
