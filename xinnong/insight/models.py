"""Summary tables of a run: no person and no household can be read from them.

Areas are county (6 digits), town (9 digits) and village (12 digits) codes. Counts of granted lines
are per lender; the row with an empty lender counts a household once whatever the number of lenders.
"""

from __future__ import annotations

from django.db import models

from xinnong.credit.models import LineKind
from xinnong.registry.models import Run


class AreaSummary(models.Model):
    """Households, lines and sums of one area, kind and lender."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    area = models.CharField(max_length=12)
    kind = models.CharField(max_length=8, choices=LineKind.choices)
    lender = models.CharField(max_length=32, blank=True)
    households = models.IntegerField()
    lined_households = models.IntegerField()
    line_sum_minor = models.BigIntegerField()
    points_sum = models.BigIntegerField()
    scored_households = models.IntegerField()
    first_borrowers = models.IntegerField()

    class Meta:
        """One row per area, kind and lender in a run."""

        constraints = [
            models.UniqueConstraint(
                fields=["run", "area", "kind", "lender"], name="area_summary_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.kind}"


class GradeCount(models.Model):
    """Households of one grade in one area."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    area = models.CharField(max_length=12)
    kind = models.CharField(max_length=8, choices=LineKind.choices)
    lender = models.CharField(max_length=32, blank=True)
    grade = models.CharField(max_length=4)
    households = models.IntegerField()

    class Meta:
        """One row per area, kind, lender and grade."""

        constraints = [
            models.UniqueConstraint(
                fields=["run", "area", "kind", "lender", "grade"], name="grade_count_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.grade}"


class LineBand(models.Model):
    """Households whose line lies in [floor, ceiling) fen, in one area."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    area = models.CharField(max_length=12)
    kind = models.CharField(max_length=8, choices=LineKind.choices)
    lender = models.CharField(max_length=32, blank=True)
    floor_minor = models.BigIntegerField()
    ceiling_minor = models.BigIntegerField(null=True)
    households = models.IntegerField()

    class Meta:
        """One row per area, kind, lender and band."""

        constraints = [
            models.UniqueConstraint(
                fields=["run", "area", "kind", "lender", "floor_minor"], name="line_band_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.floor_minor}"
