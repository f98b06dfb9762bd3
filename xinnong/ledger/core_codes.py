"""Which code of the bank's own core stands for each kind of account, and where none was given."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from xinnong.ledger.chart import AccountKind, chart
from xinnong.ledger.models import Account
from xinnong.ledger.queries import core_code, core_codes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xinnong.accounts.models import Institution


class Given(StrEnum):
    """Where the code of a line comes from."""

    OWN = "own"
    KIND = "kind"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class CoreLine:
    """One kind and product (none: all of the kind) with the code that holds for it."""

    kind: AccountKind
    product: str
    code: str
    given: Given


def code_report(line: CoreLine) -> dict[str, str]:
    """A line as programs read it."""
    return {
        "kind": line.kind.code,
        "product": line.product,
        "core_code": line.code,
        "given": line.given.value,
    }


def core_lines(institution: Institution, *, given: str = "") -> list[CoreLine]:
    """Lines of all kinds of the chart and all products in use; an unknown `given` finds none."""
    codes = core_codes(institution)
    in_use = Account.objects.filter(institution=institution).values_list("kind", "product")
    wanted = {*((kind, "") for kind in chart()), *in_use.distinct().order_by(), *codes}
    lines = [
        CoreLine(kind, product, core_code(codes, kind, product), _given(codes, code, product))
        for code, product in sorted(wanted)
        if (kind := chart().get(code)) is not None
    ]
    return [line for line in lines if given in {"", line.given}]


def _given(codes: Mapping[tuple[str, str], str], kind: str, product: str) -> Given:
    if codes.get((kind, product)):
        return Given.OWN
    return Given.KIND if codes.get((kind, "")) else Given.MISSING
