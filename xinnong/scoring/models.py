"""Published scorecards (immutable) and the scores of a run."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xinnong.profiles.models import Basis
from xinnong.registry.models import Household, Run


class PublishedScorecard(models.Model):
    """An immutable scorecard: canonical bytes, checksum, two different signers."""

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

        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="scorecard_version_once"),
            models.CheckConstraint(
                condition=~Q(first_signer=F("second_signer")), name="scorecard_two_signers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class Score(models.Model):
    """Points, grade and reasons of one household on one basis in a run."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    scorecard = models.ForeignKey(PublishedScorecard, on_delete=models.PROTECT, related_name="+")
    area12 = models.CharField(max_length=12)
    basis = models.CharField(max_length=8, choices=Basis.choices)
    lender = models.CharField(max_length=32, blank=True)
    points = models.SmallIntegerField()
    grade = models.CharField(max_length=4)
    assets_points = models.SmallIntegerField()
    liabilities_points = models.SmallIntegerField()
    income_points = models.SmallIntegerField()
    family_points = models.SmallIntegerField()
    standing_points = models.SmallIntegerField()
    character_points = models.SmallIntegerField()
    points_by_feature = ArrayField(models.SmallIntegerField())
    reason_codes = ArrayField(models.CharField(max_length=48))
    first_borrower = models.BooleanField()

    class Meta:
        """One score per household, basis and lender in a run."""

        constraints = [
            models.UniqueConstraint(
                fields=["run", "household", "basis", "lender"], name="score_once"
            ),
            models.CheckConstraint(
                condition=(Q(basis="granted") & ~Q(lender=""))
                | (Q(basis__in=["pre", "base"]) & Q(lender="")),
                name="score_lender_only_when_granted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.basis} {self.points}"
