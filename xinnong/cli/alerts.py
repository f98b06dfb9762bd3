"""xinnong alerts: what borrowers share that strangers do not, and the look that finds it."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from xinnong.cli.dispatch import DONE, REFUSED, USAGE, whole
from xinnong.cli.programs import find_program, in_table, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xinnong.accounts.models import ApiClient

HELP = "list and show alerts about borrowed names"
EPILOGUE: Final = """\
list  alerts in one state: open waits for somebody, look_into holds new draws, false_alarm is put aside
show  one alert: the rule that raised it, the loans it is made of, what people said of it
Whether an alert holds draws, or is put aside, a manager decides on its page with a reason: no program
does. With --json one object a line. Every reading is recorded.

  xinnong alerts list --client bank-01-core --state look_into
"""
COLUMNS: Final = ("number", "kind", "borrowers", "found_on", "state", "ref")
LOAN_COLUMNS: Final = ("ref", "product", "principal_yuan", "disbursed_on", "state")
MOST: Final = 5_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", choices=["list", "show"])
    parser.add_argument("ref", nargs="?", type=UUID, metavar="REF", help="reference of an alert")
    parser.add_argument("--client", required=True, metavar="CODE", help="the lender's program")
    parser.add_argument("--state", choices=["open", "look_into", "false_alarm"], default="open")
    parser.add_argument("--most", type=whole(1, MOST), default=50, help="alerts (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """List or show in the program's scope."""
    if args.what == "show" and args.ref is None:
        print("xinnong alerts: name the alert by its reference", file=sys.stderr)
        return USAGE
    found = find_program(args.client, "loans.read")
    if found is None:
        return USAGE
    client, lender = found
    return _show(client, lender, args) if args.what == "show" else _list(client, lender, args)


def _list(client: ApiClient, lender: str, args: argparse.Namespace) -> int:
    rows = list(_alerts(client, lender, args))
    if args.json:
        for row in rows:
            told(**row)
    elif rows:
        in_table(COLUMNS, rows)
    if not rows:
        print(f"no alert is {args.state}", file=sys.stderr)
    return DONE


def _alerts(client: ApiClient, lender: str, args: argparse.Namespace) -> Iterator[dict[str, Any]]:
    from xinnong.accounts.scope import scoped
    from xinnong.lending.collecting_reports import alert_row
    from xinnong.lending.queries.alerts import alerts_page
    from xinnong.web.paging import Turn

    with scoped(client):
        for alert in alerts_page(lender, args.state, turn=Turn(), limit=args.most):
            yield alert_row(alert)


def _show(client: ApiClient, lender: str, args: argparse.Namespace) -> int:
    from django.utils import timezone

    from xinnong.accounts.scope import scoped
    from xinnong.lending.collecting_reports import alert_report
    from xinnong.lending.queries.alerts import alert_by_ref, loans_in
    from xinnong.privacy.purposes import Purpose
    from xinnong.privacy.services import record_listing

    with scoped(client):
        alert = alert_by_ref(args.ref)
        if alert is None or alert.institution != lender:
            print("xinnong alerts: no such alert of your lender", file=sys.stderr)
            return REFUSED
        loans = loans_in(alert)
        record_listing(
            actor=client, at=timezone.now(), asked="alert", purpose=Purpose.SERVICING,
            households=[loan.household_id for loan in loans if loan.household_id],
        )  # fmt: skip
        said = alert_report(alert, loans)
    if args.json:
        told(**said)
        return DONE
    in_table(COLUMNS, [said])
    print(f"the rule: {said['least_borrowers']} borrowers within {said['within_days']} days")
    in_table(LOAN_COLUMNS, said["loans"])
    for each in said["decisions"]:
        print(f"{each['decided_at']} {each['state']}: {each['reason']}")
    return DONE
