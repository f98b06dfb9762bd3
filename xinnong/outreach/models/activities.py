"""Activities of field teams: filed, approved by two, announced, counted, closed."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xinnong.outreach.models.channels import Agent, Purpose, Team


class ActivityState(models.TextChoices):
    """How far an activity is; approved is what may take place."""

    FILED = "filed", _("等审批")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("未批准")
    CANCELLED = "cancelled", _("已取消")
    CLOSED = "closed", _("已办结")


class Activity(models.Model):
    """One visit of one team on one day, to villages of one town.

    `town` has twelve digits. The bureau and the town approve, two people; `attempt` and `lookup` belong to the
    eight digits: with the key they can be made again, and found without being kept.
    """

    ref = models.UUIDField(unique=True)
    key = models.UUIDField()
    institution = models.CharField(max_length=32)
    team = models.ForeignKey(
        Team, db_constraint=False, on_delete=models.PROTECT, related_name="activities"
    )
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    town = models.CharField(max_length=12)
    villages = ArrayField(models.CharField(max_length=12))
    place = models.CharField(max_length=64)
    on = models.DateField()
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    expected = models.IntegerField()
    state = models.CharField(
        max_length=12, choices=ActivityState.choices, default=ActivityState.FILED
    )
    filed_by = models.UUIDField()
    filed_at = models.DateTimeField()
    bureau_by = models.UUIDField(null=True)
    bureau_at = models.DateTimeField(null=True)
    town_by = models.UUIDField(null=True)
    town_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=200, blank=True)
    attempt = models.SmallIntegerField(null=True)
    lookup = models.BinaryField(max_length=32, null=True)
    served = models.IntegerField(null=True)
    activations = models.IntegerField(null=True)
    messages_sent = models.IntegerField(null=True)
    reported_by = models.UUIDField(null=True)
    reported_at = models.DateTimeField(null=True)
    differences = ArrayField(models.CharField(max_length=48), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "key"], name="activity_filed_once"),
            models.UniqueConstraint(fields=["lookup", "on"], name="activity_code_is_one_of_a_day"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")), name="activity_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "closed"])
                | Q(bureau_by__isnull=False, town_by__isnull=False, lookup__isnull=False),
                name="activity_approved_by_bureau_and_town",
            ),
            models.CheckConstraint(
                condition=Q(bureau_by__isnull=True)
                | Q(town_by__isnull=True)
                | ~Q(bureau_by=F("town_by")),
                name="activity_approved_by_two_people",
            ),
            models.CheckConstraint(
                condition=(Q(bureau_by__isnull=True) | ~Q(bureau_by=F("filed_by")))
                & (Q(town_by__isnull=True) | ~Q(town_by=F("filed_by"))),
                name="activity_not_approved_by_who_filed",
            ),
        ]
        indexes = [
            models.Index(fields=["on", "id"], name="activity_by_day"),
            models.Index(fields=["institution", "on"], name="activity_of_channel"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class ActivityAgent(models.Model):
    """Who of the team goes along; nobody is on two visits at once."""

    institution = models.CharField(max_length=32)
    activity = models.ForeignKey(
        Activity, db_constraint=False, on_delete=models.CASCADE, related_name="places"
    )
    agent = models.ForeignKey(
        Agent, db_constraint=False, on_delete=models.PROTECT, related_name="places"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity", "agent"], name="activity_agent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id}:{self.agent_id}"


class Notice(models.Model):
    """What the cadres of one village are told of an approved activity, and the heads they counted."""

    institution = models.CharField(max_length=32)
    activity = models.ForeignKey(
        Activity, db_constraint=False, on_delete=models.CASCADE, related_name="notices"
    )
    area12 = models.CharField(max_length=12)
    told_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.UUIDField(null=True)
    heads = models.IntegerField(null=True)
    counted_by = models.UUIDField(null=True)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity", "area12"], name="notice_once_per_village"),
            models.CheckConstraint(
                condition=Q(heads__isnull=True) | Q(heads__gte=0), name="notice_heads_not_negative"
            ),
        ]
        indexes = [models.Index(fields=["area12", "activity"], name="notice_of_village")]

    def __str__(self) -> str:
        return f"{self.activity_id}:{self.area12}"
