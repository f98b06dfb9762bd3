"""Published credit policies (immutable) and the lines of a run."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from xinnong.registry.models import Household, Run


class PublishedPolicy(models.Model):
    """An immutable policy: canonical bytes, checksum, two different signers."""

    code = models.CharField(max_length=48)
    version = models.CharField(max_length=16)
    effective_on = models.DateField()
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64, unique=True)
    schema_version = models.SmallIntegerField()
    first_signer = models.UUIDField()
    second_signer = models.UUIDField()
    published_at = models.DateTimeField()

    class Meta:
        """A version is published once, by two people."""

        verbose_name_plural = "published policies"
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="policy_version_once"),
            models.CheckConstraint(
                condition=~Q(first_signer=F("second_signer")), name="policy_two_signers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class LineKind(models.TextChoices):
    """A campaign figure, or an amount that is offered."""

    PRE = "pre", _("预授信")
    GRANTED = "granted", _("授信")


class Line(models.Model):
    """The line of one household: every addend of the rule, in fen.

    A pre line belongs to the county service and has no lender; a granted line belongs to exactly
    one lender and is seen by that lender only. Addends that no pre line has are NULL there. `line_minor` is a whole number of hundred yuan.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey(PublishedPolicy, on_delete=models.PROTECT, related_name="+")
    area12 = models.CharField(max_length=12)
    kind = models.CharField(max_length=8, choices=LineKind.choices)
    lender = models.CharField(max_length=32, blank=True)
    grade = models.CharField(max_length=4)
    points = models.SmallIntegerField()
    line_minor = models.BigIntegerField()
    base_minor = models.BigIntegerField(null=True)
    assets_minor = models.BigIntegerField(null=True)
    income_minor = models.BigIntegerField(null=True)
    elsewhere_minor = models.BigIntegerField(null=True)
    area_minor = models.BigIntegerField(null=True)
    uncapped_minor = models.BigIntegerField(null=True)
    custody_minor = models.BigIntegerField(null=True)
    cap_code = models.CharField(max_length=32, blank=True)
    closed_gates = ArrayField(models.CharField(max_length=48))
    rate_percent = models.DecimalField(max_digits=9, decimal_places=6, null=True)

    class Meta:
        """One line per household, kind and lender; whole hundreds; a closed gate means zero."""

        constraints = [
            models.UniqueConstraint(
                fields=["run", "household", "kind", "lender"], name="line_once"
            ),
            models.CheckConstraint(
                condition=Q(line_minor__gte=0, line_minor__lte=30_000_000),
                name="line_within_household_cap",
            ),
            models.CheckConstraint(
                condition=Exact(Mod("line_minor", 10_000), 0), name="line_whole_hundreds"
            ),
            models.CheckConstraint(
                condition=(Q(kind="granted") & ~Q(lender="")) | Q(kind="pre", lender=""),
                name="line_lender_only_when_granted",
            ),
            models.CheckConstraint(
                condition=Q(closed_gates__len=0) | Q(line_minor=0), name="line_gate_closes_to_zero"
            ),
            models.CheckConstraint(
                condition=Q(custody_minor__isnull=True) | Q(kind="granted", custody_minor__gte=0),
                name="line_custody_only_when_granted",
            ),
        ]
        indexes = [
            models.Index(fields=["run", "kind", "lender", "grade", "household"], name="line_grade"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.kind} {self.line_minor}"
