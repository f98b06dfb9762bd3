"""Credentials, codes that were shown, redemptions, terminals and family accounts.

Owner kind of every table here: the health-insurance bureau (c). `institution` walls a row off: the
bureau's own code on what belongs to a person, a hospital's or pharmacy's on what it did. No column
says what somebody was treated for.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class CredentialState(models.TextChoices):
    """Whether codes can be shown."""

    ACTIVE = "active", _("可以使用")
    REVOKED = "revoked", _("不能再用")


class ActivatedThrough(models.TextChoices):
    """Where somebody activated a credential."""

    OWN_PHONE = "own_phone", _("本人手机")
    INSTITUTION = "institution", _("定点医院或药店")
    OUTREACH = "outreach", _("获准的村推活动")
    GUARDIAN = "guardian", _("监护人代办")


class EndReason(models.TextChoices):
    """Why a credential was revoked."""

    LOST = "lost", _("手机丢了")
    MISUSED = "misused", _("怀疑被别人用了")
    OWN_WISH = "own_wish", _("本人不想再用")


class Credential(models.Model):
    """One person's credential at the issuer; of the person check only its result is kept."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    person = models.UUIDField()
    name = models.CharField(max_length=64)
    insured_area = models.CharField(max_length=6)
    index_no = models.CharField(max_length=40, unique=True)
    number_hash = models.BigIntegerField(null=True)
    through = models.CharField(max_length=12, choices=ActivatedThrough.choices)
    place = models.CharField(max_length=64, blank=True)
    is_checked = models.BooleanField()
    state = models.CharField(max_length=8, choices=CredentialState.choices)
    activated_at = models.DateTimeField()
    activated_by = models.UUIDField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    end_reason = models.CharField(max_length=12, choices=EndReason.choices, blank=True)
    offline_handle = models.CharField(max_length=10, null=True, unique=True)  # noqa: DJ001  # none or one
    offline_at = models.DateTimeField(null=True)

    class Meta:
        """One that works for each person, one person for each own number."""

        indexes = [models.Index(fields=["person", "-id"], name="credential_of_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="active"), name="credential_one_works"
            ),
            models.UniqueConstraint(
                fields=["number_hash"],
                condition=Q(state="active", number_hash__isnull=False),
                name="credential_own_number",
            ),
            models.CheckConstraint(
                condition=Q(state="active", ended_at__isnull=True, end_reason="")
                | Q(state="revoked", ended_at__isnull=False, offline_handle__isnull=True),
                name="credential_ends_whole",
            ),
            models.CheckConstraint(condition=Q(is_checked=True), name="credential_was_checked"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class ShownCode(models.Model):
    """A code that was shown, or an offline one that came back; its keyed digest alone."""

    institution = models.CharField(max_length=32)
    credential = models.ForeignKey(
        Credential, on_delete=models.PROTECT, related_name="codes", db_constraint=False
    )
    presenter = models.UUIDField()
    digest = models.CharField(max_length=64, unique=True)
    only_at = models.CharField(max_length=32, blank=True)
    is_offline = models.BooleanField(default=False)
    shown_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_terminal = models.CharField(max_length=65, blank=True)
    void_at = models.DateTimeField(null=True)

    class Meta:
        """At most one code of a credential is good at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["credential"],
                condition=Q(used_at__isnull=True, void_at__isnull=True),
                name="code_one_is_good",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("shown_at")), name="code_expires_after_showing"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Redemption(models.Model):
    """One use of one code at one terminal; `out_biz_no` is the institution's own number for it."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    terminal = models.CharField(max_length=32)
    out_biz_no = models.CharField(max_length=64)
    business_type = models.CharField(max_length=5)
    code = models.OneToOneField(
        ShownCode, on_delete=models.PROTECT, related_name="redemption", db_constraint=False
    )
    digest = models.CharField(max_length=64)
    person = models.UUIDField()
    presenter = models.UUIDField()
    name_masked = models.CharField(max_length=64)
    insured_area = models.CharField(max_length=6)
    is_offline = models.BooleanField()
    at = models.DateTimeField()
    operator = models.UUIDField()

    class Meta:
        """A number of an institution stands for one use."""

        indexes = [
            models.Index(fields=["institution", "-id"], name="redemption_of_institution"),
            models.Index(fields=["person", "-id"], name="redemption_of_person"),
            models.Index(fields=["presenter", "-id"], name="redemption_of_presenter"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "out_biz_no"], name="redemption_number_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)

    @property
    def is_for_somebody_else(self) -> bool:
        """Whether a guardian or delegate showed the code."""
        return self.presenter != self.person


class RefusedTry(models.Model):
    """A code of a person that a counter handed in and that was not accepted, once for each reason and terminal."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    terminal = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=48)
    person = models.UUIDField()
    presenter = models.UUIDField()
    at = models.DateTimeField()
    operator = models.UUIDField()

    class Meta:
        """The same again adds no row."""

        indexes = [
            models.Index(fields=["person", "-id"], name="refused_try_of_person"),
            models.Index(fields=["presenter", "-id"], name="refused_try_of_presenter"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "terminal", "digest", "reason"], name="refused_try_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class Terminal(models.Model):
    """A counter's terminal that the bureau registered; nothing else redeems."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    code = models.CharField(max_length=32)
    place = models.CharField(max_length=64)
    registered_at = models.DateTimeField()
    registered_by = models.UUIDField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A code stands for one terminal of an institution, for good."""

        constraints = [
            models.UniqueConstraint(fields=["institution", "code"], name="terminal_once"),
        ]

    def __str__(self) -> str:
        return self.code


class BondState(models.TextChoices):
    """Whether the holder may show the member's code."""

    ASKED = "asked", _("等家人同意")
    ACTIVE = "active", _("可以代为出示")
    DECLINED = "declined", _("家人没有同意")
    ENDED = "ended", _("已解除")


class FamilyBond(models.Model):
    """A holder who may show a member's code: guardian of a child, or delegate of a grown-up."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    holder = models.UUIDField()
    holder_name = models.CharField(max_length=64)
    member = models.UUIDField()
    member_name = models.CharField(max_length=64)
    kind = models.CharField(
        max_length=8, choices=[("guardian", _("监护人")), ("delegate", _("受托家人"))]
    )
    state = models.CharField(max_length=8, choices=BondState.choices)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)

    class Meta:
        """Two people are tied once at a time."""

        indexes = [
            models.Index(fields=["holder", "-id"], name="bond_of_holder"),
            models.Index(fields=["member", "-id"], name="bond_of_member"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "member"],
                condition=Q(state__in=["asked", "active"]),
                name="bond_once",
            ),
            models.CheckConstraint(condition=~Q(holder=F("member")), name="bond_is_of_two"),
        ]

    def __str__(self) -> str:
        return str(self.ref)
