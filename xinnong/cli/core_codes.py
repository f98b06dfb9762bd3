"""xinnong core-codes: which code of the bank's own core stands for each kind of account."""

from __future__ import annotations

import argparse
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xinnong.cli.dispatch import DONE, USAGE
from xinnong.cli.programs import in_table, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xinnong.accounts.models import Institution
    from xinnong.ledger.services.core_codes import CoreCodeSaid

HELP = "list, set and upload the codes that a bank's own core has for our kinds of accounts"
EPILOGUE: Final = """\
list    every kind of the chart and every product in use with its code; --given missing: still to fill in
set     one code: --kind 130301 [--product CODE] --code 13010; an empty --code takes ours back
upload  a CSV file with the first line kind,product,core_code (UTF-8 or GB18030); all of it or nothing
With --json one object a line.
"""
COLUMNS: Final = ("kind", "product", "core_code", "given")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", choices=["list", "set", "upload"])
    parser.add_argument("path", nargs="?", type=Path, metavar="PATH", help="the file of an upload")
    parser.add_argument("--institution", required=True, metavar="CODE", help="whose core")
    parser.add_argument("--given", default="", choices=["own", "kind", "missing"])
    parser.add_argument("--kind", default="", metavar="CODE", help="six digits of the chart")
    parser.add_argument("--product", default="", metavar="CODE", help="default: all of the kind")
    parser.add_argument("--code", metavar="CODE", help="the core's own code")
    parser.add_argument("--key", type=uuid.UUID, help="the same one again changes nothing")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Find the lender and do what is asked."""
    from xinnong.accounts.models import Institution
    from xinnong.ledger.services.core_codes import CoreCodeSaid

    owner = Institution.objects.filter(code=args.institution).select_related("operator").first()
    if owner is None:
        return _wrong(f"there is no institution {args.institution!r}")
    if args.what == "list":
        return _list(owner, args)
    if args.what == "set":
        if not args.kind or args.code is None:
            return _wrong("set needs --kind and --code")
        return _keep(owner, [CoreCodeSaid(args.kind, args.product, args.code)], args)
    if args.path is None or not args.path.is_file():
        return _wrong(f"there is no file {str(args.path or '')!r}")
    return _upload(owner, args)


def _wrong(said: str) -> int:
    print(f"xinnong core-codes: {said}", file=sys.stderr)
    return USAGE


def _list(owner: Institution, args: argparse.Namespace) -> int:
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.ledger.core_codes import code_report, core_lines

    with scoped(SYSTEM):
        rows = [code_report(line) for line in core_lines(owner, given=args.given)]
    if args.json:
        for row in rows:
            told(**row)
    elif rows:
        in_table(COLUMNS, rows)
    return DONE


def _upload(owner: Institution, args: argparse.Namespace) -> int:
    from xinnong.ledger.services.core_codes import CORE_FILE_BYTES, read_core_file

    with args.path.open("rb") as file:
        said = read_core_file(file.read(CORE_FILE_BYTES + 1))
    return _keep(owner, said, args)


def _keep(owner: Institution, said: Sequence[CoreCodeSaid], args: argparse.Namespace) -> int:
    """Keep them all or none. Raises what the service raises, which names the row."""
    from django.utils import timezone

    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.ledger.services import keep_core_codes

    with scoped(SYSTEM):
        changed = keep_core_codes(
            institution=owner, actor=SYSTEM_ACTOR, key=str(args.key or uuid.uuid4()), said=said,
            now=timezone.now(),
        )  # fmt: skip
    if args.json:
        told(said=len(said), changed=changed)
    else:
        print(f"said {len(said)}, changed {changed}")
    return DONE
