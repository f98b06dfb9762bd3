"""What every row about a borrower carries: whose book it is in, and whom it is about."""

from __future__ import annotations

from django.db import models

from xinnong.registry.models import Household


class OfHousehold(models.Model):
    """A lender's row about one person of a household; the village bounds who may see it.

    The database checks a plain foreign key past row-level security, so that whoever may write could
    ask it who exists. None leads from here to a household; rows of lending refer to each other by
    keys that include lender and village (see the migration), which no policy lets anybody invent.
    """

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    area12 = models.CharField(max_length=12)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    person = models.UUIDField()

    class Meta:
        """Each kind of row has a table of its own."""

        abstract = True

    def __str__(self) -> str:
        return str(self.ref)
