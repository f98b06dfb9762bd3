"""`python -m xinnong` and the `xinnong` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from xinnong.cli.dispatch import dispatch


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    return dispatch(sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    raise SystemExit(main())
