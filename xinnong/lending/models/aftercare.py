"""贷后检查: tasks that the night makes, and what whoever went there found."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinnong.lending.models.loans import of_loan


class UseFound(models.TextChoices):
    """Whether the money went where the borrower had said."""

    AS_STATED = "as_stated", _("按约定用途使用")
    UNCLEAR = "unclear", _("看不清，再查")
    MISUSED = "misused", _("挪作他用")


class LoanCheck(models.Model):
    """One look at a loan after it was drawn; `n` counts the loan's checks from 1.

    `officer` is whom the task waits for; `rules_on` dates the rules by which it was made.
    """

    ref = models.UUIDField(unique=True)
    loan = of_loan()
    institution = models.CharField(max_length=32)
    n = models.SmallIntegerField()
    due_on = models.DateField()
    officer = models.UUIDField(null=True)
    rules_on = models.DateField()
    made_on = models.DateField()
    done_on = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.UUIDField(null=True)
    found = models.CharField(max_length=12, choices=UseFound.choices, blank=True)
    said = models.CharField(max_length=500, blank=True)
    photos = ArrayField(models.CharField(max_length=64), default=list)

    class Meta:
        """Never twice; one open task a loan; what was done says by whom, when and what."""

        indexes = [
            models.Index(
                fields=["institution", "due_on", "id"],
                condition=Q(done_at__isnull=True),
                name="check_to_do",
            ),
            models.Index(
                fields=["institution", "done_at"],
                condition=Q(done_at__isnull=False),
                name="check_done_at",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["loan", "n"], name="check_once"),
            models.UniqueConstraint(
                fields=["loan"], condition=Q(done_at__isnull=True), name="check_one_open"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None, done_on=None, found="")
                | (
                    Q(done_at__isnull=False, done_by__isnull=False, done_on__isnull=False)
                    & ~Q(found="")
                    & ~Q(said="")
                ),
                name="check_done_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} #{self.n} {self.due_on}"


class CheckLook(models.Model):
    """How far the last look for checks of a lender came, so that the next one begins there.

    `open_on` is the business day and `whole_on` the day of the last look at everything, by the dated
    rules of `rules_on`.
    """

    institution = models.CharField(max_length=32, unique=True)
    looked_at = models.DateTimeField()
    open_on = models.DateField()
    whole_on = models.DateField()
    rules_on = models.DateField()
    newest_loan = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.institution} {self.looked_at}"
