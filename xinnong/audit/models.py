"""The audit log: one entry per command, never changed; and the evidence log that numbers them.

Owner kind of an entry: that of the operator named in each row; read by its oversight and by whoever
acted. The tables of the evidence log hold hashes, keys and signatures, which anybody may know.
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


class Pending(models.Model):
    """An entry that has no leaf yet; a trigger writes it with the entry, sequencing takes it away.

    It shows when the entry does, however late its transaction commits; that is how none is missed.
    """

    entry = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return str(self.entry)


class Leaf(models.Model):
    """The number of an entry in the log, and the hash of the two."""

    index = models.BigIntegerField(primary_key=True)
    entry = models.BigIntegerField(unique=True)
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return str(self.index)


class Node(models.Model):
    """The root over 256 complete leaves (rung 1), over 65,536 (rung 2), and so on."""

    pk = models.CompositePrimaryKey("rung", "index")
    rung = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.rung}/{self.index}"


class NoteKind(models.TextChoices):
    """Whose key it is."""

    LOG = "l", "log"
    WITNESS = "w", "witness"


class NoteSigner(models.Model):
    """A public Ed25519 key of the log or of a witness; `ref` stands in the entry of its registration."""

    ref = models.UUIDField(unique=True, default=new_ref, editable=False)
    name = models.CharField(max_length=63)
    kind = models.CharField(max_length=1, choices=NoteKind.choices)
    point = models.BinaryField(max_length=32)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "point"], name="note_signer_once"),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(kind="w", ended_at=None),
                name="note_signer_one_key_a_witness",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LogCheckpoint(models.Model):
    """What the log said of itself at one size, signed by its own key."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    note = models.TextField()

    def __str__(self) -> str:
        return str(self.size)


class Cosignature(models.Model):
    """A witness's signature below a checkpoint: that it only added to the last one the witness saw."""

    checkpoint = models.ForeignKey(LogCheckpoint, on_delete=models.PROTECT, related_name="+")
    signer = models.ForeignKey(NoteSigner, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    line = models.CharField(max_length=512)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["checkpoint", "signer"], name="cosignature_once_a_witness"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checkpoint_id} {self.signer_id}"
