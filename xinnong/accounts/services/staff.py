"""A list of operators, institutions and users as one TOML file, brought in whole or not at all.

    [[operator]]     code, kind (a county service, b lender, c health bureau, d police), name
    [[institution]]  code, kind, name, operator; parent, area (twelve digits), name_en
    [[user]]         username, name, roles; institution, areas, active

The same file again changes nothing. Who is new gets a password of 72 random bits, told once.
"""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, transaction

from xinnong.accounts.models import Institution, Operator, User
from xinnong.accounts.services import set_institution, set_operator, set_user
from xinnong.areas.models import Area
from xinnong.core.errors import InvalidDocument, Problem, Refused

PASSWORD_BYTES: Final = 9
KINDS: Final = {"operator": Operator.Kind.values, "institution": Institution.Kind.values}
Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One key of an entry: whether it must be there, and what it holds."""

    needed: bool
    kind: type = str


FIELDS: Final[Mapping[str, Mapping[str, Field]]] = {
    "operator": {
        "code": Field(needed=True),
        "kind": Field(needed=True),
        "name": Field(needed=True),
        "name_en": Field(needed=False),
    },
    "institution": {
        "code": Field(needed=True),
        "kind": Field(needed=True),
        "name": Field(needed=True),
        "operator": Field(needed=True),
        "name_en": Field(needed=False),
        "parent": Field(needed=False),
        "area": Field(needed=False),
    },
    "user": {
        "username": Field(needed=True),
        "name": Field(needed=True),
        "roles": Field(needed=True, kind=list),
        "institution": Field(needed=False),
        "areas": Field(needed=False, kind=list),
        "active": Field(needed=False, kind=bool),
    },
}


@dataclass(frozen=True, slots=True)
class Hired:
    """A user of the list; `password` is empty for somebody who was there before."""

    username: str
    password: str


def import_staff(text: str, *, now: datetime) -> list[Hired]:
    """Bring in a list in one transaction; returns its users in order.

    Raises InvalidDocument with everything wrong with the form of the file, or with the first entry
    that names something unknown or is refused; then nothing has changed.
    """
    listed = _parsed(text)
    problems = tuple(_problems(listed))
    if problems:
        raise InvalidDocument(problems=problems)
    with transaction.atomic():
        for given in listed.get("operator", ()):
            with _naming(given["code"]):
                set_operator(**given)
        for given in listed.get("institution", ()):
            with _naming(given["code"]):
                _set_institution(given)
        hired = []
        for given in listed.get("user", ()):
            with _naming(given["username"]):
                hired.append(_hire(given, now))
        return hired


def _parsed(text: str) -> dict[str, list[Entry]]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise InvalidDocument(problems=(Problem("staff.not_toml", str(fault)),)) from fault


def _problems(listed: Mapping[str, Any]) -> Iterator[Problem]:
    for section, entries in listed.items():
        if section not in FIELDS or not isinstance(entries, list):
            yield Problem("staff.section_unknown", section)
            continue
        for number, given in enumerate(entries, start=1):
            yield from _problems_of(section, given, {"section": section, "entry": number})


def _problems_of(section: str, given: Any, place: Mapping[str, Any]) -> Iterator[Problem]:
    if not isinstance(given, dict):
        yield Problem("staff.section_unknown", section, place)
        return
    fields = FIELDS[section]
    for name in sorted(given.keys() - fields.keys()):
        yield Problem("staff.field_unknown", name, place)
    for name, field in fields.items():
        if field.needed and not given.get(name):
            yield Problem("staff.field_missing", name, place)
        elif name in given and not isinstance(given[name], field.kind):
            yield Problem("staff.field_form", name, place)
    if section in KINDS and given.get("kind") and given["kind"] not in KINDS[section]:
        yield Problem("staff.kind_unknown", "kind", place)


@contextmanager
def _naming(entry: str) -> Iterator[None]:
    """A refusal inside says which entry of the list it is about."""
    try:
        yield
    except Refused as refusal:
        place = {"entry": entry, **refusal.params}
        raise InvalidDocument(problems=(Problem(refusal.code, entry, place),)) from refusal
    except (ObjectDoesNotExist, ValidationError, IntegrityError) as fault:
        missing = isinstance(fault, ObjectDoesNotExist)
        code = "staff.name_unknown" if missing else "staff.value_refused"
        told = {"entry": entry} if missing else {"entry": entry, "why": _why(fault)}
        raise InvalidDocument(problems=(Problem(code, entry, told),)) from fault


def _why(fault: Exception) -> str:
    """The rule that an entry breaks, by its name; what the entry says is not repeated."""
    if isinstance(fault, ValidationError):
        named = getattr(
            fault, "error_dict", {"": fault.error_list} if hasattr(fault, "error_list") else {}
        )
        return " ".join(
            f"{field} {each.code or 'invalid'}".strip()
            for field in sorted(named)
            for each in named[field]
        )
    diagnosis = getattr(fault.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", None) or "database")


def _set_institution(given: Entry) -> None:
    parent, area = given.get("parent"), given.get("area")
    set_institution(
        code=given["code"],
        kind=given["kind"],
        name=given["name"],
        name_en=given.get("name_en", ""),
        operator=Operator.objects.get(code=given["operator"]),
        parent=Institution.objects.get(code=parent) if parent else None,
        area=Area.objects.get(code=area) if area else None,
    )


def _hire(given: Entry, now: datetime) -> Hired:
    employer = given.get("institution")
    is_new = not User.objects.filter(username=given["username"].lower()).exists()
    password = secrets.token_urlsafe(PASSWORD_BYTES) if is_new else ""
    user = set_user(
        username=given["username"],
        name=given["name"],
        roles=given["roles"],
        institution=Institution.objects.get(code=employer) if employer else None,
        areas=[Area.objects.get(code=code) for code in given.get("areas", ())],
        password=password or None,
        now=now,
        is_active=given.get("active", True),
    )
    return Hired(user.username, password)
