"""Who read whom, for what. Owner kind: the operator of whoever read; never changed.

References to households and persons are plain numbers and UUIDs without foreign keys: a read is
remembered after what was read is gone.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xinnong.audit.refs import new_ref
from xinnong.privacy.purposes import CASE_LENGTH, Purpose


class ReadKind(models.TextChoices):
    """How the person's data were reached."""

    OPENED = "opened", "opened"
    UNMASKED = "unmasked", "unmasked"
    EXPORTED = "exported", "exported"
    API = "api", "api"


class Read(models.Model):
    """One household, or one person of it, opened once."""

    ref = models.UUIDField(unique=True, default=new_ref, editable=False)
    at = models.DateTimeField()
    actor = models.UUIDField()
    actor_name = models.CharField(max_length=128)
    owner_kind = models.CharField(max_length=1)
    institution = models.CharField(max_length=32, blank=True)
    institution_name = models.CharField(max_length=128, blank=True)
    kind = models.CharField(max_length=8, choices=ReadKind.choices)
    household_id = models.BigIntegerField(null=True)
    person = models.UUIDField(null=True)
    area12 = models.CharField(max_length=12, blank=True)
    fields = ArrayField(models.CharField(max_length=48))
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    case = models.CharField(max_length=CASE_LENGTH, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["household_id", "id"], name="read_household"),
            models.Index(fields=["actor", "id"], name="read_actor"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(household_id__isnull=False) | models.Q(person__isnull=False),
                name="read_names_household_or_person",
            ),
            models.CheckConstraint(
                condition=models.Q(purpose__in=Purpose.values), name="read_purpose_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.purpose}"


class Listing(models.Model):
    """A search, list or export: what was asked in coarse words and which households it showed."""

    ref = models.UUIDField(unique=True, default=new_ref, editable=False)
    at = models.DateTimeField()
    actor = models.UUIDField()
    owner_kind = models.CharField(max_length=1)
    institution = models.CharField(max_length=32, blank=True)
    asked = models.CharField(max_length=32)
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    households = ArrayField(models.BigIntegerField())
    shown = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["actor", "id"], name="listing_actor")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(purpose__in=Purpose.values), name="listing_purpose_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.asked} {self.shown}"


class CanaryState(models.TextChoices):
    """Where a planted household stands; every step is asked for by one overseer and decided by another."""

    PROPOSED = "proposed", _("待第二人核准")
    REFUSED = "refused", _("未核准")
    PLANTED = "planted", _("已布设")
    LEAVING = "leaving", _("撤除待核准")
    REMOVED = "removed", _("已撤除")


class Canary(models.Model):
    """An invented household among the real ones, there only to be read by whoever reads too much.

    The household and its people stand in the register's own tables and look like any; that they are
    invented stands here alone, for the county's overseers. Number and template are filled in when it
    is laid out.
    """

    ref = models.UUIDField(unique=True)
    area12 = models.CharField(max_length=12)
    head_name = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=CanaryState.choices)
    household_id = models.BigIntegerField(null=True, unique=True)
    template_id = models.BigIntegerField(null=True)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    leave_asked_by = models.UUIDField(null=True)
    removed_by = models.UUIDField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "canaries"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "refused"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="canary_planted_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="removed")
                | (Q(removed_by__isnull=False) & ~Q(removed_by=F("leave_asked_by"))),
                name="canary_removed_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.state}"


class CaseKey(models.Model):
    """The key under which everything of one case is sealed, itself sealed by the vault; none once erased."""

    case = models.UUIDField(unique=True)
    owner_kind = models.CharField(max_length=1)
    institution = models.CharField(max_length=32)
    key_id = models.CharField(max_length=16)
    wrapped = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(wrapped=None, destroyed_at__isnull=False)
                | Q(wrapped__isnull=False, destroyed_at=None),
                name="case_key_is_there_or_destroyed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.case)


class SealedPayload(models.Model):
    """Bytes of a case as they were sealed; never changed. Their digest stands in the audit entry."""

    ref = models.UUIDField(unique=True, default=new_ref, editable=False)
    case_key = models.ForeignKey(
        CaseKey, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    owner_kind = models.CharField(max_length=1)
    institution = models.CharField(max_length=32)
    at = models.DateTimeField()
    kind = models.CharField(max_length=32)
    person = models.UUIDField(null=True)
    sealed = models.BinaryField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"
