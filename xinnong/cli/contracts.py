"""Show what departments deliver: classes, columns, templates."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from xinnong.analytics.contracts import FORM, Contract, load_contracts, load_form
from xinnong.analytics.contracts.export import contract_json, contracts_json
from xinnong.analytics.contracts.templates import csv_template, xlsx_template
from xinnong.cli.dispatch import DONE, USAGE, file_to_write

HELP = "list the classes departments deliver, show one, or write its template"
NEEDS = "nothing"
EPILOGUE = """\
examples:
  xinnong contracts                              the classes
  xinnong contracts person                       the columns of one class
  xinnong contracts --json > contracts.json      everything, for programs that write files
  xinnong contracts person --template person.xlsx
  xinnong contracts field_form --template form.xlsx    the four sheets of the household form
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", nargs="?", type=_class, metavar="CLASS", help="one class")
    parser.add_argument("--json", action="store_true", help="as one JSON object on stdout")
    parser.add_argument(
        "--template",
        type=file_to_write,
        metavar="FILE",
        help="write an empty .xlsx or .csv of the class",
    )


def _class(text: str) -> str:
    if text not in {*load_contracts(), FORM}:
        said = f"there is no class {text!r}; `xinnong contracts` lists them"
        raise argparse.ArgumentTypeError(said)
    return text


def run(args: argparse.Namespace) -> int:
    """Print or write."""
    chosen = _chosen(args.name)
    if args.template is not None:
        return _write_template(chosen, args.template)
    if args.json:
        shown = [contract_json(one) for one in chosen] or [contracts_json()]
        print("\n".join(json.dumps(one, ensure_ascii=False) for one in shown))
    elif not chosen:
        _list_classes()
    for contract in chosen if not args.json else ():
        _list_columns(contract)
    return DONE


def _chosen(name: str | None) -> Sequence[Contract]:
    if name == FORM:
        return load_form()
    return [load_contracts()[name]] if name else ()


def _write_template(chosen: Sequence[Contract], target: Path) -> int:
    kind = target.suffix.lower()
    if not chosen or kind not in {".csv", ".xlsx"} or (kind == ".csv" and len(chosen) > 1):
        print("xinnong contracts: name a class and a .xlsx or .csv file "
              "(field_form as a whole is .xlsx)", file=sys.stderr)  # fmt: skip
        return USAGE
    target.write_bytes(csv_template(chosen[0]) if kind == ".csv" else xlsx_template(chosen))
    told = ", ".join(contract.name for contract in chosen)
    print(f"template of {told} written to {target}", file=sys.stderr)
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
        choices = field.values or field.words
        values = f" ({'|'.join(choices)})" if choices else ""
        print(f"  {marks} {field.header}  {field.name}:{field.type}{values}")
    print("  * required  # part of the key")
