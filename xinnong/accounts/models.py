"""Operators, institutions, users, and API clients with their tokens.

These tables carry no row-level security: nobody could sign in if they did. They hold names of
staff and hashes, never a resident id, a phone number or a farmer's file.
"""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from xinnong.accounts.permissions import Permission
from xinnong.accounts.roles import (
    BY_CODE,
    OwnerKind,
    Role,
    approving_of,
    kinds_of,
    permissions_of,
)
from xinnong.areas.models import Area
from xinnong.audit.refs import new_ref


class Operator(models.Model):
    """Who runs a set of rows, keys and roles: one of four kinds; every lender is its own."""

    class Kind(models.TextChoices):
        """Owner kinds as declared beside every table."""

        COUNTY = OwnerKind.COUNTY.value, _("县级信用服务")
        LENDER = OwnerKind.LENDER.value, _("放贷机构")
        HEALTH = OwnerKind.HEALTH.value, _("医保部门")
        POLICE = OwnerKind.POLICE.value, _("公安机关")

    code = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=1, choices=Kind.choices)
    name = models.CharField(max_length=128)
    name_en = models.CharField(max_length=128, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["a", "b", "c", "d"]), name="operator_kind_is_known"
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=~Q(kind="b"), name="operator_only_lenders_are_many"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def shown_name(self) -> str:
        """The name in the language of the page."""
        return in_page_language(self.name, self.name_en)


class Institution(models.Model):
    """A bank, branch, small-loan firm, fund co-op, town, village, department, bureau or police."""

    class Kind(models.TextChoices):
        """What the institution is."""

        SERVICE = "service", _("县级信用服务机构")
        BANK = "bank", _("银行")
        BRANCH = "branch", _("支行")
        SMALL_LOAN = "small_loan", _("小额贷款公司")
        FUND = "fund", _("资金互助社")
        TOWN = "town", _("乡镇（街道）")
        VILLAGE = "village", _("村（社区）")
        DEPARTMENT = "department", _("部门")
        BUREAU = "bureau", _("医保局")
        HOSPITAL = "hospital", _("定点医院")
        PHARMACY = "pharmacy", _("定点药店")
        POLICE = "police", _("公安局")
        CHANNEL = "channel", _("外拓渠道")

    code = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=128)
    name_en = models.CharField(max_length=128, blank=True)
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="institutions")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    area = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="institution_is_not_its_own_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def shown_name(self) -> str:
        """The name in the language of the page."""
        return in_page_language(self.name, self.name_en)


def in_page_language(chinese: str, english: str) -> str:
    """The English name on an English page where there is one, else the Chinese one."""
    return english if english and (get_language() or "").startswith("en") else chinese


class Allowed:
    """Verbs of an actor: shared by people and API clients."""

    granted: frozenset[Permission]

    def can(self, permission: Permission | str) -> bool:
        """Whether the actor may do this at all; where is decided by the scope."""
        return Permission(permission) in self.granted


class UserManager(BaseUserManager["User"]):
    """Finds people by sign-in name; accounts.services creates them."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Sign-in names are stored in lower case."""
        return self.get(username=(username or "").lower())


class User(Allowed, AbstractBaseUser):
    """A person who signs in. Roles say what, areas and institution say where."""

    ref = models.UUIDField(unique=True, default=new_ref, editable=False)
    username = models.CharField(_("登录名"), max_length=64, unique=True)
    name = models.CharField(_("姓名"), max_length=64)
    language = models.CharField(max_length=8, default="zh-hans")
    institution = models.ForeignKey(
        Institution, null=True, on_delete=models.PROTECT, related_name="users"
    )
    roles = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    areas = models.ManyToManyField(Area, through="AreaGrant", related_name="+")
    person_ref = models.UUIDField(null=True, unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    second_factor_passed: bool = False
    """Set by accounts.middleware from the session; stays False for work without one."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(roles__contained_by=sorted(BY_CODE)), name="user_roles_are_known"
            ),
            models.CheckConstraint(
                condition=Q(username__regex=r"^[a-z0-9][a-z0-9._-]*$"),
                name="user_name_is_plain_lower_case",
            ),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def role_classes(self) -> list[type[Role]]:
        """The roles as classes, for labels."""
        return [BY_CODE[code] for code in self.roles if code in BY_CODE]

    @property
    def approving(self) -> frozenset[Permission]:
        """Verbs that need a second factor."""
        return approving_of(self.roles)

    @property
    def granted(self) -> frozenset[Permission]:  # type: ignore[override]  # computed, never stored
        """Verbs of the roles, less those that still wait for a second factor."""
        held = permissions_of(self.roles) if self.is_active else frozenset[Permission]()
        return held if self.second_factor_passed else held - self.approving

    @property
    def owner_kinds(self) -> frozenset[OwnerKind]:
        """Operators whose tables this person may read, never beyond the own institution's."""
        return kinds_of(self.roles)

    @cached_property
    def area_prefixes(self) -> tuple[str, ...]:
        """Digits that every visible area begins with, sorted; empty means no area."""
        return tuple(sorted({area.prefix for area in self.areas.all()}))

    def get_full_name(self) -> str:
        """Django and allauth ask for it."""
        return self.name


class AreaGrant(models.Model):
    """Where a person works: a county, a town or a village with everything below it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="area_grants")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "area"], name="area_grant_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.area_id}"


class ApiClient(Allowed, models.Model):
    """A program of an institution that calls the API; it sees what the institution may see."""

    ref = models.UUIDField(unique=True, default=new_ref, editable=False)
    code = models.CharField(max_length=48, unique=True)
    name = models.CharField(max_length=128)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="clients")
    areas = models.ManyToManyField(Area, related_name="+")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    scopes: frozenset[Permission] = frozenset()
    """Of the token this request came with; set by the one function that checks tokens."""

    person_ref: UUID | None = None
    """A program is nobody: it neither borrows nor signs."""

    def __str__(self) -> str:
        return self.code

    @property
    def is_authenticated(self) -> bool:
        """An API client in hand has shown a token."""
        return True

    @property
    def granted(self) -> frozenset[Permission]:  # type: ignore[override]  # computed, never stored
        """Verbs of the token."""
        return self.scopes if self.is_active else frozenset()

    @property
    def owner_kinds(self) -> frozenset[OwnerKind]:
        """The kind of the client's own operator."""
        return frozenset({OwnerKind(self.institution.operator.kind)})

    @cached_property
    def area_prefixes(self) -> tuple[str, ...]:
        """As of a user."""
        return tuple(sorted({area.prefix for area in self.areas.all()}))


class ApiToken(models.Model):
    """A secret handed out once; only its SHA-256 is kept (the secret has 256 random bits)."""

    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)
    scopes = ArrayField(models.CharField(max_length=32))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="token_expires_after_creation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} …{self.hint}"


Actor = User | ApiClient
"""Whoever acts through the web or the API."""


def lender_codes(institution: Institution | None) -> tuple[str, ...]:
    """Codes whose rows the institution owns: itself, its children at any depth, its lender.

    A branch works on its bank's rows; a bank sees its branches'; nobody sees a neighbour's, and
    nothing crosses from one operator to another, whoever stands above whom.
    """
    if institution is None:
        return ()
    own = Institution.objects.filter(operator_id=institution.operator_id)
    found = {institution.pk: institution.code}
    waiting = list(found)
    while waiting:
        below = own.filter(parent__in=waiting).exclude(pk__in=found).values_list("pk", "code")
        waiting = [pk for pk, _code in below]
        found.update(below)
    return tuple(sorted({*found.values(), _lender_above(institution).code}))


def lender_code(institution: Institution | None) -> str:
    """The code of the lender an institution is or belongs to; "" for every other operator's."""
    if institution is None or institution.operator.kind != OwnerKind.LENDER:
        return ""
    return _lender_above(institution).code


def _lender_above(institution: Institution) -> Institution:
    """The bank above a branch; any other institution stands for itself."""
    above = institution.parent
    if institution.kind != Institution.Kind.BRANCH or above is None:
        return institution
    return _lender_above(above) if above.operator_id == institution.operator_id else institution
