"""Deliveries, batches and why rows were turned back.

Owner kind: the county's government credit service (a); a row that names a lender belongs to that
lender (b). Nothing here holds a value about a person: names of files, counts, codes and paths.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xinnong.accounts.models import Institution
from xinnong.audit.refs import new_ref

CODE_LENGTH = 48


class Channel(models.TextChoices):
    """How a delivery came in."""

    WEB = "web", _("网页")
    API = "api", _("接口")
    COMMAND = "command", _("命令行")


class DeliveryState(models.TextChoices):
    """Life of a delivery; a fault or a kill leaves it broken and the file can be sent again."""

    RECEIVED = "received", _("排队中")
    CHECKING = "checking", _("校验中")
    DONE = "done", _("已处理")
    BROKEN = "broken", _("处理中断")


class Delivery(models.Model):
    """One file as somebody handed it over; a zip holds several files, each its own batch."""

    ref = models.UUIDField(unique=True, default=new_ref, editable=False)
    file = models.CharField(max_length=255)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    state = models.CharField(max_length=8, choices=DeliveryState.choices)
    validate_only = models.BooleanField(default=False)
    class_option = models.CharField(max_length=32, blank=True)
    as_of_option = models.DateField(null=True)
    allowed_classes = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    institution = models.ForeignKey(
        Institution, null=True, on_delete=models.PROTECT, related_name="+"
    )
    lender = models.CharField(max_length=32, blank=True)
    delivered_by = models.UUIDField()
    size_bytes = models.BigIntegerField()
    spool = models.CharField(max_length=200, blank=True)
    files_total = models.IntegerField(default=0)
    files_done = models.IntegerField(default=0)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    refused = models.CharField(max_length=CODE_LENGTH, blank=True)
    refused_params = models.JSONField(default=dict, blank=True)
    received_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """The newest deliveries of a department come first."""

        verbose_name_plural = "deliveries"
        indexes = [models.Index(fields=["institution", "-id"], name="delivery_institution")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["received", "checking"], finished_at__isnull=True)
                | Q(state__in=["done", "broken"], finished_at__isnull=False),
                name="delivery_ends_when_it_is_over",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)

    @property
    def is_over(self) -> bool:
        """Whether the page that follows the progress may stop asking."""
        return self.state in {DeliveryState.DONE, DeliveryState.BROKEN}


class BatchState(models.TextChoices):
    """What became of one file; only live batches are read by the county refresh."""

    CHECKING = "checking", _("校验中")
    CHECKED = "checked", _("仅校验")
    LIVE = "live", _("已入库")
    UNCHANGED = "unchanged", _("无变化")
    REFUSED = "refused", _("整批退回")
    WITHDRAWN = "withdrawn", _("已撤回")
    BROKEN = "broken", _("处理中断")


class Batch(models.Model):
    """One file or zip member with its report; the primary key is the batch number of the lake.

    `earlier` are the batches of the same class and date that were live when this one was checked:
    its duplicates and conflicts were found against them.
    """

    ref = models.UUIDField(unique=True, default=new_ref, editable=False)
    delivery = models.ForeignKey(
        Delivery, null=True, on_delete=models.PROTECT, related_name="batches"
    )
    file = models.CharField(max_length=255)
    class_name = models.CharField(max_length=32, blank=True)
    as_of = models.DateField(null=True)
    institution = models.ForeignKey(
        Institution, null=True, on_delete=models.PROTECT, related_name="+"
    )
    lender = models.CharField(max_length=32, blank=True)
    delivered_by = models.UUIDField()
    state = models.CharField(max_length=9, choices=BatchState.choices)
    validate_only = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.BigIntegerField(default=0)
    read = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    repaired = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    refused = models.CharField(max_length=CODE_LENGTH, blank=True)
    refused_params = models.JSONField(default=dict, blank=True)
    unknown_columns = ArrayField(models.CharField(max_length=128), default=list, blank=True)
    missing_columns = ArrayField(models.CharField(max_length=128), default=list, blank=True)
    format = models.CharField(max_length=8, blank=True)
    error_format = models.CharField(max_length=8, blank=True)
    encoding = models.CharField(max_length=16, blank=True)
    separator = models.CharField(max_length=8, blank=True)
    schema_version = models.CharField(max_length=64, blank=True)
    lake_path = models.CharField(max_length=255, blank=True)
    vault_path = models.CharField(max_length=255, blank=True)
    errors_path = models.CharField(max_length=255, blank=True)
    pending_path = models.CharField(max_length=255, blank=True)
    raw_path = models.CharField(max_length=255, blank=True)
    seconds = models.DecimalField(max_digits=10, decimal_places=3, default=0)
    repeats = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    earlier = ArrayField(models.BigIntegerField(), default=list, blank=True)
    received_at = models.DateTimeField()
    live_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.UUIDField(null=True)
    withdrawn_for = models.CharField(max_length=200, blank=True)

    class Meta:
        """Nothing is lost: the four counts add up in every report that is not a refusal."""

        verbose_name_plural = "batches"
        indexes = [
            models.Index(fields=["class_name", "as_of"], name="batch_class_as_of"),
            models.Index(fields=["sha256"], name="batch_sha256"),
            models.Index(fields=["institution", "-id"], name="batch_institution"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["refused", "checking", "broken"])
                | Q(read=F("accepted") + F("repaired") + F("quarantined") + F("duplicate")),
                name="batch_counts_add_up",
            ),
            models.CheckConstraint(
                condition=Q(state="refused", refused__gt="") | Q(~Q(state="refused"), refused=""),
                name="batch_refusal_has_a_code",
            ),
            models.CheckConstraint(
                condition=Q(state="live", live_at__isnull=False, withdrawn_at__isnull=True)
                | Q(state="withdrawn", live_at__isnull=False, withdrawn_at__isnull=False)
                | Q(~Q(state__in=["live", "withdrawn"]), live_at__isnull=True),
                name="batch_live_times",
            ),
            models.UniqueConstraint(
                fields=["class_name", "as_of", "sha256"],
                condition=Q(state="checking", validate_only=False),
                name="batch_one_check_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.class_name} {self.as_of} {self.state}"


class BatchReason(models.Model):
    """How many rows of a batch carry a code: why quarantined, how repaired, what was remarked."""

    class Kind(models.TextChoices):
        """What the code says about the row."""

        REASON = "reason", _("退回原因")
        REPAIR = "repair", _("修复")
        REMARK = "remark", _("提示")

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="codes")
    lender = models.CharField(max_length=32, blank=True)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    code = models.CharField(max_length=CODE_LENGTH)
    rows = models.BigIntegerField()

    class Meta:
        """A code is counted once for a batch."""

        ordering = ["batch", "kind", "-rows", "code"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "kind", "code"], name="batch_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.code}"
