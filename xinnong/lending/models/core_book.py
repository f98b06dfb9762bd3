"""Loans whose book is the lender's own core: what it says of them, what we work out, and breaks."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinnong.lending.models.loans import Loan, of_loan


class CoreFile(models.Model):
    """One nightly file: read = matched + broken + aside; `missing` loans stood in it no more."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    as_of = models.DateField()
    sha256 = models.CharField(max_length=64)
    read = models.IntegerField(default=0)
    matched = models.IntegerField(default=0)
    broken = models.IntegerField(default=0)
    aside = models.IntegerField(default=0)
    missing = models.IntegerField(default=0)
    came_at = models.DateTimeField()
    came_by = models.UUIDField()

    class Meta:
        """The same file is taken once for a day."""

        constraints = [
            models.UniqueConstraint(
                fields=["institution", "as_of", "sha256"], name="core_file_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.as_of}"


class CoreAside(models.Model):
    """A row of a file that says nothing we could use: where it stands and why."""

    institution = models.CharField(max_length=32)
    file = models.ForeignKey(
        CoreFile, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    row = models.IntegerField()
    field = models.CharField(max_length=32)
    code = models.CharField(max_length=48)

    def __str__(self) -> str:
        return f"{self.file_id} #{self.row} {self.code}"


class CoreFigure(models.Model):
    """One loan as the core said it last, and as we work it out for the same day."""

    loan = models.OneToOneField(
        Loan, primary_key=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    institution = models.CharField(max_length=32)
    number = models.CharField(max_length=64)
    as_of = models.DateField()
    principal_minor = models.BigIntegerField()
    interest_minor = models.BigIntegerField()
    days_past_due = models.IntegerField()
    asset_class = models.SmallIntegerField()
    our_principal_minor = models.BigIntegerField(default=0)
    our_interest_minor = models.BigIntegerField(default=0)
    our_days_past_due = models.IntegerField(default=0)
    our_asset_class = models.SmallIntegerField(default=1)

    class Meta:
        """The core's number names one loan."""

        constraints = [
            models.UniqueConstraint(fields=["institution", "number"], name="core_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.as_of}"


class BreakKind(models.TextChoices):
    """What differs."""

    PRINCIPAL = "principal", _("本金余额")
    INTEREST = "interest", _("应收利息")
    DAYS_PAST_DUE = "days_past_due", _("逾期天数")
    ASSET_CLASS = "asset_class", _("五级分类")
    MISSING = "missing", _("核心文件里没有这笔")


class BreakState(models.TextChoices):
    """How far a break is understood."""

    OPEN = "open", _("未查明")
    EXPLAINED = "explained", _("已说明")
    GONE = "gone", _("已消失")


class CoreBreak(models.Model):
    """One figure of one loan that differs, from the day it was first seen until it is gone."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    loan = of_loan()
    kind = models.CharField(max_length=16, choices=BreakKind.choices)
    ours = models.BigIntegerField()
    theirs = models.BigIntegerField()
    since_on = models.DateField()
    seen_on = models.DateField()
    state = models.CharField(max_length=10, choices=BreakState.choices, default=BreakState.OPEN)
    explanation = models.CharField(max_length=200, blank=True)
    explained_by = models.UUIDField(null=True)
    explained_at = models.DateTimeField(null=True)

    class Meta:
        """One break of a kind stands at a time."""

        indexes = [
            models.Index(fields=["institution", "state", "-id"], name="break_of_lender"),
            models.Index(fields=["loan"], name="break_of_loan"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["loan", "kind"], condition=~Q(state="gone"), name="break_stands_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.kind}"

    @property
    def difference(self) -> int:
        """Theirs less ours."""
        return self.theirs - self.ours
