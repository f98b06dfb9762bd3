"""The watch over our own users: their reads as events, the rules, alerts, cases and what reviewers said.

Owner of alerts and cases: the operator of whoever read. Readers stand in events by their marks; who is
behind one is written only into an alert, which the person concerned never sees.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xinnong.guard.models.cases import CaseState
from xinnong.guard.models.detection import EngineMemory
from xinnong.guard.models.rulebooks import RulebookMode

MARK = 32


class InsiderRuleState(models.TextChoices):
    """Where a version of the rules stands; one overseer proposes it, another decides."""

    PROPOSED = "proposed", _("待第二人确认")
    IN_FORCE = "in_force", _("生效中")
    REFUSED = "refused", _("未确认")
    ENDED = "ended", _("已结束")


class InsiderRulebook(models.Model):
    """A version of the rules about our own users, with what it would have found when it was proposed."""

    ref = models.UUIDField(unique=True)
    version = models.CharField(max_length=24, unique=True)
    source = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    mode = models.CharField(max_length=8, choices=RulebookMode.choices)
    state = models.CharField(max_length=12, choices=InsiderRuleState.choices)
    tried = models.JSONField()
    tried_events = models.IntegerField()
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        """One live version at a time, by two people."""

        constraints = [
            models.UniqueConstraint(
                fields=["mode"],
                condition=Q(mode="live", state="in_force"),
                name="insider_rules_one_live",
            ),
            models.CheckConstraint(
                condition=~Q(state="in_force")
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="insider_rules_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.state}"


class InsiderState(EngineMemory):
    """Where a version of the rules about our own users is."""

    rulebook = models.OneToOneField(InsiderRulebook, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.rulebook_id} {self.cursor}"


class InsiderLog(models.TextChoices):
    """Of which record an event was made; a tick says that nothing earlier is missing."""

    READ = "read", "read"
    LIST = "list", "list"
    TICK = "tick", "tick"


class InsiderMark(models.Model):
    """Up to which row of a record nothing can be missing any more."""

    log = models.CharField(max_length=8, choices=InsiderLog.choices, unique=True)
    settled = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.log} {self.settled}"


class InsiderEvent(models.Model):
    """One read or listing as an event, in the order in which they are judged; added and, when old, removed."""

    log = models.CharField(max_length=8, choices=InsiderLog.choices)
    log_id = models.BigIntegerField()
    at = models.DateTimeField()
    agent_mark = models.CharField(max_length=MARK, blank=True)
    household_mark = models.CharField(max_length=MARK, null=True)  # noqa: DJ001 - unknown is not empty
    village = models.CharField(max_length=12, null=True)  # noqa: DJ001
    purpose = models.CharField(max_length=16, null=True)  # noqa: DJ001
    means = models.CharField(max_length=32, null=True)  # noqa: DJ001
    night = models.BooleanField(null=True)
    usual = models.BooleanField(null=True)
    canary = models.BooleanField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        """A row of a record becomes an event once."""

        indexes = [models.Index(fields=["received_at"], name="insider_event_received")]
        constraints = [
            models.UniqueConstraint(fields=["log", "log_id"], name="insider_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.log} {self.log_id}"


class InsiderVerdict(models.TextChoices):
    """What a reviewer says came of it."""

    MISUSE = "misuse", _("不当查看")
    WORK = "work", _("正常办事")
    UNCLEAR = "unclear", _("查不清")


class InsiderCase(models.Model):
    """The alerts about one reader, handled as one; nothing happens to the person by itself."""

    ref = models.UUIDField(unique=True)
    actor = models.UUIDField()
    owner_kind = models.CharField(max_length=1, blank=True)
    institution = models.CharField(max_length=32, blank=True)
    severity = models.CharField(max_length=8)
    state = models.CharField(max_length=8, choices=CaseState.choices, default=CaseState.OPEN)
    verdict = models.CharField(max_length=8, choices=InsiderVerdict.choices, blank=True)
    opened_at = models.DateTimeField()
    alerted_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)

    class Meta:
        """One open case of a reader; a closed one says what came of it, by somebody else."""

        constraints = [
            models.UniqueConstraint(
                fields=["actor"], condition=Q(state="open"), name="insider_case_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | (
                    Q(state="closed", closed_at__isnull=False, closed_by__isnull=False)
                    & ~Q(verdict="")
                    & ~Q(closed_by=F("actor"))
                ),
                name="insider_case_closed_with_a_verdict",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class InsiderAlert(models.Model):
    """A rule that held about a reader, with how much and in which span; a grown one replaces the one before."""

    ref = models.UUIDField(unique=True)
    rulebook = models.ForeignKey(InsiderRulebook, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(
        InsiderCase, null=True, on_delete=models.PROTECT, related_name="alerts"
    )
    alert_id = models.CharField(max_length=20)
    rule = models.CharField(max_length=40)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    severity = models.CharField(max_length=8)
    is_shadow = models.BooleanField()
    is_current = models.BooleanField(default=True)
    supersedes = models.CharField(max_length=20, blank=True)
    actor = models.UUIDField()
    owner_kind = models.CharField(max_length=1, blank=True)
    institution = models.CharField(max_length=32, blank=True)
    households = models.IntegerField()
    events = models.IntegerField()
    from_at = models.DateTimeField()
    at = models.DateTimeField()
    found_at = models.DateTimeField()

    class Meta:
        """The same events give the same alert, which is kept once."""

        indexes = [models.Index(fields=["actor", "-id"], name="insider_alert_of")]
        constraints = [
            models.UniqueConstraint(fields=["rulebook", "alert_id"], name="insider_alert_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.alert_id}"


class InsiderEvidence(models.Model):
    """One event an alert is made of; it is kept as long as the alert."""

    alert = models.ForeignKey(InsiderAlert, on_delete=models.CASCADE, related_name="members")
    event = models.ForeignKey(InsiderEvent, on_delete=models.PROTECT, related_name="+")
    owner_kind = models.CharField(max_length=1, blank=True)

    class Meta:
        """An event stands in an alert once."""

        constraints = [
            models.UniqueConstraint(fields=["alert", "event"], name="insider_evidence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.event_id}"


class InsiderLabel(models.Model):
    """A reviewer said what came of a case, with the reason; the newest one holds."""

    case = models.ForeignKey(InsiderCase, on_delete=models.PROTECT, related_name="labels")
    owner_kind = models.CharField(max_length=1, blank=True)
    verdict = models.CharField(max_length=8, choices=InsiderVerdict.choices)
    reason = models.CharField(max_length=300)
    said_by = models.UUIDField()
    said_at = models.DateTimeField()

    class Meta:
        """Never without a reason."""

        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="insider_label_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.verdict}"
