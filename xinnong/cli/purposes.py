"""The type of `--purpose`: one of the codes that a read is recorded under."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from xinnong.privacy.purposes import EXPORTING, Purpose


def purpose(text: str) -> str:
    """The code, if it is on the list."""
    return _one_of(text, Purpose.values)


def export_purpose(text: str) -> str:
    """The code, if whole lists may be exported for it."""
    return _one_of(text, [one.value for one in EXPORTING])


def _one_of(text: str, codes: Iterable[str]) -> str:
    known = sorted(codes)
    if text not in known:
        said = f"there is no purpose {text!r}; the purposes are {', '.join(known)}"
        raise argparse.ArgumentTypeError(said)
    return text
