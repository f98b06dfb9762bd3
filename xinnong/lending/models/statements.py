"""What a bank says happened on the lender's own accounts, line by line, and what each line was."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinnong.lending.models.loans import Loan
from xinnong.lending.models.payments import OwnAccount, PaymentOrder


class BankStatement(models.Model):
    """One file of one account. `lines` were new, `repeated` had come before."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    account = models.ForeignKey(
        OwnAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    sha256 = models.CharField(max_length=64)
    from_on = models.DateField()
    through_on = models.DateField()
    opening_minor = models.BigIntegerField()
    closing_minor = models.BigIntegerField()
    lines = models.IntegerField()
    repeated = models.IntegerField()
    matched = models.IntegerField(default=0)
    waiting = models.IntegerField(default=0)
    came_at = models.DateTimeField()
    came_by = models.UUIDField()

    class Meta:
        """A file of an account is taken once."""

        constraints = [
            models.UniqueConstraint(fields=["account", "sha256"], name="statement_once"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class LineState(models.TextChoices):
    """What became of a line."""

    BOOKED = "booked", _("已记为还款")
    PAYMENT = "payment", _("是付款指令")
    WAITING = "waiting", _("待认领")
    PROPOSED = "proposed", _("待复核")
    SENT_BACK = "sent_back", _("已退回")
    FEE = "fee", _("是银行收费")


class StatementLine(models.Model):
    """One line. `amount_minor` is what the account gained, negative what it lost.

    `said` is sealed for the line: who paid, from which account, in which words. `mark` is the
    bank's own id of the line, or a sum of its words. `payer_hash` is the keyed hash of the payer's
    account, as of a bound card; lines that came before it was kept have none.
    """

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    account = models.ForeignKey(
        OwnAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    statement = models.ForeignKey(
        BankStatement, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    row = models.IntegerField()
    on = models.DateField()
    amount_minor = models.BigIntegerField()
    mark = models.CharField(max_length=64)
    words = models.CharField(max_length=64)
    said = models.BinaryField()
    said_key = models.CharField(max_length=16)
    payer_hash = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=LineState.choices)
    rule = models.CharField(max_length=24, blank=True)
    loan = models.ForeignKey(
        Loan, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    repayment = models.UUIDField(null=True)
    order = models.ForeignKey(
        PaymentOrder, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    proposed_by = models.UUIDField(null=True)
    settled_by = models.UUIDField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        """A line of an account is taken once; the queue reads what waits."""

        indexes = [
            models.Index(fields=["institution", "state", "-id"], name="line_of_lender"),
            models.Index(
                fields=["institution", "payer_hash"],
                condition=Q(payer_hash__isnull=False),
                name="line_of_payer",
            ),
            models.Index(
                fields=["institution", "settled_at"],
                condition=Q(settled_at__isnull=False),
                name="line_settled_at",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "mark"], name="statement_line_once"),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="statement_line_is_money"),
        ]

    def __str__(self) -> str:
        return str(self.ref)
