"""Warnings of neighbouring villages and notices to victims: who approved them, whom they reached, when."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from xinnong.guard.models.cases import Case


class NeighbourWarning(models.Model):
    """One duty officer's approval to warn the villages around a case; written once."""

    ref = models.UUIDField(unique=True)
    key = models.UUIDField(unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="warnings")
    villages = ArrayField(models.CharField(max_length=12))
    text = models.CharField(max_length=300)
    alerted_at = models.DateTimeField()
    approved_by = models.UUIDField()
    approved_at = models.DateTimeField()

    class Meta:
        """A warning says something, to somewhere."""

        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(villages=[]), name="warning_says_what_and_where"
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class CadreWarning(models.Model):
    """A warning as one cadre has it: on the first page at once, by message when the number is known."""

    ref = models.UUIDField(unique=True)
    warning = models.ForeignKey(NeighbourWarning, on_delete=models.PROTECT, related_name="cadres")
    cadre = models.UUIDField()
    villages = ArrayField(models.CharField(max_length=12))
    sent_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        """Once to each cadre."""

        indexes = [
            models.Index(fields=["cadre", "-id"], name="warning_of_cadre"),
            models.Index(fields=["id"], condition=Q(sent_at=None), name="warning_to_send"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["warning", "cadre"], name="warning_once_a_cadre"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class CadreNumber(models.Model):
    """The sealed number on which a cadre wants to be warned; the cadre writes and changes it."""

    cadre = models.UUIDField(unique=True)
    sealed = models.BinaryField()
    key_id = models.CharField(max_length=12)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.cadre)


class VictimNotice(models.Model):
    """A message to the number of a case itself; the gateway alone sees which number that is."""

    ref = models.UUIDField(unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    mark = models.CharField(max_length=32)
    made_by = models.UUIDField()
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        """A number is told once of a case."""

        indexes = [models.Index(fields=["id"], condition=Q(sent_at=None), name="notice_to_send")]
        constraints = [
            models.UniqueConstraint(fields=["case", "mark"], name="victim_told_once"),
        ]

    def __str__(self) -> str:
        return str(self.ref)
