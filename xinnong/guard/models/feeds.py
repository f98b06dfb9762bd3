"""Who may send events, what they sent, and the sealed numbers behind their marks."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class FeedKind(models.TextChoices):
    """What a source of events is."""

    PLATFORM = "platform", _("网络平台")
    CARRIER = "carrier", _("电信运营商")
    HOTLINE = "hotline", _("举报热线")
    CHANNEL = "channel", _("获授权渠道")
    COUNTY = "county", _("本县")


class FeedState(models.TextChoices):
    """Where a registration stands; one person proposes it, another decides."""

    PROPOSED = "proposed", _("待第二人核准")
    ACTIVE = "active", _("在用")
    SUSPENDED = "suspended", _("已停用")
    REFUSED = "refused", _("未核准")
    REPLACED = "replaced", _("已换新钥")


class Feed(models.Model):
    """A source of events with the key it signs with; a new key is a new registration."""

    ref = models.UUIDField(unique=True)
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=FeedKind.choices)
    event_kinds = ArrayField(models.CharField(max_length=16))
    client = models.UUIDField()
    public_key = models.CharField(max_length=64)
    clock_minutes = models.SmallIntegerField()
    state = models.CharField(max_length=12, choices=FeedState.choices, default=FeedState.PROPOSED)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        """One registration of a code is in use and one waits; nobody approves the own proposal."""

        constraints = [
            models.UniqueConstraint(
                fields=["code", "state"],
                condition=Q(state__in=["proposed", "active", "suspended"]),
                name="feed_once_in_a_state",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True)
                | (~Q(state="proposed") & Q(decided_by__isnull=False)),
                name="feed_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | ~Q(state="active")
                | ~Q(decided_by=F("proposed_by")),
                name="feed_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(clock_minutes__gte=0, clock_minutes__lte=60), name="feed_clock_is_near"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Parcel(models.Model):
    """One delivery of events with what was answered, so that the same key answers the same."""

    ref = models.UUIDField(unique=True)
    feed = models.CharField(max_length=32)
    key = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    size_bytes = models.IntegerField()
    accepted = models.IntegerField()
    duplicate = models.IntegerField()
    refused = models.IntegerField()
    answer = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        """A key is used once by a source."""

        constraints = [
            models.UniqueConstraint(fields=["feed", "key"], name="parcel_key_once"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class FeedEvent(models.Model):
    """One event as it was accepted, in the order of acceptance; added and, when old, removed.

    `event_id` begins with the code of its source, so that no source can use up another's numbers.
    Marks are keyed hashes. The kind `tick` is no event of anybody: it says that time passed quietly.
    """

    event_id = models.CharField(max_length=100, unique=True)
    feed = models.CharField(max_length=32)
    at = models.DateTimeField()
    kind = models.CharField(max_length=16)
    platform = models.CharField(max_length=40, null=True)  # noqa: DJ001 - unknown is not empty
    phone_mark = models.CharField(max_length=32, null=True)  # noqa: DJ001
    device_mark = models.CharField(max_length=32, null=True)  # noqa: DJ001
    ip_mark = models.CharField(max_length=32, null=True)  # noqa: DJ001
    address_mark = models.CharField(max_length=32, null=True)  # noqa: DJ001
    agent_mark = models.CharField(max_length=32, null=True)  # noqa: DJ001
    village = models.CharField(max_length=12, null=True)  # noqa: DJ001
    own_handset = models.BooleanField(null=True)
    activity = models.CharField(max_length=64, null=True)  # noqa: DJ001
    ok = models.BooleanField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        """Retention looks by the time of receipt."""

        indexes = [models.Index(fields=["received_at"], name="event_received")]

    def __str__(self) -> str:
        return self.event_id


class Number(models.Model):
    """A phone number sealed under the vault's key; its mark stands in events."""

    mark = models.CharField(max_length=32, unique=True)
    sealed = models.BinaryField()
    key_id = models.CharField(max_length=12)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.mark


class Device(models.Model):
    """A device's identifier sealed under the vault's key; its mark stands in events."""

    mark = models.CharField(max_length=32, unique=True)
    sealed = models.BinaryField()
    key_id = models.CharField(max_length=12)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.mark
