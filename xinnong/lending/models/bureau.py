"""What goes to the credit bureau: who allowed it, who was told, what was sent."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinnong.lending.models.loans import of_loan
from xinnong.registry.models import Household


class BureauConsent(models.Model):
    """A borrower's written consent that a contract's loans are reported (征信业管理条例 29)."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    area12 = models.CharField(max_length=12)
    household = models.ForeignKey(
        Household, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    person = models.UUIDField()
    contract_ref = models.UUIDField()
    consented_on = models.DateField()
    paper_sha256 = models.CharField(max_length=64)
    recorded_by = models.UUIDField()
    recorded_at = models.DateTimeField()

    class Meta:
        """Once a contract, and never without the paper."""

        constraints = [
            models.UniqueConstraint(fields=["contract_ref"], name="bureau_consent_once"),
            models.CheckConstraint(
                condition=Q(paper_sha256__regex=r"^[0-9a-f]{64}$"), name="bureau_consent_on_paper"
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class ToldHow(models.TextChoices):
    """How the borrower was told."""

    LETTER = "letter", _("书面通知")
    MESSAGE = "message", _("短信")
    CALL = "call", _("电话")
    IN_PERSON = "in_person", _("当面告知")


class BureauNotice(models.Model):
    """The borrower was told that a bad record will be reported (征信业管理条例 15)."""

    loan = of_loan()
    institution = models.CharField(max_length=32)
    told_on = models.DateField()
    how = models.CharField(max_length=12, choices=ToldHow.choices)
    reference = models.CharField(max_length=64)
    recorded_by = models.UUIDField()
    recorded_at = models.DateTimeField()

    class Meta:
        """Once a day, with what shows it."""

        constraints = [
            models.UniqueConstraint(fields=["loan", "told_on"], name="bureau_notice_once"),
            models.CheckConstraint(
                condition=~Q(reference=""), name="bureau_notice_shows_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.told_on}"


class BureauDelivery(models.Model):
    """One file for the bureau about one month; `number` counts those of the month."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    month = models.DateField()
    number = models.SmallIntegerField()
    records = models.IntegerField()
    corrections = models.IntegerField()
    withheld = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    made_by = models.UUIDField()
    made_at = models.DateTimeField()

    class Meta:
        """Numbered without gaps."""

        constraints = [
            models.UniqueConstraint(
                fields=["institution", "month", "number"], name="bureau_delivery_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.month:%Y-%m} {self.number}"


class BureauKind(models.TextChoices):
    """Why a record is sent."""

    OPENED = "opened", _("开户")
    MONTHLY = "monthly", _("月报")
    CLOSED = "closed", _("关户")
    CORRECTION = "correction", _("更正")


class BureauRecord(models.Model):
    """One account as it was sent, byte for byte; never changed, only corrected by a later one."""

    delivery = models.ForeignKey(
        BureauDelivery, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    loan = of_loan()
    institution = models.CharField(max_length=32)
    month = models.DateField()
    kind = models.CharField(max_length=12, choices=BureauKind.choices)
    content = models.BinaryField()

    class Meta:
        """The newest of a loan and month counts."""

        constraints = [
            models.UniqueConstraint(
                fields=["loan", "month", "delivery"], name="bureau_record_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.month:%Y-%m} {self.kind}"
