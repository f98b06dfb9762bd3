"""Books handed out as files; each time is written to the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final, Literal
from uuid import UUID

from django.db import transaction

from xinnong.accounts.models import Institution
from xinnong.audit.services import ActsFor, record
from xinnong.core.errors import Refused
from xinnong.ledger import exports
from xinnong.ledger.models import Account
from xinnong.ledger.queries import Statement, statement, trial_balance

What = Literal["trial-balance", "statement", "journals"]
Format = Literal["csv", "xlsx", "beancount"]
FORMS: Final[dict[What, tuple[Format, ...]]] = {
    "trial-balance": ("csv", "xlsx"),
    "statement": ("csv", "xlsx"),
    "journals": ("beancount",),
}
PAGE: Final = 1_000
MEDIA_TYPES: Final[dict[Format, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "beancount": "text/plain; charset=utf-8",
}


class FormUnknown(Refused):
    """There is no such file of the books."""

    code: ClassVar[str] = "ledger.form_unknown"


@dataclass(frozen=True, slots=True)
class BookFile:
    """A file's content and its name."""

    name: str
    content: bytes
    media_type: str


def export_books(
    *,
    institution: Institution,
    actor: ActsFor | UUID,
    what: str,
    form: str,
    until: date,
    now: datetime,
    account: Account | None = None,
    from_on: date = date.min,
) -> BookFile:
    """The trial balance, an account's statement or all journals, as a file.

    Trial balance and statement come as csv or xlsx, journals as beancount. A statement needs its
    `account`. Raises FormUnknown.
    """
    if form not in FORMS.get(what, ()) or (what == "statement") is (account is None):  # type: ignore[call-overload]
        raise FormUnknown(what=what, form=form)
    with transaction.atomic():
        content = _content(institution, what, form, from_on, until, account)
        record(
            actor=actor,
            action=f"ledger.export-{what}",
            at=now,
            subject=account.ref if account else None,
            counts={"bytes": len(content)},
            concerns=institution,
        )
    ending = "beancount" if form == "beancount" else form
    name = f"{institution.code}-{what}-{until}.{ending}"
    return BookFile(name, content, MEDIA_TYPES[form])  # type: ignore[index]


def _content(
    institution: Institution,
    what: str,
    form: str,
    from_on: date,
    until: date,
    account: Account | None,
) -> bytes:
    if what == "journals":
        return "".join(exports.as_beancount(institution, until=until)).encode()
    write = exports.as_csv if form == "csv" else exports.as_xlsx
    if account is not None:
        pages = _pages(account, from_on, until)
        return write(exports.STATEMENT_COLUMNS, exports.statement_rows(pages))
    found = trial_balance(institution, on=until)
    return write(exports.TRIAL_COLUMNS, exports.trial_rows(institution, found))


def _pages(account: Account, from_on: date, until: date) -> Iterator[Statement]:
    page = statement(account, from_on=from_on, until=until, limit=PAGE)
    yield page
    while page.more:
        page = statement(account, from_on=from_on, until=until, after=page.more, limit=PAGE)
        yield page
