"""Persons, households, organisations, and the refresh runs that produce them.

Owner kind of every table here: the county's government credit service (a).
Batch and row numbers are plain references, because sources stands above registry.
"""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    """Life of a county refresh; exactly one run is current."""

    RUNNING = "running", _("进行中")
    CURRENT = "current", _("当前")
    PAST = "past", _("历史")
    FAILED = "failed", _("失败")


INTERRUPTED: Final = "interrupted"
"""What stands as the fault of a run that Ctrl-C or a kill ended."""


class Run(models.Model):
    """One county refresh: what was known, until when, with which documents."""

    ref = models.UUIDField(unique=True)
    as_of = models.DateField()
    known_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=RunState.choices)
    batches = models.IntegerField(default=0)
    households = models.IntegerField(default=0)
    persons = models.IntegerField(default=0)
    card_sha256 = models.CharField(max_length=64, blank=True)
    policy_sha256 = models.CharField(max_length=64, blank=True)
    input_sha256 = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=64, blank=True)

    class Meta:
        """A second current run can never exist."""

        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="current"), name="run_one_current"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
                name="run_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.as_of} {self.state}"


class RunStage(models.Model):
    """Seconds, rows and peak memory of one stage of a run."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="stages")
    position = models.SmallIntegerField()
    name = models.CharField(max_length=32)
    seconds = models.DecimalField(max_digits=10, decimal_places=3)
    rows = models.BigIntegerField()
    peak_mb = models.IntegerField()

    class Meta:
        """Stages are read in the order they ran."""

        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="run_stage_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.name}"


class HouseholdState(models.TextChoices):
    """What became of a household number."""

    ACTIVE = "active", _("在册")
    MERGED = "merged", _("已并户")
    SPLIT = "split", _("已分户")
    GONE = "gone", _("已销户")


class Household(models.Model):
    """People who live and budget together; the primary key is the household number."""

    id = models.BigIntegerField(primary_key=True)
    ref = models.CharField(max_length=14, unique=True)
    area12 = models.CharField(max_length=12)
    head_name = models.CharField(max_length=64, blank=True)
    members_count = models.SmallIntegerField(default=0)
    workers_count = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=HouseholdState.choices)
    successor_id = models.BigIntegerField(null=True)
    first_run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    last_run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Lists page by village and number; only a gone household has a successor."""

        indexes = [models.Index(fields=["area12", "id"], name="household_area")]
        constraints = [
            models.CheckConstraint(
                condition=Q(successor_id__isnull=True) | ~Q(state="active"),
                name="household_active_has_no_successor",
            ),
            models.CheckConstraint(condition=Q(id__gt=0), name="household_number_positive"),
        ]

    def __str__(self) -> str:
        return self.ref


class Person(models.Model):
    """A natural person known by one valid resident id; the id itself is in Identity."""

    id = models.BigAutoField(primary_key=True)
    ref = models.UUIDField(unique=True)
    key = models.UUIDField(unique=True)
    household = models.ForeignKey(
        Household, null=True, on_delete=models.PROTECT, related_name="persons"
    )
    relation = models.CharField(max_length=16, blank=True)
    evidence = models.CharField(max_length=16, blank=True)
    name = models.CharField(max_length=64, db_collation="C")
    initials = models.CharField(max_length=32, db_collation="C")
    birth = models.DateField(null=True)
    sex = models.CharField(max_length=1, blank=True)
    area12 = models.CharField(max_length=12)
    state = models.CharField(max_length=8)
    is_head = models.BooleanField(default=False)

    class Meta:
        """Prefix search runs on byte order, which is leakproof under row-level security."""

        indexes = [
            models.Index(fields=["name", "id"], name="person_name"),
            models.Index(fields=["initials", "id"], name="person_initials"),
            models.Index(fields=["area12", "id"], name="person_area"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class Identity(models.Model):
    """The vault: resident id, phone and address sealed, with keyed hashes to find them.

    `sealed` is AES-GCM over a small JSON object under the key named by `key_id`; the hashes are
    the first 63 bits of keyed HMAC-SHA256 digests. `content_hash` covers all three values, so
    that a run seals again only what changed.
    """

    person = models.OneToOneField(
        Person, primary_key=True, on_delete=models.CASCADE, related_name="identity"
    )
    area12 = models.CharField(max_length=12)
    key_id = models.CharField(max_length=16)
    sealed = models.BinaryField()
    content_hash = models.BigIntegerField()
    rid_hash = models.BigIntegerField()
    rid_tail4_hash = models.BigIntegerField()
    rid_tail5_hash = models.BigIntegerField()
    rid_tail6_hash = models.BigIntegerField()
    phone_hash = models.BigIntegerField(null=True)
    phone_tail4_hash = models.BigIntegerField(null=True)
    phone_tail5_hash = models.BigIntegerField(null=True)
    phone_tail6_hash = models.BigIntegerField(null=True)

    class Meta:
        """Equality on keyed hashes is leakproof, so these indexes work under row-level security."""

        verbose_name_plural = "identities"
        indexes = [
            models.Index(fields=["rid_hash"], name="identity_rid"),
            models.Index(fields=["rid_tail4_hash"], name="identity_rid4"),
            models.Index(fields=["rid_tail5_hash"], name="identity_rid5"),
            models.Index(fields=["rid_tail6_hash"], name="identity_rid6"),
            models.Index(fields=["phone_hash"], name="identity_phone"),
            models.Index(fields=["phone_tail4_hash"], name="identity_phone4"),
            models.Index(fields=["phone_tail5_hash"], name="identity_phone5"),
            models.Index(fields=["phone_tail6_hash"], name="identity_phone6"),
        ]

    def __str__(self) -> str:
        return str(self.person_id)


class Membership(models.Model):
    """A person's time in a household; only changes are written, so history survives runs."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    area12 = models.CharField(max_length=12)
    relation = models.CharField(max_length=16, blank=True)
    evidence = models.CharField(max_length=16)
    since_run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    until_run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """A person belongs to one household at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(until_run__isnull=True),
                name="membership_one_household_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id}:{self.person_id}"


class Organisation(models.Model):
    """A co-op, firm or village collective, known by its unified social credit code."""

    uscc = models.CharField(max_length=18, unique=True)
    ref = models.UUIDField(unique=True)
    name = models.CharField(max_length=128)
    kind = models.CharField(max_length=16)
    area12 = models.CharField(max_length=12, blank=True)
    head_key = models.UUIDField(null=True)
    members_count = models.IntegerField(default=0)
    model_level = models.CharField(max_length=8, blank=True)
    last_run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.uscc


class PendingState(models.TextChoices):
    """Whether a row without a usable id has found its person."""

    WAITING = "waiting", _("待关联")
    LINKED = "linked", _("已关联")
    CLOSED = "closed", _("已关闭")


class PendingLink(models.Model):
    """A delivered row whose only fault is a broken or missing resident id."""

    class_name = models.CharField(max_length=32)
    batch = models.BigIntegerField()
    row = models.IntegerField()
    reason = models.CharField(max_length=32)
    state = models.CharField(max_length=8, choices=PendingState.choices)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        """One row waits once."""

        indexes = [models.Index(fields=["class_name", "state"], name="pending_class_state")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "row", "class_name"], name="pending_once"),
        ]

    def __str__(self) -> str:
        return f"{self.class_name} {self.batch}:{self.row}"
