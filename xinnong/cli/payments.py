"""xinnong payments: a lender's own accounts, files of payments for its bank, the bank's answers."""

from __future__ import annotations

import argparse
import json
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xinnong.cli.dispatch import DONE, REFUSED, USAGE, file_to_write

if TYPE_CHECKING:
    from xinnong.accounts.models import Institution

HELP = "files of payments for a lender's bank, and what the bank answered"
EPILOGUE: Final = """\
account  enter an own account of the lender: --bank NAME --number NUMBER
out      write the file of every payment that waits; none of them ever goes into another file
again    write a file that was made once more, byte for byte: --file REF
results  read the bank's answers from the file PATH; exit code 1 where any was put aside; answers that
         are already known change nothing and are counted as repeated
One JSON object on stdout with --json, else a sentence. docs/operations/bank.md has the formats.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", choices=["account", "out", "again", "results"])
    parser.add_argument("path", nargs="?", type=Path, metavar="PATH", help="file of results")
    parser.add_argument("--institution", required=True, metavar="CODE", help="whose payments")
    parser.add_argument("--out", type=file_to_write, metavar="FILE", help="the file to write")
    parser.add_argument("--form", choices=["csv", "jsonl"], default="csv")
    parser.add_argument("--encoding", choices=["utf-8", "gb18030"], default="utf-8")
    parser.add_argument("--account", default="", metavar="NUMBER", help="which own account pays")
    parser.add_argument("--file", type=uuid.UUID, metavar="REF", help="a file that was made")
    parser.add_argument("--bank", default="", metavar="NAME")
    parser.add_argument("--number", default="", metavar="NUMBER")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Find the lender and do what is asked."""
    from xinnong.accounts.models import Institution

    lender = Institution.objects.filter(code=args.institution).select_related("operator").first()
    if lender is None:
        print(f"xinnong payments: there is no institution {args.institution!r}", file=sys.stderr)
        return USAGE
    deeds = {"account": _account, "out": _out, "again": _again, "results": _results}
    return deeds[args.what](lender, args)


def _account(lender: Institution, args: argparse.Namespace) -> int:
    from django.utils import timezone

    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.lending.services.payments import enter_own_account

    entered = enter_own_account(
        actor=SYSTEM_ACTOR, institution=lender, bank=args.bank, number=args.number,
        now=timezone.now(),
    )  # fmt: skip
    _tell(args, {"account": entered.number, "bank": entered.bank, "ref": str(entered.ref)})
    return DONE


def _out(lender: Institution, args: argparse.Namespace) -> int:
    from django.utils import timezone

    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.core.payments import Encoding, Form
    from xinnong.lending.services.payments import send_payments

    if args.out is None:
        print("xinnong payments: name the file to write by --out", file=sys.stderr)
        return USAGE
    made = send_payments(
        actor=SYSTEM_ACTOR, institution=lender, account=args.account, form=Form(args.form),
        encoding=Encoding(args.encoding), now=timezone.now(), key=str(uuid.uuid4()),
    )  # fmt: skip
    return _write(lender, made.ref, args)


def _again(lender: Institution, args: argparse.Namespace) -> int:
    if args.out is None or args.file is None:
        print("xinnong payments: again needs --file REF and --out FILE", file=sys.stderr)
        return USAGE
    return _write(lender, args.file, args)


def _write(lender: Institution, ref: uuid.UUID, args: argparse.Namespace) -> int:
    """Write under a temporary name first; the file stays with us, so a full disk loses nothing."""
    from django.utils import timezone

    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.core.money import yuan
    from xinnong.lending.services.payments import open_payment_file

    made, data = open_payment_file(
        actor=SYSTEM_ACTOR, institution=lender, ref=ref, now=timezone.now()
    )
    draft = args.out.with_name(f".{args.out.name}.part")
    try:
        draft.write_bytes(data)
        draft.chmod(0o600)
        draft.replace(args.out)
    finally:
        draft.unlink(missing_ok=True)
    told = {
        "file": str(made.ref), "out": str(args.out), "form": made.form, "encoding": made.encoding,
        "count": made.payments, "sum_yuan": yuan(made.sum_minor), "sha256": made.sha256,
    }  # fmt: skip
    _tell(args, told)
    return DONE


def _results(lender: Institution, args: argparse.Namespace) -> int:
    from django.utils import timezone

    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.lending.result_files import results_in
    from xinnong.lending.services.payment_results import book_results

    if args.path is None or not args.path.is_file():
        print("xinnong payments: name the file of results", file=sys.stderr)
        return USAGE
    report = book_results(
        actor=SYSTEM_ACTOR, institution=lender, said=list(results_in(args.path)),
        now=timezone.now(),
    )  # fmt: skip
    told = {
        "read": report.read, "applied": report.applied, "repeated": report.repeated,
        "aside": report.aside, "reasons": dict(report.reasons),
        "already": bool(report.read) and report.repeated == report.read,
    }  # fmt: skip
    _tell(args, told)
    if report.repeated and not args.json:
        print(
            f"{report.repeated} of {report.read} answers were already known; they changed nothing"
        )
    return REFUSED if report.aside else DONE


def _tell(args: argparse.Namespace, told: dict[str, object]) -> None:
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
        return
    print(", ".join(f"{name} {value}" for name, value in told.items()))
