"""The audit log: one entry per command, never changed.

Owner kind: that of the operator named in each row; read by its oversight and by whoever acted.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xinnong.audit.refs import new_ref


class Entry(models.Model):
    """Who did what to what; a batch writes one entry with its counts, run and checksum.

    `actor` and `subject` are public references without foreign keys, so that an entry outlives
    what it speaks of. `counts` maps names to whole numbers and holds nothing personal.
    """

    ref = models.UUIDField(unique=True, default=new_ref, editable=False)
    at = models.DateTimeField()
    actor = models.UUIDField()
    owner_kind = models.CharField(max_length=1, blank=True)
    institution = models.CharField(max_length=32, blank=True)
    action = models.CharField(max_length=48)
    subject = models.UUIDField(null=True)
    run_id = models.BigIntegerField(null=True)
    counts = models.JSONField(default=dict)
    checksum = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["subject", "id"], name="entry_subject"),
            models.Index(fields=["actor", "id"], name="entry_actor"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__regex=r"^[a-z_]+\.[a-z_-]+$"),
                name="entry_action_is_app_dot_verb",
            ),
            models.CheckConstraint(
                condition=Q(checksum="") | Q(checksum__regex=r"^[0-9a-f]{64}$"),
                name="entry_checksum_is_sha256",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"
