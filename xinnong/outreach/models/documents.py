"""The register of letters and notices, and the wrong codes that were tried."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value


class Document(models.Model):
    """A letter or notice as its issuing body filed it; `number_key` is the number in one spelling.

    `digits` are those of the number, for the keys of a telephone. `villages` are codes of any level below the county; none of them is the whole county.
    """

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    issuer = models.CharField(max_length=32)
    number = models.CharField(max_length=64)
    number_key = models.CharField(max_length=64, unique=True)
    digits = models.GeneratedField(
        expression=Func(
            F("number_key"), Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace"
        ),
        output_field=models.CharField(max_length=64),
        db_persist=True,
    )
    title = models.CharField(max_length=128)
    issued_on = models.DateField()
    valid_until = models.DateField()
    villages = ArrayField(models.CharField(max_length=12), default=list)
    file_sha256 = models.CharField(max_length=64)
    filed_by = models.UUIDField()
    filed_at = models.DateTimeField()
    withdrawn_by = models.UUIDField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("issued_on")), name="document_ends_after_it_begins"
            ),
        ]
        indexes = [models.Index(fields=["digits"], name="documents_by_digits")]

    def __str__(self) -> str:
        return self.number


class WrongCode(models.Model):
    """A code that was nobody's, once per hour and asker; both as keyed hashes.

    `village` is the one that was named along, or "". A whole village that asks about one forged badge
    counts as one.
    """

    hour = models.DateTimeField()
    asker = models.BinaryField(max_length=16)
    village = models.CharField(max_length=12, blank=True)
    code = models.BinaryField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "asker", "village", "code"], name="wrong_code_counts_once"
            ),
        ]
        indexes = [models.Index(fields=["hour", "village"], name="wrong_codes_of_an_hour")]

    def __str__(self) -> str:
        return f"{self.hour:%H}"
