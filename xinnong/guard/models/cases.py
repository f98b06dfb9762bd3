"""Cases that alerts become: numbers concerned, tasks, what reviewers said, and who looked at a number."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CaseState(models.TextChoices):
    """Where a case stands."""

    OPEN = "open", _("办理中")
    CLOSED = "closed", _("已结案")


class Verdict(models.TextChoices):
    """What a reviewer says a case is; figures of the rules are made of it."""

    GANG = "gang", _("是团伙作案")
    NOT = "not", _("不是，误报")
    UNCLEAR = "unclear", _("查不清")


class Case(models.Model):
    """Alerts that belong together by village or device, handled as one."""

    ref = models.UUIDField(unique=True)
    state = models.CharField(max_length=8, choices=CaseState.choices, default=CaseState.OPEN)
    severity = models.CharField(max_length=8)
    villages = ArrayField(models.CharField(max_length=12))
    device_marks = ArrayField(models.CharField(max_length=32))
    verdict = models.CharField(max_length=8, choices=Verdict.choices, blank=True)
    opened_at = models.DateTimeField()
    alerted_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)

    class Meta:
        """A closed case says what it was, and who closed it."""

        indexes = [models.Index(fields=["state", "-id"], name="case_of_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | (
                    Q(state="closed", closed_at__isnull=False, closed_by__isnull=False)
                    & ~Q(verdict="")
                ),
                name="case_closed_with_a_verdict",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class CaseNumber(models.Model):
    """A phone number that a case is about, by its mark. While `holds`, its owner draws nothing new."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="numbers")
    mark = models.CharField(max_length=32)
    village = models.CharField(max_length=12, blank=True)
    holds = models.BooleanField(default=True)

    class Meta:
        """A number stands in a case once."""

        indexes = [models.Index(fields=["mark"], condition=Q(holds=True), name="number_held")]
        constraints = [
            models.UniqueConstraint(fields=["case", "mark"], name="case_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.mark}"


class Desk(models.TextChoices):
    """Who is to do a task."""

    POLICE = "police", _("公安")
    BUREAU = "bureau", _("医保局")
    PLATFORM = "platform", _("网络平台")


class CaseTask(models.Model):
    """Something to be done in a case by a time."""

    ref = models.UUIDField(unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    desk = models.CharField(max_length=8, choices=Desk.choices)
    what = models.CharField(max_length=200)
    due_at = models.DateTimeField()
    made_by = models.UUIDField()
    done_at = models.DateTimeField(null=True)
    done_by = models.UUIDField(null=True)
    result = models.CharField(max_length=300, blank=True)

    class Meta:
        """What was done is said."""

        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | (Q(done_by__isnull=False) & ~Q(result="")),
                name="task_done_with_a_result",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class CaseLabel(models.Model):
    """A reviewer said what a case is, with the reason; the newest one holds."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="labels")
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reason = models.CharField(max_length=300)
    said_by = models.UUIDField()
    said_at = models.DateTimeField()

    class Meta:
        """Never without a reason."""

        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="case_label_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.verdict}"


class NumberReveal(models.Model):
    """Somebody opened a number of a case, and why; added, never changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reveals")
    mark = models.CharField(max_length=32)
    reason = models.CharField(max_length=200)
    seen_by = models.UUIDField()
    seen_at = models.DateTimeField()

    class Meta:
        """Quotas count by person and day."""

        indexes = [models.Index(fields=["seen_by", "seen_at"], name="reveal_of_person")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="reveal_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.mark}"
