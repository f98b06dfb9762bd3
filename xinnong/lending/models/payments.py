"""What a lender asks its bank to pay, the files in which it asks, and what the bank answers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinnong.core.payments import number_of
from xinnong.lending.models.loans import Loan


class OwnAccount(models.Model):
    """An account of the lender at a bank; the ledger keeps one under 100201 for it by `ref`."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    bank = models.CharField(max_length=64)
    number = models.CharField(max_length=34)
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField()

    class Meta:
        """A number is entered once."""

        constraints = [
            models.UniqueConstraint(fields=["institution", "number"], name="own_account_once"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class PaymentForm(models.TextChoices):
    """How a file of payments is written."""

    CSV = "csv", "CSV"
    JSONL = "jsonl", "JSON Lines"


class PaymentFile(models.Model):
    """A file that was made for the bank: its bytes never change, and may be had again.

    `content` is sealed for the file's own reference, because it names payees and their accounts.
    """

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    account = models.ForeignKey(
        OwnAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    form = models.CharField(max_length=8, choices=PaymentForm.choices)
    encoding = models.CharField(max_length=8)
    payments = models.IntegerField()
    sum_minor = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    content_key = models.CharField(max_length=16)
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        """Listed by lender, the newest first."""

        indexes = [models.Index(fields=["institution", "-id"], name="payment_file_of_lender")]

    def __str__(self) -> str:
        return str(self.ref)

    @property
    def name(self) -> str:
        """What the file is called; nothing in it says whom it pays."""
        return f"payments_{self.made_at:%Y%m%d}_{self.pk}.{self.form}"


class PaymentKind(models.TextChoices):
    """What the money is."""

    DRAW = "draw", _("发放贷款")
    EXCESS = "excess", _("退还多收款")
    RETURN = "return", _("退回来账款")


class PaymentState(models.TextChoices):
    """How far a payment is; the values are those of core.payments.Standing."""

    TO_SEND = "to_send", _("等待送行")
    SENT = "sent", _("已送行")
    DONE = "done", _("已付到")
    FAILED = "failed", _("未付成")
    RETURNED = "returned", _("被退回")


class PaymentOrder(models.Model):
    """Money to be paid out: once, whatever happens to files and results.

    `card` is the bound card it goes to; money sent back goes to `payee`, sealed for the order. An
    order without either waits until somebody pays it otherwise.
    """

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    kind = models.CharField(max_length=8, choices=PaymentKind.choices)
    state = models.CharField(
        max_length=8, choices=PaymentState.choices, default=PaymentState.TO_SEND
    )
    loan = models.ForeignKey(
        Loan, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False,
    )  # fmt: skip
    card = models.UUIDField(null=True)
    payee = models.BinaryField(null=True)
    payee_key = models.CharField(max_length=16, blank=True)
    about = models.UUIDField(null=True)
    amount_minor = models.BigIntegerField()
    business_on = models.DateField()
    file = models.ForeignKey(
        PaymentFile, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    account = models.ForeignKey(
        OwnAccount, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    reason = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField()
    ended_on = models.DateField(null=True)

    class Meta:
        """Listed by lender and state; those sent came in a file."""

        indexes = [models.Index(fields=["institution", "state", "-id"], name="payment_of_lender")]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_is_money"),
            models.CheckConstraint(
                condition=Q(state="to_send", file__isnull=True) | ~Q(state="to_send"),
                name="payment_to_send_is_in_no_file",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number that the bank knows it by, never given twice."""
        return number_of("P", self.pk)


class ResultState(models.TextChoices):
    """What became of an answer of the bank."""

    APPLIED = "applied", _("已处理")
    ASIDE = "aside", _("待查")
    SETTLED = "settled", _("已查清")


class PaymentResult(models.Model):
    """One answer of the bank as it came; one that fits nothing is kept until somebody looked."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    number = models.CharField(max_length=64)
    outcome = models.CharField(max_length=16)
    amount_minor = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=120, blank=True)
    row = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    order = models.ForeignKey(
        PaymentOrder, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    state = models.CharField(max_length=8, choices=ResultState.choices)
    aside = models.CharField(max_length=48, blank=True)
    note = models.CharField(max_length=200, blank=True)
    came_at = models.DateTimeField()
    came_by = models.UUIDField()
    settled_by = models.UUIDField(null=True)

    class Meta:
        """The same words are kept once."""

        indexes = [models.Index(fields=["institution", "state", "-id"], name="result_of_lender")]
        constraints = [
            models.UniqueConstraint(fields=["institution", "sha256"], name="result_once"),
        ]

    def __str__(self) -> str:
        return str(self.ref)
