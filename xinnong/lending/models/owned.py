"""What every row about a borrower carries: whose book it is in, and whom it is about."""

from __future__ import annotations

from django.db import models

from xinnong.registry.models import Household


class OfHousehold(models.Model):
    """A lender's row about one person of a household; the village bounds who may see it."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    area12 = models.CharField(max_length=12)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    person = models.UUIDField()

    class Meta:
        """Each kind of row has a table of its own."""

        abstract = True

    def __str__(self) -> str:
        return str(self.ref)
