"""Keeping the codes that the bank's own core has for our kinds of accounts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Final, NamedTuple
from uuid import UUID

from xinnong.accounts.models import Institution
from xinnong.audit.services import ActsFor, record
from xinnong.core.errors import Refused
from xinnong.ledger.chart import chart
from xinnong.ledger.models import CoreCode
from xinnong.ledger.queries import core_codes
from xinnong.ledger.services.commands import answer_once

CORE_FILE_BYTES: Final = 256 * 1024
HEAD: Final = ("kind", "product", "core_code")
CORE_TEXT: Final = r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}"
_TEXT: Final = re.compile(CORE_TEXT)


class CoreFileTooLarge(Refused):
    """A file of core codes is larger than any could be."""

    code: ClassVar[str] = "ledger.core_file_too_large"


class CoreFileUnreadable(Refused):
    """A file of core codes is no CSV in UTF-8 or GB18030."""

    code: ClassVar[str] = "ledger.core_file_unreadable"


class CoreFileColumns(Refused):
    """A row of core codes has other columns than kind, product, core_code."""

    code: ClassVar[str] = "ledger.core_file_columns"


class CoreKindWrong(Refused):
    """A row names a kind that the chart has not."""

    code: ClassVar[str] = "ledger.core_kind"


class CoreFieldWrong(Refused):
    """A product or a code has signs that neither has."""

    code: ClassVar[str] = "ledger.core_field"


class CoreLineTwice(Refused):
    """Two rows speak of one kind and product."""

    code: ClassVar[str] = "ledger.core_line_twice"


class CoreCodeSaid(NamedTuple):
    """The core's code for a kind and product; an empty one takes ours back to the chart's."""

    kind: str
    product: str
    core_code: str


def read_core_file(data: bytes) -> list[CoreCodeSaid]:
    """The rows of a CSV file. Raises CoreFileTooLarge, CoreFileUnreadable, CoreFileColumns."""
    if len(data) > CORE_FILE_BYTES:
        raise CoreFileTooLarge(limit_kb=CORE_FILE_BYTES // 1024)
    try:
        rows = list(csv.reader(io.StringIO(_decoded(data), newline=""), strict=True))
    except (csv.Error, UnicodeDecodeError):
        raise CoreFileUnreadable from None
    said = []
    for number, row in enumerate(rows, 1):
        cells = tuple(cell.strip() for cell in row)
        if len(cells) != len(HEAD) or (number == 1 and cells != HEAD):
            raise CoreFileColumns(row=number)
        said.append(CoreCodeSaid(*cells))
    if not said[1:]:
        raise CoreFileColumns(row=len(said) + 1)
    return said[1:]


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def keep_core_codes(
    *,
    institution: Institution,
    actor: ActsFor | UUID,
    key: str,
    said: Sequence[CoreCodeSaid],
    now: datetime,
) -> int:
    """Put the codes in the place of those that were; all of them or none. How many changed.

    Raises CoreKindWrong, CoreFieldWrong, CoreLineTwice with the row as a file counts it: the first
    code stands in row 2.
    """

    def work() -> dict[str, int]:
        _check(said)
        before = core_codes(institution)
        changed = [
            CoreCode(institution=institution, **one._asdict())
            for one in said
            if before.get((one.kind, one.product), "") != one.core_code
        ]
        CoreCode.objects.bulk_create(
            changed,
            update_conflicts=True,
            update_fields=["core_code"],
            unique_fields=["institution", "kind", "product"],
        )
        counts = {"said": len(said), "changed": len(changed)}
        record(
            actor=actor,
            action="ledger.keep-core-codes",
            at=now,
            counts=counts,
            concerns=institution,
        )
        return counts

    answer = answer_once(
        institution=institution,
        actor=actor,
        route="ledger.keep-core-codes",
        key=key,
        body={"said": [list(one) for one in said]},
        now=now,
        work=work,
    )
    return int(answer["changed"])


def _check(said: Sequence[CoreCodeSaid]) -> None:
    rows: dict[tuple[str, str], int] = {}
    for row, one in enumerate(said, 2):
        if one.kind not in chart():
            raise CoreKindWrong(row=row)
        for field, text in (("product", one.product), ("core_code", one.core_code)):
            if text and not _TEXT.fullmatch(text):
                raise CoreFieldWrong(row=row, field=field)
        first = rows.setdefault((one.kind, one.product), row)
        if first != row:
            raise CoreLineTwice(row=row, first=first)
