"""Areas with the dates between which their codes were valid. Public data, owner kind: public."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """The three levels of the tree."""

    COUNTY = "county", _("县（市、区）")
    TOWN = "town", _("乡镇（街道）")
    VILLAGE = "village", _("村（社区）")


class Area(models.Model):
    """One county, town or village under its twelve-digit code (GB/T 2260 and statistics codes).

    A retired code keeps its row, its last day and, where one exists, the code that replaced it.
    """

    code = models.CharField(max_length=12, unique=True)
    level = models.CharField(max_length=8, choices=Level.choices)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    name = models.CharField(max_length=64)
    name_en = models.CharField(max_length=96, blank=True)
    terrain = models.CharField(max_length=8, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    retired_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{12}$"), name="area_code_is_twelve_digits"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="area_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(retired_to__isnull=True) | Q(valid_to__isnull=False),
                name="area_successor_only_when_retired",
            ),
            models.CheckConstraint(
                condition=Q(level="county", parent__isnull=True)
                | (~Q(level="county") & Q(parent__isnull=False)),
                name="area_only_county_has_no_parent",
            ),
        ]
        indexes = [models.Index(fields=["level", "code"], name="area_level_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def prefix(self) -> str:
        """The digits every code below this area begins with: 6, 9 or 12 of them."""
        return self.code[: PREFIX_DIGITS[self.level]]


PREFIX_DIGITS: dict[str, int] = {Level.COUNTY: 6, Level.TOWN: 9, Level.VILLAGE: 12}
