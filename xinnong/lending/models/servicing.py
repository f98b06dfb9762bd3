"""What the lender's staff write down about a running loan: proposals for two people, and notes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xinnong.lending.models.loans import of_loan


class ProposalKind(models.TextChoices):
    """What takes two people."""

    RESTRUCTURE = "restructure", _("重组")
    WRITE_OFF = "write_off", _("核销")
    CORRECT = "correct", _("更正还款")
    EXCUSE = "excuse", _("认定技术性逾期")
    REVERSE = "reverse", _("冲正还款")


class ProposalState(models.TextChoices):
    """What became of a proposal."""

    OPEN = "open", _("等第二人确认")
    CONFIRMED = "confirmed", _("已办理")
    TURNED_DOWN = "turned_down", _("没有同意")
    WITHDRAWN = "withdrawn", _("已撤回")


class Difficulty(models.TextChoices):
    """Why the borrower cannot pay as agreed. Nobody's health or family has a code here."""

    HARVEST = "harvest", _("遭灾减产")
    PRICE = "price", _("价格下跌、卖不出去")
    BUYER = "buyer", _("买家拖欠货款")
    WORK = "work", _("失去工作或经营中断")
    DEBT = "debt", _("债务太多，周转不开")
    UNRECOVERABLE = "unrecoverable", _("已经无法收回")


class Cause(models.TextChoices):
    """Why a payment stands wrongly in the books, or why it came late without anybody's fault."""

    WRONG_DAY = "wrong_day", _("日期记错")
    WRONG_AMOUNT = "wrong_amount", _("金额记错")
    WRONG_LOAN = "wrong_loan", _("记到别的贷款上了")
    BOOKED_TWICE = "booked_twice", _("同一笔钱记了两次")
    NOT_ARRIVED = "not_arrived", _("钱没有到账，或者退回去了")
    PAYMENT_SYSTEM = "payment_system", _("支付系统故障")
    OUR_SYSTEM = "our_system", _("本机构系统或柜面耽误")
    OTHER_BANK = "other_bank", _("他行转账延迟到账")


class LoanProposal(models.Model):
    """A step that one person proposes and another, with a second factor, confirms.

    A restructuring names the new `method`, `months` and `rate_percent`; `evidence` is the number of
    the borrower's signed supplement, or of the file that shows the loss. A correction names the
    `repayment` and what is right: `counts_from`, `amount_minor`, `to_loan`; a reversal names the
    `repayment` that does not count. An excuse names the due
    date (`counts_from`) and the day `until_on` from which lateness counts again.
    """

    ref = models.UUIDField(unique=True)
    loan = of_loan()
    institution = models.CharField(max_length=32)
    kind = models.CharField(max_length=12, choices=ProposalKind.choices)
    state = models.CharField(
        max_length=12, choices=ProposalState.choices, default=ProposalState.OPEN
    )
    method = models.CharField(max_length=20, blank=True)
    months = models.SmallIntegerField(null=True)
    rate_percent = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    difficulty = models.CharField(max_length=16, choices=Difficulty.choices, blank=True)
    cause = models.CharField(max_length=16, choices=Cause.choices, blank=True)
    repayment = models.UUIDField(null=True)
    to_loan = models.UUIDField(null=True)
    counts_from = models.DateField(null=True)
    until_on = models.DateField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    evidence = models.CharField(max_length=64)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    ended_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """One open proposal for a loan; whoever proposes never confirms."""

        indexes = [models.Index(fields=["loan"], name="proposal_of_loan")]
        constraints = [
            models.UniqueConstraint(
                fields=["loan"], condition=Q(state="open"), name="proposal_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_by__isnull=True, ended_at__isnull=True)
                | (~Q(state="open") & Q(ended_by__isnull=False, ended_at__isnull=False)),
                name="proposal_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "turned_down"])
                | ~Q(ended_by=F("proposed_by")),
                name="proposal_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(kind="restructure")
                | (
                    Q(months__isnull=False, months__gt=0)
                    & Q(rate_percent__isnull=False, rate_percent__gte=0)
                    & ~Q(method="")
                ),
                name="proposal_restructures_somehow",
            ),
            models.CheckConstraint(
                condition=~Q(kind="correct")
                | (
                    Q(repayment__isnull=False, to_loan__isnull=False, counts_from__isnull=False)
                    & Q(amount_minor__isnull=False, amount_minor__gt=0)
                    & ~Q(cause="")
                ),
                name="proposal_corrects_something",
            ),
            models.CheckConstraint(
                condition=~Q(kind="reverse") | (Q(repayment__isnull=False) & ~Q(cause="")),
                name="proposal_undoes_something",
            ),
            models.CheckConstraint(
                condition=~Q(kind="excuse")
                | (
                    Q(counts_from__isnull=False, until_on__isnull=False)
                    & Q(until_on__gt=F("counts_from"))
                    & ~Q(cause="")
                ),
                name="proposal_excuses_some_days",
            ),
            models.CheckConstraint(condition=~Q(evidence=""), name="proposal_shows_evidence"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class LoanNote(models.Model):
    """What somebody of the lender wrote down about a loan. Never changed, never taken back."""

    loan = of_loan()
    institution = models.CharField(max_length=32)
    text = models.CharField(max_length=500)
    written_by = models.UUIDField()
    written_at = models.DateTimeField()

    class Meta:
        """Read by loan; a note says something."""

        indexes = [models.Index(fields=["loan", "-id"], name="note_of_loan")]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="note_says_something")]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.pk}"
