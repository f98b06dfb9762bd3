"""The only writer of operators, institutions and users."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password

from xinnong.accounts.models import AreaGrant, Institution, Operator, User
from xinnong.accounts.roles import BY_CODE
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.areas.models import Area
from xinnong.audit.services import SYSTEM_ACTOR, record
from xinnong.core.errors import Refused


class RoleUnknown(Refused):
    """No such role."""

    code = "role.unknown"


class RoleOfOtherOperator(Refused):
    """The role reads another kind of operator's tables than the institution's, or there is none."""

    code = "role.other_operator"


class ParentOfOtherOperator(Refused):
    """An institution stands below one of another operator, or below itself."""

    code = "institution.parent"


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
    """Create an institution, or bring it up to date.

    Refuses `institution.parent`: rows follow the tree, so it neither crosses operators nor turns
    back on itself.
    """
    _check_parent(code, operator, parent)
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
    is_active: bool = True,
    actor: UUID = SYSTEM_ACTOR,
) -> User:
    """Create a user or bring roles, institution, areas and password up to date.

    `password` None leaves an existing one as it is and makes a new user unable to sign in. What a
    person may do is on record: an audit entry names every role held from now on.
    Refuses `role.unknown` and `role.other_operator`.
    """
    held = sorted(set(roles))
    _check_roles(held, institution)
    with scoped(replace(SYSTEM, actor=actor)):
        user, made = User.objects.get_or_create(
            username=username.lower(), defaults={"name": name, "created_at": now}
        )
        before = None if made else _rights(user)
        user.name, user.roles, user.institution = name, held, institution
        user.is_active = is_active
        if password is not None and not (not made and user.check_password(password)):
            user.set_password(password)
        elif made:
            user.set_unusable_password()
        user.save()
        _grant_areas(user, list(areas))
        if _rights(user) != before:
            _record_rights(user, actor, now)
    return user


def give_one_password(users: Sequence[User], password: str) -> None:
    """Give the people of a demo one password, hashed once: sixteen hashes take three seconds."""
    encoded = users[0].password
    if not users[0].check_password(password):
        encoded = make_password(password)
    with scoped(SYSTEM):
        for user in users:
            if user.password != encoded:
                user.password = encoded
                user.save(update_fields=["password"])


def _rights(user: User) -> tuple[object, ...]:
    """What decides what a person may do, and with which password."""
    areas = sorted(user.area_grants.values_list("area_id", flat=True))
    return user.roles, user.institution_id, user.is_active, areas, user.password


def _record_rights(user: User, actor: UUID, now: datetime) -> None:
    roles = {f"role.{code}": 1 for code in user.roles}
    areas = user.area_grants.count()
    record(
        actor=actor,
        action="accounts.set-user",
        at=now,
        subject=user.ref,
        counts={**roles, "areas": areas, "active": int(user.is_active)},
        concerns=user.institution,
    )


def link_person(*, user: User, person_ref: UUID | None) -> None:
    """Tie a farmer's account to the person it belongs to, by public reference."""
    user.person_ref = person_ref
    user.save(update_fields=["person_ref"])


def _check_roles(codes: list[str], institution: Institution | None) -> None:
    kind = institution.operator.kind if institution is not None else None
    for code in codes:
        if code not in BY_CODE:
            raise RoleUnknown(role=code)
        kinds = BY_CODE[code].kinds
        if kinds and kind not in kinds:
            raise RoleOfOtherOperator(role=code)


def _check_parent(code: str, operator: Operator, parent: Institution | None) -> None:
    above = parent
    while above is not None:
        if above.code == code or above.operator_id != operator.pk:
            raise ParentOfOtherOperator(institution=code, parent=above.code)
        above = above.parent


def _grant_areas(user: User, areas: list[Area]) -> None:
    user.area_grants.exclude(area__in=areas).delete()
    AreaGrant.objects.bulk_create(
        [AreaGrant(user=user, area=area) for area in areas], ignore_conflicts=True
    )
    user.__dict__.pop("area_prefixes", None)
