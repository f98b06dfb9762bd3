"""Rulebooks: drafts, published versions, and which version is in use since when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class PublishedRulebook(models.Model):
    """An immutable version: canonical bytes, checksum, two different signers."""

    code = models.CharField(max_length=40)
    version = models.CharField(max_length=24)
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64, unique=True)
    schema_version = models.SmallIntegerField()
    first_signer = models.UUIDField()
    second_signer = models.UUIDField()
    published_at = models.DateTimeField()

    class Meta:
        """A version is published once, by two people."""

        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="rulebook_version_once"),
            models.CheckConstraint(
                condition=~Q(first_signer=F("second_signer")), name="rulebook_two_signers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class RulebookMode(models.TextChoices):
    """Whether the alerts of a version reach cases, or are only counted."""

    LIVE = "live", _("正式运行")
    SHADOW = "shadow", _("影子运行（只计数，不成案）")


class UseState(models.TextChoices):
    """A change of what is in use is asked for by one person and confirmed by another."""

    PROPOSED = "proposed", _("待第二人确认")
    IN_FORCE = "in_force", _("生效中")
    ENDED = "ended", _("已结束")


class RulebookUse(models.Model):
    """A version is in use in a mode from an instant on; one live version at a time."""

    ref = models.UUIDField(unique=True)
    rulebook = models.ForeignKey(PublishedRulebook, on_delete=models.PROTECT, related_name="uses")
    mode = models.CharField(max_length=8, choices=RulebookMode.choices)
    state = models.CharField(max_length=12, choices=UseState.choices)
    proposed_by = models.UUIDField()
    confirmed_by = models.UUIDField(null=True)
    from_at = models.DateTimeField(null=True)
    until_at = models.DateTimeField(null=True)

    class Meta:
        """Two people, one live version, a version in use once."""

        constraints = [
            models.UniqueConstraint(
                fields=["mode"],
                condition=Q(mode="live", state="in_force"),
                name="rulebook_one_live",
            ),
            models.UniqueConstraint(
                fields=["rulebook"], condition=~Q(state="ended"), name="rulebook_in_use_once"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed")
                | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("proposed_by"))),
                name="rulebook_use_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rulebook_id} {self.mode}"


class RulebookDraftState(models.TextChoices):
    """Where a draft stands."""

    WRITING = "writing", _("起草中")
    SIGNED = "signed", _("待第二人签署")
    PUBLISHED = "published", _("已发布")
    DROPPED = "dropped", _("已放弃")


class RulebookDraft(models.Model):
    """The next version in the words people write; `sha256` is what was signed."""

    ref = models.UUIDField(unique=True)
    code = models.CharField(max_length=40)
    version = models.CharField(max_length=24)
    source = models.TextField()
    sha256 = models.CharField(max_length=64)
    mode = models.CharField(max_length=8, choices=RulebookMode.choices)
    state = models.CharField(max_length=12, choices=RulebookDraftState.choices)
    author = models.UUIDField()
    first_signer = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        """One open draft of a version; nothing waits unsigned for a second."""

        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"],
                condition=Q(state__in=["writing", "signed"]),
                name="rulebook_draft_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["writing", "dropped"]) | Q(first_signer__isnull=False),
                name="rulebook_draft_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"
