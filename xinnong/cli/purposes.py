"""The type of `--purpose`: one of the codes that a read is recorded under."""

from __future__ import annotations

import argparse

from xinnong.privacy.purposes import Purpose


def purpose(text: str) -> str:
    """The code, if it is on the list."""
    if text not in Purpose.values:
        known = ", ".join(sorted(Purpose.values))
        raise argparse.ArgumentTypeError(f"there is no purpose {text!r}; the purposes are {known}")
    return text
