"""The only writer of operators, institutions and users."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xinnong.accounts.models import AreaGrant, Institution, Operator, User
from xinnong.accounts.roles import BY_CODE
from xinnong.areas.models import Area
from xinnong.core.errors import Refused


class RoleUnknown(Refused):
    """No such role."""

    code = "role.unknown"


class RoleOfOtherOperator(Refused):
    """The role reads another kind of operator's tables than the institution's."""

    code = "role.other_operator"


def set_operator(*, code: str, kind: str, name: str, name_en: str = "") -> Operator:
    """Create an operator, or bring its names up to date."""
    operator, _made = Operator.objects.update_or_create(
        code=code, defaults={"kind": kind, "name": name, "name_en": name_en}
    )
    return operator


def set_institution(
    *,
    code: str,
    kind: str,
    name: str,
    operator: Operator,
    name_en: str = "",
    parent: Institution | None = None,
    area: Area | None = None,
) -> Institution:
    """Create an institution, or bring it up to date."""
    institution, _made = Institution.objects.update_or_create(
        code=code,
        defaults={
            "kind": kind,
            "name": name,
            "name_en": name_en,
            "operator": operator,
            "parent": parent,
            "area": area,
        },
    )
    return institution


def set_user(
    *,
    username: str,
    name: str,
    roles: Iterable[str],
    institution: Institution | None,
    areas: Iterable[Area],
    password: str | None,
    now: datetime,
) -> User:
    """Create a user or bring roles, institution, areas and password up to date.

    `password` None leaves an existing one as it is and makes a new user unable to sign in.
    Refuses `role.unknown` and `role.other_operator`.
    """
    held = sorted(set(roles))
    _check_roles(held, institution)
    with transaction.atomic():
        user, made = User.objects.get_or_create(
            username=username.lower(), defaults={"name": name, "created_at": now}
        )
        user.name, user.roles, user.institution = name, held, institution
        if password is not None and not (not made and user.check_password(password)):
            user.set_password(password)
        elif made:
            user.set_unusable_password()
        user.save()
        _grant_areas(user, list(areas))
    return user


def link_person(*, user: User, person_ref: UUID | None) -> None:
    """Tie a farmer's account to the person it belongs to, by public reference."""
    user.person_ref = person_ref
    user.save(update_fields=["person_ref"])


def _check_roles(codes: list[str], institution: Institution | None) -> None:
    for code in codes:
        if code not in BY_CODE:
            raise RoleUnknown(role=code)
        kinds = BY_CODE[code].kinds
        if institution is not None and kinds and institution.operator.kind not in kinds:
            raise RoleOfOtherOperator(role=code, institution=institution.code)


def _grant_areas(user: User, areas: list[Area]) -> None:
    user.area_grants.exclude(area__in=areas).delete()
    AreaGrant.objects.bulk_create(
        [AreaGrant(user=user, area=area) for area in areas], ignore_conflicts=True
    )
    user.__dict__.pop("area_prefixes", None)
