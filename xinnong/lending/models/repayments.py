"""Money of borrowers and where it went. A repayment is never changed, only reversed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xinnong.lending.models.loans import of_loan


class PayChannel(models.TextChoices):
    """Where the money came from."""

    CASH = "cash", _("柜面现金")
    TRANSFER = "transfer", _("转账")
    CARD = "card", _("本人银行卡扣款")
    SUSPENSE = "suspense", _("待处理款转入")
    HELD = "held", _("暂收款转入")
    RENEWAL = "renewal", _("续贷转入")


class RepaymentState(models.TextChoices):
    """Whether it counts."""

    BOOKED = "booked", _("已入账")
    REVERSED = "reversed", _("已冲正")


class Repayment(models.Model):
    """Money for one loan, which counts from `on`.

    `prepaid_minor` of it changed the schedule; `held_minor` was more than anything owed and is
    held for the customer.
    """

    ref = models.UUIDField(unique=True)
    loan = of_loan()
    institution = models.CharField(max_length=32)
    on = models.DateField()
    amount_minor = models.BigIntegerField()
    prepaid_minor = models.BigIntegerField(default=0)
    held_minor = models.BigIntegerField(default=0)
    channel = models.CharField(max_length=12, choices=PayChannel.choices)
    reference = models.CharField(max_length=64, blank=True)
    state = models.CharField(
        max_length=12, choices=RepaymentState.choices, default=RepaymentState.BOOKED
    )
    journal = models.BigIntegerField(null=True)
    booked_on = models.DateField()
    booked_at = models.DateTimeField()
    booked_by = models.UUIDField()
    reversed_on = models.DateField(null=True)

    class Meta:
        """Read by loan in the order in which it counts."""

        indexes = [models.Index(fields=["loan", "on", "id"], name="repayment_of_loan")]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="repayment_is_money"),
            models.CheckConstraint(
                condition=Q(prepaid_minor__gte=0, held_minor__gte=0)
                & Q(amount_minor__gte=F("prepaid_minor") + F("held_minor")),
                name="repayment_spent_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class RepaymentPart(models.Model):
    """So much of a repayment for one component of one due; `until_on`: spread otherwise since."""

    repayment = models.ForeignKey(
        Repayment, on_delete=models.PROTECT, related_name="parts", db_constraint=False
    )
    loan = of_loan()
    n = models.SmallIntegerField()
    component = models.CharField(max_length=12)
    amount_minor = models.BigIntegerField()
    until_on = models.DateField(null=True)

    class Meta:
        """Read by loan."""

        indexes = [models.Index(fields=["loan"], name="repayment_part_of_loan")]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="part_is_money"),
        ]

    def __str__(self) -> str:
        return f"{self.repayment_id} #{self.n} {self.component}"
