"""Commands in the name of a lender's program: the same scope, keys and records as its API."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from xinnong.accounts.models import ApiClient

LONGEST_LINE = 64 * 1024
MOST_LINES = 10_000


def find_program(code: str, verb: str) -> tuple[ApiClient, str] | None:
    """The program of this code and its lender; None, with the reason said, where there is none.

    It holds the verbs of its tokens that are alive, as over the API. Raises VerbMissing where `verb`
    is none of them.
    """
    from django.utils import timezone

    from xinnong.accounts.models import ApiClient, lender_code
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.accounts.services.tokens import verbs_of

    with scoped(SYSTEM):
        found = ApiClient.objects.select_related("institution__operator").filter(code=code).first()
        lender = lender_code(found.institution) if found is not None and found.is_active else ""
    if found is None or not lender:
        print(
            f"xinnong: no program {code!r} of a lender; make one with `xinnong api-client`",
            file=sys.stderr,
        )
        return None
    with scoped(SYSTEM):
        found.scopes = verbs_of(found, now=timezone.now(), verb=verb)
    return found, lender


def told(**said: Any) -> None:
    """One JSON object on a line."""
    print(json.dumps(said, ensure_ascii=False, default=str))


def in_table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows under the names of their columns, as wide as the widest; nothing is shown as a dash."""
    cells = [list(columns), *([_cell(row[name]) for name in columns] for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(columns))]
    for line in cells:
        print("  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)))


def _cell(value: object) -> str:
    return "-" if value is None or value == "" else str(value)


def lines_of(path: Path | None) -> Iterator[tuple[int, str]]:
    """The lines of a file, or of standard input; an overlong one comes cut, and is then no JSON."""
    stream = sys.stdin if path is None else path.open(encoding="utf-8", errors="replace")
    with stream:
        for at, line in enumerate(iter(lambda: stream.readline(LONGEST_LINE), ""), 1):
            if at > MOST_LINES:
                return
            if line.strip():
                yield at, line
