"""Packs between counties: whom they go to and come from, what was sent, and what is watched for others."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xinnong.guard.models.cases import Case
from xinnong.guard.models.feeds import FeedState

SUM = 64


class PackPartner(models.Model):
    """Another county's police with the keys that it signs and opens with; registered by two officers."""

    ref = models.UUIDField(unique=True)
    county = models.CharField(max_length=6)
    name = models.CharField(max_length=64)
    public_key = models.CharField(max_length=SUM)
    sealing_key = models.CharField(max_length=SUM)
    state = models.CharField(max_length=12, choices=FeedState.choices, default=FeedState.PROPOSED)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        """One registration of a county is in use; nobody approves the own proposal."""

        constraints = [
            models.UniqueConstraint(
                fields=["county", "state"],
                condition=Q(state__in=["proposed", "active"]),
                name="partner_once_in_a_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="active")
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="partner_by_two_people",
            ),
        ]

    def __str__(self) -> str:
        return self.county


class SentPack(models.Model):
    """A pack as it was signed for a county; written once."""

    ref = models.UUIDField(unique=True)
    key = models.UUIDField(unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="packs")
    partner = models.ForeignKey(PackPartner, on_delete=models.PROTECT, related_name="+")
    document = models.BinaryField()
    sha256 = models.CharField(max_length=SUM)
    entries = models.SmallIntegerField()
    reason = models.CharField(max_length=200)
    made_by = models.UUIDField()
    made_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        """Nothing leaves without a reason."""

        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="pack_sent_with_a_reason"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class TakenPack(models.Model):
    """A pack of another county as it came; its identifiers are watched until its time is over."""

    ref = models.UUIDField(unique=True)
    partner = models.ForeignKey(PackPartner, on_delete=models.PROTECT, related_name="+")
    case_ref = models.UUIDField()
    document = models.BinaryField()
    sha256 = models.CharField(max_length=SUM)
    said = models.CharField(max_length=500)
    taken_by = models.UUIDField()
    taken_at = models.DateTimeField()
    until = models.DateTimeField()
    cursor = models.BigIntegerField(default=0)
    stopped_by = models.UUIDField(null=True)
    stopped_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.ref)


class WatchKind(models.TextChoices):
    """What is watched; a vehicle is only shown, no event carries one."""

    DEVICE = "device", _("手机设备")
    PHONE = "phone", _("手机号")
    VEHICLE = "vehicle", _("车牌")


class WatchEntry(models.Model):
    """One identifier of a taken pack: its mark finds events here, its sealed value opens with a reason."""

    ref = models.UUIDField(unique=True)
    pack = models.ForeignKey(TakenPack, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=8, choices=WatchKind.choices)
    mark = models.CharField(max_length=32)
    sealed = models.BinaryField()
    key_id = models.CharField(max_length=12)

    class Meta:
        """Once in a pack."""

        constraints = [
            models.UniqueConstraint(fields=["pack", "kind", "mark"], name="watched_once_in_a_pack"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.mark}"


class WatchReveal(models.Model):
    """Somebody opened an identifier of a taken pack, and why; added, never changed."""

    entry = models.ForeignKey(WatchEntry, on_delete=models.PROTECT, related_name="reveals")
    reason = models.CharField(max_length=200)
    seen_by = models.UUIDField()
    seen_at = models.DateTimeField()

    class Meta:
        """Quotas count by person and day."""

        indexes = [models.Index(fields=["seen_by", "seen_at"], name="watch_reveal_of_person")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="watch_reveal_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.seen_at}"
