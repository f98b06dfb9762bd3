"""xinnong ledger: the books of a lender on the terminal and as files."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from xinnong.cli.dispatch import COUNTY_TIME, DONE, REFUSED, USAGE, day, file_to_write

if TYPE_CHECKING:
    from datetime import date

    from xinnong.accounts.models import Institution

HELP = "trial balance, statements, nightly sum and exports of a lender's books"
EPILOGUE: Final = """\
trial-balance  one JSON object a code and product; the last has the sums and the difference
statement      one JSON object a movement of the account named by --account
resum          sum every running balance again; exit code 1 where one differs, nothing is repaired
export         write trial-balance or statement as csv or xlsx, journals as beancount
Amounts are yuan. Every export is recorded.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", choices=["trial-balance", "statement", "resum", "export"])
    parser.add_argument("--institution", required=True, metavar="CODE", help="whose books")
    parser.add_argument("--on", type=day, metavar="DATE", help="until this day; default: today")
    parser.add_argument("--from", type=day, dest="from_on", metavar="DATE", help="statement from")
    parser.add_argument("--account", type=UUID, metavar="REF", help="account of a statement")
    parser.add_argument("--books", choices=["trial-balance", "statement", "journals"])
    parser.add_argument("--format", choices=["csv", "xlsx", "beancount"])
    parser.add_argument("--out", type=file_to_write, metavar="FILE", help="file of an export")


def run(args: argparse.Namespace) -> int:
    """Find the institution and do what is asked."""
    from datetime import date, datetime

    from xinnong.accounts.models import Institution
    from xinnong.accounts.scope import SYSTEM, scoped

    owner = Institution.objects.filter(code=args.institution).select_related("operator").first()
    if owner is None:
        print(f"xinnong ledger: there is no institution {args.institution!r}", file=sys.stderr)
        return USAGE
    args.on = args.on or datetime.now(COUNTY_TIME).date()
    args.from_on = args.from_on or date.min
    with scoped(SYSTEM):
        if args.what == "trial-balance":
            return _trial_balance(owner, args.on)
        if args.what == "statement":
            return _statement(owner, args)
        return _resum(owner) if args.what == "resum" else _export(owner, args)


def _trial_balance(owner: Institution, on: date) -> int:
    from xinnong.core.money import yuan
    from xinnong.ledger.queries import trial_balance

    found = trial_balance(owner, on=on)
    for row in found.rows:
        _print(
            code=row.kind.code,
            name=row.kind.zh,
            product=row.product,
            accounts=row.accounts,
            debit_balance_yuan=yuan(row.debit_balance_minor),
            credit_balance_yuan=yuan(row.credit_balance_minor),
        )
    _print(
        debit_balance_yuan=yuan(found.debits_minor),
        credit_balance_yuan=yuan(found.credits_minor),
        difference_yuan=yuan(found.difference_minor),
    )
    return DONE if found.difference_minor == 0 else REFUSED


def _statement(owner: Institution, args: argparse.Namespace) -> int:
    from xinnong.core.money import yuan
    from xinnong.ledger.queries import account_of, statement

    account = account_of(owner, args.account) if args.account else None
    if account is None:
        print("xinnong ledger: name an account of this institution by --account", file=sys.stderr)
        return USAGE
    after = None
    while True:
        page = statement(account, from_on=args.from_on, until=args.on, after=after)
        for line in page.lines:
            _print(
                business_on=line.business_on.isoformat(),
                journal=str(line.journal),
                reason=line.reason,
                reference=line.reference,
                debit_yuan=yuan(line.debit_minor),
                credit_yuan=yuan(line.credit_minor),
                balance_yuan=yuan(line.balance_minor),
            )
        after = page.more
        if after is None:
            return DONE


def _resum(owner: Institution) -> int:
    from django.utils import timezone

    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.ledger.services import resum_balances

    found = resum_balances(institution=owner, actor=SYSTEM_ACTOR, now=timezone.now())
    for one in found.differences:
        _print(account=one.account, kept=one.kept, summed=one.summed)
    _print(
        accounts=found.accounts,
        differences=len(found.differences),
        astray=found.astray,
        holds=found.holds,
    )
    return DONE if found.holds else REFUSED


def _export(owner: Institution, args: argparse.Namespace) -> int:
    from django.utils import timezone

    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.ledger.queries import account_of
    from xinnong.ledger.services import export_books

    if not (args.books and args.format and args.out):
        print("xinnong ledger: an export needs --books, --format and --out", file=sys.stderr)
        return USAGE
    file = export_books(
        institution=owner,
        actor=SYSTEM_ACTOR,
        what=args.books,
        form=args.format,
        from_on=args.from_on,
        until=args.on,
        account=account_of(owner, args.account) if args.account else None,
        now=timezone.now(),
    )
    _write(args.out, file.content)
    _print(out=str(args.out), bytes=len(file.content))
    return DONE


def _write(out: Path, content: bytes) -> None:
    """Under a temporary name first, so that a half file never bears the asked name."""
    draft = out.with_name(f".{out.name}.part")
    try:
        draft.write_bytes(content)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


def _print(**told: object) -> None:
    print(json.dumps(told, ensure_ascii=False))
