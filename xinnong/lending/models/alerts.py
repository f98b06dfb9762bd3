"""Something that several borrowers of one lender share, what it is made of, and who looked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinnong.lending.models.loans import of_loan


class AlertKind(models.TextChoices):
    """What is shared."""

    CARD = "card", _("同一张收款卡")
    DEVICE = "device", _("同一部手机")
    NUMBER = "number", _("同一个手机号")
    HOUSEHOLD = "household", _("同一户多人借款")
    STAFF = "staff", _("同一个人经手很多笔")
    GUARANTOR = "guarantor", _("同一个保证人")
    PASSED_ON = "passed_on", _("刚放的款替别人还了贷款")


class AlertState(models.TextChoices):
    """What somebody said about it."""

    OPEN = "open", _("等人查看")
    LOOK_INTO = "look_into", _("在查，暂停用款")
    FALSE_ALARM = "false_alarm", _("误报，已放行")


class LoanAlert(models.Model):
    """Several borrowers share a mark; a keyed hash or a reference that tells nothing by itself."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    kind = models.CharField(max_length=12, choices=AlertKind.choices)
    mark = models.CharField(max_length=64)
    borrowers = models.IntegerField()
    rules_on = models.DateField()
    found_on = models.DateField()
    state = models.CharField(max_length=12, choices=AlertState.choices, default=AlertState.OPEN)

    class Meta:
        """One that is not put aside for each thing shared."""

        indexes = [models.Index(fields=["institution", "state", "-id"], name="alert_of_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "kind", "mark"],
                condition=~Q(state="false_alarm"),
                name="alert_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class AlertLoan(models.Model):
    """One drawing that an alert is made of. While `holds`, its borrower draws nothing new."""

    alert = models.ForeignKey(
        LoanAlert, on_delete=models.PROTECT, related_name="members", db_constraint=False
    )
    loan = of_loan()
    institution = models.CharField(max_length=32)
    holds = models.BooleanField(default=False)

    class Meta:
        """A drawing stands in an alert once."""

        indexes = [models.Index(fields=["loan"], name="alert_of_loan")]
        constraints = [
            models.UniqueConstraint(fields=["alert", "loan"], name="alert_loan_once"),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.loan_id}"


class AlertDecision(models.Model):
    """Somebody said what an alert is, with the reason; the newest one holds."""

    alert = models.ForeignKey(
        LoanAlert, on_delete=models.PROTECT, related_name="decisions", db_constraint=False
    )
    institution = models.CharField(max_length=32)
    state = models.CharField(max_length=12, choices=AlertState.choices)
    reason = models.CharField(max_length=300)
    decided_by = models.UUIDField()
    decided_at = models.DateTimeField()

    class Meta:
        """Never without a reason."""

        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="alert_decided_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.state}"


class AlertLook(models.Model):
    """How far the last look for alerts of a lender came, so that the next one begins there.

    `whole_on` is the day of the last look at everything, by the dated rules of `rules_on`.
    """

    institution = models.CharField(max_length=32, unique=True)
    looked_at = models.DateTimeField()
    whole_on = models.DateField()
    rules_on = models.DateField()
    newest_loan = models.BigIntegerField()
    newest_hold = models.BigIntegerField()
    newest_line = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.institution} {self.looked_at}"
