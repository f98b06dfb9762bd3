"""The book of loans at the end of each month, and the sums of it that others may read."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from xinnong.lending.models.loans import of_loan


class MonthEnd(models.Model):
    """Where one open loan stood at the end of a month; written once by the day's end.

    `due_minor` fell due in the month; `late_within`: something was paid in it after its day, and
    nothing is late at its end. `mended_on`: a correction by value date changed the row on that day.
    """

    loan = of_loan()
    institution = models.CharField(max_length=32)
    on = models.DateField()
    balance_minor = models.BigIntegerField()
    due_minor = models.BigIntegerField()
    overdue_minor = models.BigIntegerField()
    overdue_principal_minor = models.BigIntegerField()
    overdue_since = models.DateField(null=True)
    late_within = models.BooleanField()
    days_past_due = models.IntegerField()
    asset_class = models.SmallIntegerField()
    special_minor = models.BigIntegerField()
    mended_on = models.DateField(null=True)

    class Meta:
        """Once a month; the pages read one day of one lender."""

        indexes = [models.Index(fields=["institution", "on"], name="month_end_of_institution")]
        constraints = [
            models.UniqueConstraint(fields=["loan", "on"], name="month_end_once"),
            models.CheckConstraint(
                condition=Q(
                    overdue_principal_minor__gte=0,
                    overdue_principal_minor__lte=F("overdue_minor"),
                    days_past_due__gte=0,
                ),
                name="month_end_parts_within_the_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.on}"


class BookSum(models.Model):
    """A lender's book at a month end by one dimension: no person and no loan can be read from it."""

    institution = models.CharField(max_length=32)
    on = models.DateField()
    dimension = models.CharField(max_length=8)
    value = models.CharField(max_length=32, blank=True)
    loans = models.IntegerField()
    borrowers = models.IntegerField()
    balance_minor = models.BigIntegerField()

    class Meta:
        """One row per dimension and value."""

        constraints = [
            models.UniqueConstraint(
                fields=["institution", "on", "dimension", "value"], name="book_sum_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.on} {self.dimension}"
