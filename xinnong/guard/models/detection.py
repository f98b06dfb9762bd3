"""What the engine remembers and found, and how rules fire against what was expected of them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from xinnong.guard.models.cases import Case
from xinnong.guard.models.feeds import FeedEvent
from xinnong.guard.models.packs import TakenPack
from xinnong.guard.models.rulebooks import PublishedRulebook

MARK = 32


class EngineMemory(models.Model):
    """How far a version has judged, and its memory at a place not beyond that."""

    cursor = models.BigIntegerField(default=0)
    kept_cursor = models.BigIntegerField(default=0)
    kept = models.BinaryField(null=True)
    events = models.BigIntegerField(default=0)
    late = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    alerts = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        """The tables are those of the streams."""

        abstract = True


class EngineState(EngineMemory):
    """Where a version of the rules about gangs is."""

    rulebook = models.OneToOneField(PublishedRulebook, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.rulebook_id} {self.cursor}"


class Alert(models.Model):
    """A rule that held about a subject; a grown one replaces the one before it.

    One of a neighbouring county's pack has the pack instead of a rulebook.
    """

    ref = models.UUIDField(unique=True)
    rulebook = models.ForeignKey(
        PublishedRulebook, null=True, on_delete=models.PROTECT, related_name="+"
    )
    pack = models.ForeignKey(TakenPack, null=True, on_delete=models.PROTECT, related_name="alerts")
    alert_id = models.CharField(max_length=20)
    rule = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    severity = models.CharField(max_length=8)
    is_shadow = models.BooleanField()
    is_current = models.BooleanField(default=True)
    supersedes = models.CharField(max_length=20, blank=True)
    villages = ArrayField(models.CharField(max_length=12))
    phone_marks = ArrayField(models.CharField(max_length=MARK))
    device_marks = ArrayField(models.CharField(max_length=MARK))
    agent_marks = ArrayField(models.CharField(max_length=MARK))
    evidence = models.IntegerField()
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="alerts")
    at = models.DateTimeField()
    found_at = models.DateTimeField()

    class Meta:
        """The same events give the same alert, which is kept once."""

        indexes = [models.Index(fields=["is_shadow", "is_current", "-id"], name="alert_shown")]
        constraints = [
            models.UniqueConstraint(fields=["rulebook", "alert_id"], name="guard_alert_once"),
            models.CheckConstraint(
                condition=Q(rulebook__isnull=True) ^ Q(pack__isnull=True),
                name="alert_of_a_rule_or_of_a_pack",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.alert_id}"


class AlertEvidence(models.Model):
    """One event an alert is made of; it is kept as long as the alert."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="members")
    event = models.ForeignKey(FeedEvent, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """An event stands in an alert once."""

        constraints = [
            models.UniqueConstraint(fields=["alert", "event"], name="alert_evidence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.event_id}"


class BackTest(models.Model):
    """What the bytes of a draft would have found on stored events, beside the version in use."""

    ref = models.UUIDField(unique=True)
    sha256 = models.CharField(max_length=64)
    against = models.ForeignKey(
        PublishedRulebook, null=True, on_delete=models.PROTECT, related_name="+"
    )
    events = models.IntegerField()
    from_at = models.DateTimeField(null=True)
    until_at = models.DateTimeField(null=True)
    rules = models.JSONField()
    run_by = models.UUIDField()
    run_at = models.DateTimeField()

    class Meta:
        """The newest of the same bytes counts."""

        indexes = [models.Index(fields=["sha256", "-id"], name="back_test_of")]

    def __str__(self) -> str:
        return str(self.ref)


class RateAlarm(models.Model):
    """A rule fired far more, or far less, than its back-test said; raised once a day."""

    rulebook = models.ForeignKey(PublishedRulebook, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=40)
    on = models.DateField()
    events = models.IntegerField()
    found = models.IntegerField()
    expected_milli = models.IntegerField()
    is_above = models.BooleanField()
    raised_at = models.DateTimeField()

    class Meta:
        """Once for a rule and a day."""

        constraints = [
            models.UniqueConstraint(fields=["rulebook", "rule", "on"], name="rate_alarm_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.on}"
