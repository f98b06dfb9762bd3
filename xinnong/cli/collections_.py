"""xinnong collections: late loans, what was done to collect them, and the next contact."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from xinnong.cli.dispatch import DONE, REFUSED, USAGE, day, instant, whole
from xinnong.cli.programs import find_program, in_table, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xinnong.accounts.models import ApiClient
    from xinnong.core.errors import Refused
    from xinnong.lending.models import Loan

HELP = "list late loans, show what was done to collect one, put a contact on record"
EPILOGUE: Final = """\
queue  late loans, the latest first; an unknown household finds none
show   what one loan owes now, and every contact with what became of each promise
note   put a call, visit, promise or note on record; --key makes it happen once, nothing changes it
Amounts are yuan. REF is the loan's reference on its page. With --json one object a line. Every reading
is recorded. What forbids a contact is said by name, and exit code 1 says that nothing was written.

  xinnong collections queue --client bank-01-core --bucket 31-60 --promise broken
  xinnong collections note REF --client bank-01-core --key UUID --kind promise \\
      --at 2026-11-26T10:30+08:00 --said "pays after the tea sale" --promised 500 --by 2026-12-05
"""
COLUMNS: Final = ("loan", "days_past_due", "owed_yuan", "promise", "promised_on", "household")
MOST: Final = 5_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", choices=["queue", "show", "note"])
    parser.add_argument("ref", nargs="?", type=UUID, metavar="REF", help="reference of the loan")
    parser.add_argument("--client", required=True, metavar="CODE", help="the lender's program")
    parser.add_argument(
        "--bucket", default="", choices=["1-30", "31-60", "61-90", "91-180", "over-180"]
    )
    parser.add_argument("--promise", default="", choices=["open", "broken", "none"])
    parser.add_argument("--household", default="", metavar="NUMBER")
    parser.add_argument("--due", action="store_true", help="only where the next step is due")
    parser.add_argument("--most", type=whole(1, MOST), default=50, help="loans (%(default)s)")
    parser.add_argument("--key", type=UUID, help="of a note: a new UUID for each")
    parser.add_argument("--kind", choices=["call", "visit", "promise", "note"], default="note")
    parser.add_argument("--party", choices=["borrower", "guarantor", "other"], default="borrower")
    parser.add_argument("--at", type=instant, metavar="INSTANT", help="when it was")
    parser.add_argument("--said", default="", metavar="TEXT", help="what was said")
    parser.add_argument("--promised", metavar="YUAN", help="of a promise")
    parser.add_argument("--by", type=day, metavar="DATE", help="of a promise")
    parser.add_argument(
        "--next-step", default="", choices=["call", "visit", "letter", "restructure", "legal"]
    )
    parser.add_argument("--next-at", type=instant, metavar="INSTANT")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Do what is asked in the program's scope."""
    if args.what != "queue" and args.ref is None:
        return _wrong("name the loan by its reference")
    if args.what == "note" and (args.key is None or args.at is None):
        return _wrong("a note needs --key, a new UUID for each, and --at, when it was")
    found = find_program(args.client, "loans.send" if args.what == "note" else "loans.read")
    if found is None:
        return USAGE
    client, lender = found
    if args.what == "queue":
        return _queue(client, lender, args)
    return _of_loan(client, lender, args)


def _wrong(said: str) -> int:
    print(f"xinnong collections: {said}", file=sys.stderr)
    return USAGE


def _queue(client: ApiClient, lender: str, args: argparse.Namespace) -> int:
    rows = list(_late(client, lender, args))
    if args.json:
        for row in rows:
            told(**row)
    elif rows:
        in_table(COLUMNS, rows)
    if not rows:
        print("no late loan that fits in your areas", file=sys.stderr)
    return DONE


def _late(client: ApiClient, lender: str, args: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Late loans page by page, each page on record."""
    from django.utils import timezone

    from xinnong.accounts.scope import scoped
    from xinnong.lending.api.collecting import queue_page
    from xinnong.lending.collecting_reports import late_report
    from xinnong.lending.queries.collecting import LateFilters

    now, left, after = timezone.now(), args.most, ""
    filters = LateFilters(
        bucket=args.bucket, promise=args.promise, household=args.household.strip().upper(),
        next_by=now if args.due else None,
    )  # fmt: skip
    while left > 0:
        with scoped(client):
            found, following = queue_page(lender, filters, after=after)
            shown = found[:left]
            _remember(client, shown)
        yield from map(late_report, shown)
        left, after = left - len(shown), following or ""
        if not after:
            return


def _remember(client: ApiClient, rows: list[Any]) -> None:
    from django.utils import timezone

    from xinnong.privacy.purposes import Purpose
    from xinnong.privacy.services import record_listing

    record_listing(
        actor=client, at=timezone.now(), asked="collections", purpose=Purpose.SERVICING,
        households=[row.loan.household_id for row in rows if row.loan.household_id],
    )  # fmt: skip


def _of_loan(client: ApiClient, lender: str, args: argparse.Namespace) -> int:
    from xinnong.accounts.scope import scoped
    from xinnong.core.errors import Refused
    from xinnong.lending.queries.loans import loan_by_ref

    try:
        with scoped(client):
            loan = loan_by_ref(args.ref)
            if loan is None or loan.institution != lender:
                print("xinnong collections: no such loan in your areas", file=sys.stderr)
                return REFUSED
            _seen(client, loan)
            said = ACTS[args.what](client, loan, args)
    except Refused as refused:
        return _refused(refused)
    except argparse.ArgumentTypeError as wrong:
        return _wrong(str(wrong))
    if args.json:
        told(**said)
    else:
        _print(said)
    return DONE


def _seen(client: ApiClient, loan: Loan) -> None:
    from django.utils import timezone

    from xinnong.privacy.models import ReadKind
    from xinnong.privacy.purposes import Purpose
    from xinnong.privacy.services import record_read

    record_read(
        actor=client, at=timezone.now(), purpose=Purpose.SERVICING, case=str(loan.ref),
        fields=("loan", "repayments", "collection"), household_id=loan.household_id,
        person=loan.person, area12=loan.area12, kind=ReadKind.API,
    )  # fmt: skip


def _show(_client: ApiClient, loan: Loan, _args: argparse.Namespace) -> dict[str, Any]:
    from django.utils import timezone

    from xinnong.lending.collecting_reports import collection_report

    return collection_report(loan, today=timezone.localdate())


def _note(client: ApiClient, loan: Loan, args: argparse.Namespace) -> dict[str, Any]:
    from pydantic import ValidationError

    from xinnong.lending.api.collecting import ContactIn, put_on_record

    try:
        said = ContactIn(
            kind=args.kind, party=args.party, at=args.at, said=args.said,
            promised_yuan=args.promised, promised_on=args.by, next_step=args.next_step,
            next_at=args.next_at,
        )  # fmt: skip
    except ValidationError as wrong:
        fields = ", ".join(str(each["loc"][0]) for each in wrong.errors())
        raise argparse.ArgumentTypeError(f"these do not hold: {fields}") from None
    return put_on_record(client, loan, said, args.key)


def _refused(refused: Refused) -> int:
    """Everything that stands in the way, in words."""
    from xinnong.cli.faults import in_words, refusal

    print(f"xinnong collections: {refusal(refused)}", file=sys.stderr)
    for each in getattr(refused, "problems", ()):
        print(f"  {each.field}: {in_words(each.code, each.params) or each.code}", file=sys.stderr)
    return REFUSED


def _print(said: dict[str, Any]) -> None:
    contacts = said.pop("contacts", None)
    print(", ".join(f"{name} {value}" for name, value in said.items() if value is not None))
    for each in contacts or ():
        _print({f"  {name}" if name == "ref" else name: value for name, value in each.items()})


ACTS: dict[str, Callable[[Any, Any, argparse.Namespace], dict[str, Any]]] = {
    "show": _show,
    "note": _note,
}
