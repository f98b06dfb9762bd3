"""Who may send people into villages: channel, subcontractor, team, agent. Each can be suspended.

`institution` is the channel's own code and bounds who may see a row: the channel, and the bureau above it.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ChannelKind(models.TextChoices):
    """What a channel is; the dated rules say which kind may do what."""

    BANK = "bank", _("银行外拓队伍")
    FIRM = "firm", _("民营公司")
    OFFICE = "office", _("部门或公共单位")


class Purpose(models.TextChoices):
    """What a team comes for; the dated rules say when which may be filed."""

    ACTIVATE = "activate", _("激活医保电子凭证")
    BANK = "bank", _("银行上门服务")
    CENSUS = "census", _("入户采集信息")
    TRAINING = "training", _("培训和宣传")


class Suspendable(models.Model):
    """What can be stopped at once; everything below it stops with it."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    suspended_at = models.DateTimeField(null=True)
    suspended_by = models.UUIDField(null=True)
    suspended_why = models.CharField(max_length=200, blank=True)

    class Meta:
        """Each kind has a table of its own."""

        abstract = True

    def __str__(self) -> str:
        return str(self.ref)


class Channel(Suspendable):
    """An organisation that the bureau licensed, from a day until a day."""

    name = models.CharField(max_length=128)
    name_en = models.CharField(max_length=128, blank=True)
    kind = models.CharField(max_length=8, choices=ChannelKind.choices)
    purposes = ArrayField(models.CharField(max_length=16))
    licence_number = models.CharField(max_length=64)
    licence_sha256 = models.CharField(max_length=64)
    licensed_from = models.DateField()
    licensed_until = models.DateField()
    call_back = models.CharField(max_length=32)
    licensed_by = models.UUIDField()
    licensed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution"], name="channel_once_per_institution"),
            models.CheckConstraint(
                condition=Q(licensed_until__gte=F("licensed_from")),
                name="channel_licence_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["bank", "firm", "office"]), name="channel_kind_is_known"
            ),
        ]


class Subcontractor(Suspendable):
    """A firm that a channel lets work in its name, with the contract on file."""

    channel = models.ForeignKey(
        Channel, db_constraint=False, on_delete=models.PROTECT, related_name="subcontractors"
    )
    name = models.CharField(max_length=128)
    contract_number = models.CharField(max_length=64)
    contract_sha256 = models.CharField(max_length=64)
    valid_until = models.DateField()
    filed_by = models.UUIDField()
    filed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "name"], name="subcontractor_once"),
        ]


class Team(Suspendable):
    """People who go out together, of the channel itself or of a subcontractor."""

    channel = models.ForeignKey(
        Channel, db_constraint=False, on_delete=models.PROTECT, related_name="teams"
    )
    subcontractor = models.ForeignKey(
        Subcontractor,
        db_constraint=False,
        null=True,
        on_delete=models.PROTECT,
        related_name="teams",
    )
    name = models.CharField(max_length=64)
    filed_by = models.UUIDField()
    filed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "name"], name="team_once")]


class Agent(Suspendable):
    """A person of a team. The number is sealed; of it only the last four digits are shown."""

    team = models.ForeignKey(
        Team, db_constraint=False, on_delete=models.PROTECT, related_name="agents"
    )
    name = models.CharField(max_length=64)
    is_leader = models.BooleanField(default=False)
    number_sealed = models.BinaryField()
    number_hash = models.BinaryField(max_length=32)
    vault_key = models.CharField(max_length=16)
    last4 = models.CharField(max_length=4)
    photo = models.BinaryField(null=True)
    photo_sha256 = models.CharField(max_length=64, blank=True)
    filed_by = models.UUIDField()
    filed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number_hash"], name="agent_once_by_number"),
            models.UniqueConstraint(
                fields=["team"], condition=Q(is_leader=True), name="agent_one_leader_per_team"
            ),
        ]
