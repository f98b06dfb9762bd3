"""Phones of agents that prove a live badge with a key made on them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xinnong.outreach.models.channels import Agent


class AgentPhone(models.Model):
    """A phone that an agent was given a code for, and the public part of the key it made.

    The private part was made in the phone's browser and cannot be read out of it. One phone of an
    agent counts; a newer one ends the one before.
    """

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    agent = models.ForeignKey(
        Agent, db_constraint=False, on_delete=models.PROTECT, related_name="phones"
    )
    code_hash = models.BinaryField(max_length=32)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    good_until = models.DateTimeField()
    point = models.BinaryField(max_length=33, null=True)
    enrolled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code_hash"], name="agent_phone_code_once"),
            models.UniqueConstraint(fields=["point"], name="agent_phone_key_once"),
            models.UniqueConstraint(
                fields=["agent"],
                condition=Q(ended_at__isnull=True, point__isnull=True),
                name="agent_phone_one_asked_for",
            ),
            models.UniqueConstraint(
                fields=["agent"],
                condition=Q(ended_at__isnull=True, point__isnull=False),
                name="agent_phone_one_counts",
            ),
            models.CheckConstraint(
                condition=Q(point__isnull=True, enrolled_at__isnull=True)
                | Q(point__isnull=False, enrolled_at__isnull=False),
                name="agent_phone_key_with_its_hour",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)
