"""xinnong loan: show, quote, repay one loan, and write its statement."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from xinnong.cli.dispatch import COUNTY_TIME, DONE, REFUSED, USAGE, day, file_to_write
from xinnong.cli.programs import find_program, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from xinnong.accounts.models import ApiClient
    from xinnong.lending.models import Loan

HELP = "show a loan, quote what it takes to pay, take a repayment, write its statement"
EPILOGUE: Final = """\
show       one JSON object: what is owed, and the schedule
quote      what is due and what settles it; with --amount and --excess, what repaying so would do
repay      take --amount that came in by --channel; --key makes it happen once
statement  one JSON object a movement; with --format csv or xlsx a file
Amounts are yuan. REF is the loan's reference on its page. Every reading is recorded.
"""
Said = list[dict[str, Any]]
UNKNOWN: Final[Said] = [{"refused": "loan.unknown", "says": "no such loan in your areas"}]
COLUMNS: Final = (
    "on", "kind", "amount_yuan", "channel", "ref", "fee", "interest", "penalty", "compound",
    "principal",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", choices=["show", "quote", "repay", "statement"])
    parser.add_argument("ref", type=UUID, metavar="REF", help="reference of the loan")
    parser.add_argument("--client", required=True, metavar="CODE", help="the lender's program")
    parser.add_argument("--amount", metavar="YUAN", help="of a quote or repayment")
    parser.add_argument("--channel", choices=["cash", "transfer", "card"], default="transfer")
    parser.add_argument("--key", type=UUID, help="of a repayment: a new UUID for each")
    parser.add_argument(
        "--excess",
        choices=["hold", "reduce_installment", "reduce_count", "apply_next"],
        default="hold",
        help="what becomes of money beyond what is due (%(default)s)",
    )
    parser.add_argument("--settle", action="store_true", help="it must pay everything")
    parser.add_argument("--from", type=day, dest="from_on", metavar="DATE", help="of a statement")
    parser.add_argument("--until", type=day, metavar="DATE", help="of a statement; default: today")
    parser.add_argument("--format", choices=["json", "csv", "xlsx"], default="json")
    parser.add_argument("--out", type=file_to_write, metavar="FILE", help="of csv or xlsx")


def run(args: argparse.Namespace) -> int:
    """Find the loan in the program's scope, with the reading on record; say it once it is committed."""
    from xinnong.accounts.scope import scoped
    from xinnong.lending.queries.loans import loan_by_ref

    wrong = _wrong(args)
    if wrong:
        told(refused="usage", says=wrong)
        return USAGE
    found = find_program(args.client, "loans.send" if args.what == "repay" else "loans.read")
    if found is None:
        return USAGE
    client, lender = found
    with scoped(client):
        loan = loan_by_ref(args.ref)
        mine = loan is not None and loan.institution == lender
        said = ACTS[args.what](client, _seen(client, loan), args) if mine and loan else UNKNOWN
    for each in said:
        told(**each)
    return REFUSED if said is UNKNOWN else DONE


def _wrong(args: argparse.Namespace) -> str:
    """What is missing or does not belong together; "" where nothing is."""
    from xinnong.core.errors import Refused
    from xinnong.core.money import parse_yuan

    if args.what == "repay" and not (args.amount and args.key):
        return "a repayment needs --amount and --key"
    if args.format != "json" and (args.what != "statement" or args.out is None):
        return "--format csv or xlsx is for a statement and needs --out"
    if args.from_on and args.until and args.from_on > args.until:
        return "--from lies after --until"
    try:
        args.amount_minor = parse_yuan(args.amount) if args.amount else None
    except Refused:
        return "--amount is yuan with at most two decimals, for example 1000.00"
    return ""


def _seen(client: ApiClient, loan: Loan) -> Loan:
    """The loan, with its reading on record."""
    from django.utils import timezone

    from xinnong.privacy.models import ReadKind
    from xinnong.privacy.purposes import Purpose
    from xinnong.privacy.services import record_read

    record_read(
        actor=client, at=timezone.now(), purpose=Purpose.SERVICING, case=str(loan.ref),
        fields=("loan", "repayments"), household_id=loan.household_id, person=loan.person,
        area12=loan.area12, kind=ReadKind.API,
    )  # fmt: skip
    return loan


def _show(_client: ApiClient, loan: Loan, _args: argparse.Namespace) -> Said:
    from xinnong.lending.loan_reports import loan_report

    return [loan_report(loan, today=_today())]


def _quote(_client: ApiClient, loan: Loan, args: argparse.Namespace) -> Said:
    from xinnong.lending.loan_reports import quote_report
    from xinnong.lending.services.repaying import Excess

    excess = Excess(args.excess)
    return [
        quote_report(loan, args.amount_minor, today=_today(), excess=excess, settles=args.settle)
    ]


def _repay(client: ApiClient, loan: Loan, args: argparse.Namespace) -> Said:
    from xinnong.lending.api.loans import RepaymentIn, take

    paid = RepaymentIn(
        amount_yuan=args.amount, channel=args.channel, excess=args.excess, settle=args.settle
    )
    return [take(client, loan, paid, args.key)]


def _statement(_client: ApiClient, loan: Loan, args: argparse.Namespace) -> Said:
    from xinnong.ledger.exports import as_csv, as_xlsx
    from xinnong.lending.loan_reports import statement_report

    report = statement_report(
        loan, from_on=args.from_on or loan.disbursed_on, until_on=args.until or _today()
    )
    movements = report.pop("movements")
    if args.format == "json":
        return [*movements, report]
    rows = [[_cell(each, name) for name in COLUMNS] for each in movements]
    content = (as_csv if args.format == "csv" else as_xlsx)(COLUMNS, rows)
    draft = args.out.with_name(f".{args.out.name}.part")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(args.out)
    return [{"out": str(args.out), "rows": len(rows), **report}]


def _cell(movement: dict[str, Any], name: str) -> Any:
    """A value of a row; amounts are numbers."""
    from decimal import Decimal

    parts = movement["parts_yuan"] or {}
    if name in parts or name == "amount_yuan":
        return Decimal(parts.get(name) or movement[name])
    return movement.get(name) or ""


def _today() -> Any:
    from datetime import datetime

    return datetime.now(COUNTY_TIME).date()


ACTS: dict[str, Callable[[Any, Any, argparse.Namespace], Said]] = {
    "show": _show,
    "quote": _quote,
    "repay": _repay,
    "statement": _statement,
}
