"""Keys that badges are signed with, and the badges that were signed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xinnong.outreach.models.activities import Activity
from xinnong.outreach.models.channels import Agent


class BadgeKey(models.Model):
    """The public part of a signing key; the private one is with its keeper (a file, a security module).

    The newest key that is not retired signs; a retired one is still believed until the last badge
    under it is over. A revoked one (its private part may be with somebody else) is believed no more.
    """

    institution = models.CharField(max_length=32)
    key_id = models.BinaryField(max_length=2)
    algorithm = models.SmallIntegerField()
    point = models.BinaryField(max_length=33)
    made_by = models.UUIDField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key_id"], name="badge_key_once"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True)
                | Q(retired_at__isnull=False, revoked_by__isnull=False),
                name="badge_key_revoked_signs_no_more",
            ),
            models.CheckConstraint(
                condition=Q(algorithm__in=[-7, -19]), name="badge_key_algorithm_is_known"
            ),
        ]

    def __str__(self) -> str:
        return bytes(self.key_id).hex()


class Badge(models.Model):
    """A signed badge of one agent for one activity; its key in this table is its number and its place in the status list."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    activity = models.ForeignKey(
        Activity, db_constraint=False, on_delete=models.PROTECT, related_name="badges"
    )
    agent = models.ForeignKey(
        Agent, db_constraint=False, on_delete=models.PROTECT, related_name="badges"
    )
    key = models.ForeignKey(BadgeKey, on_delete=models.PROTECT, related_name="badges")
    message = models.BinaryField()
    issued_by = models.UUIDField()
    issued_at = models.DateTimeField()
    revoked_by = models.UUIDField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "agent"],
                condition=Q(revoked_at__isnull=True),
                name="badge_one_valid_per_agent_and_activity",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)
