"""The open business day of each lender, and what the end of a day did."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from xinnong.lending.models.loans import of_loan
from xinnong.lending.models.products import PublishedProduct


class DayState(models.TextChoices):
    """Whether money may still move on the day."""

    OPEN = "open", _("营业中")
    CLOSING = "closing", _("日终处理中")


class BusinessDay(models.Model):
    """The one day of a lender on which its loans move. It opens with the first drawing.

    Days `folded_before` a date lie by months.
    """

    institution = models.CharField(max_length=32, unique=True)
    open_on = models.DateField()
    state = models.CharField(max_length=8, choices=DayState.choices, default=DayState.OPEN)
    folded_before = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.institution} {self.open_on}"


class EodStep(models.IntegerChoices):
    """Steps of the end of a day in order; each is one transaction."""

    STARTED = 0, _("开始")
    ACCRUED = 1, _("计息")
    CLASSIFIED = 2, _("分类")
    REMINDED = 3, _("催收提醒")
    POSTED = 4, _("记账")
    OPENED = 5, _("开新日")


class RunState(models.TextChoices):
    """Whether the end of the day is done."""

    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")


class EodRun(models.Model):
    """The end of one day of one lender: how far it got, and what it counted."""

    institution = models.CharField(max_length=32)
    on = models.DateField()
    step = models.SmallIntegerField(choices=EodStep.choices, default=EodStep.STARTED)
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.RUNNING)
    loans = models.IntegerField(default=0)
    accrued_minor = models.BigIntegerField(default=0)
    reclassified = models.IntegerField(default=0)
    provisions_delta_minor = models.BigIntegerField(default=0)
    dunned = models.IntegerField(default=0)
    transfers = models.IntegerField(default=0)
    ledger_difference_minor = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        """Never twice for a date."""

        constraints = [
            models.UniqueConstraint(fields=["institution", "on"], name="eod_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.on} {self.step}"


class EodAccrual(models.Model):
    """What one loan earned on one day of a month that is not over. The key books no day twice."""

    pk = models.CompositePrimaryKey("on", "loan_id")
    loan = of_loan()
    on = models.DateField()
    institution = models.CharField(max_length=32)
    product = models.ForeignKey(
        PublishedProduct,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    interest_minor = models.BigIntegerField()
    penalty_minor = models.BigIntegerField()
    compound_minor = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.loan_id} {self.on}"


class AccrualMonth(models.Model):
    """What one loan earned on the days of an ended month, under one product; never changed.

    `days` are days of the month, and the other arrays what each of them earned in fen; one that is
    empty is all zero. Days without anything are not in them. The view `lending_accrualday` shows
    these days and those of the open month as rows.
    """

    pk = models.CompositePrimaryKey("loan_id", "month", "product_id")
    loan = of_loan()
    month = models.DateField()
    institution = models.CharField(max_length=32)
    product = models.ForeignKey(
        PublishedProduct,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    days = ArrayField(models.SmallIntegerField())
    interest_days = ArrayField(models.BigIntegerField())
    penalty_days = ArrayField(models.BigIntegerField())
    compound_days = ArrayField(models.BigIntegerField())
    interest_minor = models.BigIntegerField()
    penalty_minor = models.BigIntegerField()
    compound_minor = models.BigIntegerField()

    class Meta:
        """Months lie in the order in which they ended."""

        indexes = [BrinIndex(fields=["month"], name="accrual_months")]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.month:%Y-%m}"


class Reminder(models.Model):
    """Somebody is to be told that a payment is due or late; `kind` is a code of the services."""

    loan = of_loan()
    institution = models.CharField(max_length=32)
    on = models.DateField()
    kind = models.CharField(max_length=24)
    amount_minor = models.BigIntegerField()
    days_past_due = models.IntegerField()

    class Meta:
        """Each kind once a day."""

        constraints = [
            models.UniqueConstraint(fields=["loan", "on", "kind"], name="reminder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.on} {self.kind}"
