"""Show what departments deliver: classes, columns, templates."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from xinnong.analytics.contracts import Contract, load_contracts
from xinnong.analytics.contracts.export import contract_json, contracts_json
from xinnong.analytics.contracts.templates import csv_template, xlsx_template
from xinnong.cli.dispatch import DONE, USAGE

HELP = "list the classes departments deliver, show one, or write its template"
NEEDS = "nothing"
EPILOGUE = """\
examples:
  xinnong contracts                              the classes
  xinnong contracts person                       the columns of one class
  xinnong contracts --json > contracts.json      everything, for programs that write files
  xinnong contracts person --template person.xlsx
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", nargs="?", choices=list(load_contracts()), metavar="CLASS")
    parser.add_argument("--json", action="store_true", help="as one JSON object on stdout")
    parser.add_argument(
        "--template", type=Path, metavar="FILE", help="write an empty .xlsx or .csv of the class"
    )


def run(args: argparse.Namespace) -> int:
    """Print or write."""
    chosen = load_contracts()[args.name] if args.name else None
    if args.template is not None:
        return _write_template(chosen, args.template)
    if args.json:
        shown = contract_json(chosen) if chosen else contracts_json()
        print(json.dumps(shown, ensure_ascii=False))
    elif chosen is None:
        _list_classes()
    else:
        _list_columns(chosen)
    return DONE


def _write_template(chosen: Contract | None, target: Path) -> int:
    kind = target.suffix.lower()
    if chosen is None or kind not in {".csv", ".xlsx"}:
        print("xinnong contracts: name a class and a .xlsx or .csv file", file=sys.stderr)
        return USAGE
    target.write_bytes(csv_template(chosen) if kind == ".csv" else xlsx_template([chosen]))
    print(f"template of {chosen.name} written to {target}", file=sys.stderr)
    return DONE


def _list_classes() -> None:
    for contract in load_contracts().values():
        about = f"{contract.title_zh} / {contract.title_en}"
        print(f"{contract.number:>3}  {contract.name:<26} {contract.rhythm:<8} {about}")


def _list_columns(contract: Contract) -> None:
    print(f"{contract.number}. {contract.name}: {contract.title_zh} / {contract.title_en}")
    print(f"from {contract.deliverer}, {contract.rhythm}, {contract.mode}; "
          f"file name {contract.name}_YYYYMMDD.csv")  # fmt: skip
    for field in contract.fields:
        marks = ("*" if field.required else " ") + ("#" if field.key else " ")
        values = f" ({'|'.join(field.values)})" if field.values else ""
        print(f"  {marks} {field.header}  {field.name}:{field.type}{values}")
    print("  * required  # part of the key")
