"""Loans: what was agreed, version by version, and where each open one stands.

Balances are not kept here: principal owed is the balance of the loan's own ledger account. Rows of
many loans bear no foreign keys in the database, because the check of one locks the loan it points
at and a day's end writes a million of them; services check, and a loan is never deleted.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xinnong.lending.models.products import BookOfRecord, PublishedProduct
from xinnong.registry.models import Household


class LoanState(models.TextChoices):
    """What became of a loan."""

    ACTIVE = "active", _("未结清")
    SETTLED = "settled", _("已结清")
    WRITTEN_OFF = "written_off", _("已核销")
    UNPAID = "unpaid", _("款未付成，已撤销")


class Loan(models.Model):
    """One drawing of money under a contract.

    `rate_percent` and `late_rate_percent` are the contract's; what they became since stands in the
    versions of the terms. `version` is the number of those in force. `matures_on` moves with an
    extension and never otherwise. `restructured_on`: the loan was made to ease another one.
    """

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    area12 = models.CharField(max_length=12)
    household = models.ForeignKey(
        Household, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    person = models.UUIDField()
    contract_ref = models.UUIDField()
    product = models.ForeignKey(PublishedProduct, on_delete=models.PROTECT, related_name="+")
    book = models.CharField(max_length=8, choices=BookOfRecord.choices)
    state = models.CharField(max_length=12, choices=LoanState.choices, default=LoanState.ACTIVE)
    principal_minor = models.BigIntegerField()
    rate_percent = models.DecimalField(max_digits=9, decimal_places=6)
    late_rate_percent = models.DecimalField(max_digits=9, decimal_places=6)
    compounds = models.BooleanField()
    principal_first_after_days = models.SmallIntegerField(null=True)
    disbursed_on = models.DateField()
    original_matures_on = models.DateField()
    matures_on = models.DateField()
    closed_on = models.DateField(null=True)
    payee = models.UUIDField(null=True)
    renews = models.UUIDField(null=True)
    restructured_on = models.DateField(null=True)
    version = models.SmallIntegerField(default=1)
    drawn_at = models.DateTimeField()

    class Meta:
        """Found by contract, household, borrower, card and lender; a closed loan says when."""

        indexes = [
            models.Index(fields=["contract_ref"], name="loan_of_contract"),
            models.Index(fields=["household", "-id"], name="loan_of_household"),
            models.Index(fields=["institution", "state", "-id"], name="loan_of_institution"),
            models.Index(fields=["institution", "disbursed_on"], name="loan_drawn_on"),
            models.Index(fields=["person"], name="loan_of_person"),
            models.Index(fields=["payee"], condition=Q(payee__isnull=False), name="loan_paid_to"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(principal_minor__gt=0), name="loan_lends_something"),
            models.CheckConstraint(
                condition=Q(matures_on__gte=F("original_matures_on"))
                & Q(original_matures_on__gt=F("disbursed_on")),
                name="loan_matures_after_it_is_drawn",
            ),
            models.CheckConstraint(
                condition=Q(state="active", closed_on__isnull=True)
                | (~Q(state="active") & Q(closed_on__isnull=False)),
                name="loan_closed_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


def of_loan() -> models.ForeignKey[Loan, Loan]:
    """The loan a row belongs to, without a lock on it; see the module."""
    return models.ForeignKey(
        Loan, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )


class LoanVersion(models.Model):
    """The terms of a loan from a day on, as canonical bytes; the first one is the original."""

    loan = of_loan()
    version = models.SmallIntegerField()
    from_on = models.DateField()
    reason = models.CharField(max_length=48)
    terms = models.BinaryField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField()

    class Meta:
        """Numbered without gaps by the services."""

        constraints = [
            models.UniqueConstraint(fields=["loan", "version"], name="loan_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} v{self.version}"


class LoanDue(models.Model):
    """What falls due on a day, as core.loan_book.Due; in force from one version until another."""

    loan = of_loan()
    institution = models.CharField(max_length=32)
    n = models.SmallIntegerField()
    on = models.DateField()
    principal_minor = models.BigIntegerField()
    interest_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(default=0)
    from_version = models.SmallIntegerField(default=1)
    until_version = models.SmallIntegerField(null=True)

    class Meta:
        """One row per number in force; the day's end looks for those of a day."""

        indexes = [
            models.Index(
                fields=["institution", "on"],
                condition=Q(until_version__isnull=True),
                name="due_in_force",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["loan", "n", "from_version"], name="due_once"),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} #{self.n} {self.on}"


class LoanStretch(models.Model):
    """Days of one balance and one rate in force, as core.loan_book.Stretch."""

    loan = of_loan()
    institution = models.CharField(max_length=32)
    from_on = models.DateField()
    until_on = models.DateField()
    balance_minor = models.BigIntegerField()
    rate_percent = models.DecimalField(max_digits=9, decimal_places=6)
    earned_minor = models.BigIntegerField()
    is_even = models.BooleanField()

    class Meta:
        """Stretches of a loan follow one another; the day's end looks for those that begin."""

        indexes = [models.Index(fields=["institution", "from_on"], name="stretch_beginning")]
        constraints = [
            models.UniqueConstraint(fields=["loan", "from_on"], name="stretch_once"),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.from_on}—{self.until_on}"


class OpenDue(models.Model):
    """A due that has come and is not wholly paid, and what its lateness has cost.

    Amounts are what is left unpaid; `booked_…` is all lateness ever booked for it. The numerators
    stand over late_denominator(day count) × RATE_UNIT, exact.
    """

    loan = of_loan()
    institution = models.CharField(max_length=32)
    n = models.SmallIntegerField()
    on = models.DateField()
    fee_minor = models.BigIntegerField()
    interest_minor = models.BigIntegerField()
    penalty_minor = models.BigIntegerField(default=0)
    compound_minor = models.BigIntegerField(default=0)
    principal_minor = models.BigIntegerField()
    booked_penalty_minor = models.BigIntegerField(default=0)
    booked_compound_minor = models.BigIntegerField(default=0)
    penalty_numerator = models.DecimalField(max_digits=48, decimal_places=0, default=0)
    compound_numerator = models.DecimalField(max_digits=48, decimal_places=0, default=0)

    class Meta:
        """Nothing is ever paid beyond what is owed."""

        indexes = [models.Index(fields=["institution", "loan"], name="open_due_of_institution")]
        constraints = [
            models.UniqueConstraint(fields=["loan", "n"], name="open_due_once"),
            models.CheckConstraint(
                condition=Q(
                    fee_minor__gte=0, interest_minor__gte=0, penalty_minor__gte=0,
                    compound_minor__gte=0, principal_minor__gte=0,
                ),
                name="open_due_not_overpaid",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.loan_id} #{self.n}"


class Standing(models.Model):
    """Where an open loan stands: one row, copied from its terms and moved on by each day's end.

    The stretch is the one of the open day; `clock_from` is core.loan_plan.clock of its first day.
    `off_balance`: what it earned and nobody paid stands in memorandum accounts (core.off_balance).
    `restructured` loans are under observation from `observed_from` on, at least of `least_class`,
    until `difficulty_over` and the rule of core.restructuring end it.
    """

    loan = models.OneToOneField(
        Loan, primary_key=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    institution = models.CharField(max_length=32)
    product = models.ForeignKey(
        PublishedProduct,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    day_count = models.CharField(max_length=16)
    half_up = models.BooleanField()
    from_on = models.DateField()
    until_on = models.DateField()
    clock_from = models.BigIntegerField()
    balance_minor = models.BigIntegerField()
    rate_micro = models.BigIntegerField()
    earned_minor = models.BigIntegerField()
    is_even = models.BooleanField()
    contract_rate_micro = models.BigIntegerField()
    late_rate_micro = models.BigIntegerField()
    matures_on = models.DateField()
    compounds = models.BooleanField()
    days_past_due = models.IntegerField(default=0)
    asset_class = models.SmallIntegerField(default=1)
    class_reasons = ArrayField(models.CharField(max_length=32), default=list)
    technical = models.BooleanField(default=False)
    misused = models.BooleanField(default=False)
    restructured = models.BooleanField(default=False)
    observed_from = models.DateField(null=True)
    least_class = models.SmallIntegerField(default=1)
    difficulty_over = models.BooleanField(default=False)
    expected_loss_percent = models.SmallIntegerField(null=True)
    special_minor = models.BigIntegerField(default=0)
    off_balance = models.BooleanField(default=False)

    class Meta:
        """The day's end reads the whole institution, and again the few that need a look."""

        indexes = [
            models.Index(
                fields=["institution"],
                condition=Q(days_past_due__gt=0)
                | Q(asset_class__gt=1)
                | Q(misused=True)
                | Q(restructured=True)
                | Q(expected_loss_percent__isnull=False),
                name="standing_to_look_at",
            ),
            models.Index(fields=["institution"], name="standing_of_institution"),
            models.Index(
                fields=["institution"], condition=Q(off_balance=True), name="standing_off_balance"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(asset_class__gte=1, asset_class__lte=5), name="standing_five_classes"
            ),
            models.CheckConstraint(
                condition=Q(restructured=False)
                | Q(observed_from__isnull=False, least_class__gte=2, least_class__lte=5),
                name="standing_observed_from_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.days_past_due} {self.asset_class}"


class ClassChange(models.Model):
    """A loan went from one class to another at the end of a day, and why."""

    loan = of_loan()
    institution = models.CharField(max_length=32)
    on = models.DateField()
    before = models.SmallIntegerField()
    after = models.SmallIntegerField()
    days_past_due = models.IntegerField()
    reasons = ArrayField(models.CharField(max_length=32))

    class Meta:
        """Once a day."""

        constraints = [models.UniqueConstraint(fields=["loan", "on"], name="class_change_once")]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.on} {self.before}→{self.after}"


class OffBalanceChange(models.Model):
    """A loan's unpaid interest left the balance at the end of a day, or came back, and how much."""

    loan = of_loan()
    institution = models.CharField(max_length=32)
    on = models.DateField()
    is_off = models.BooleanField()
    interest_minor = models.BigIntegerField()
    penalty_minor = models.BigIntegerField()
    compound_minor = models.BigIntegerField()

    class Meta:
        """Once a day; the night's journal sums those of a day."""

        indexes = [models.Index(fields=["institution", "on"], name="off_balance_change_of_day")]
        constraints = [
            models.UniqueConstraint(fields=["loan", "on"], name="off_balance_change_once"),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.on} {'off' if self.is_off else 'on'}"


class AccrualCorrection(models.Model):
    """What a change of terms or payments made of the days already booked: a difference, posted."""

    loan = of_loan()
    institution = models.CharField(max_length=32)
    on = models.DateField()
    reason = models.CharField(max_length=48)
    interest_minor = models.BigIntegerField(default=0)
    penalty_minor = models.BigIntegerField(default=0)
    compound_minor = models.BigIntegerField(default=0)

    class Meta:
        """Read by loan."""

        indexes = [models.Index(fields=["loan"], name="correction_of_loan")]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.on} {self.reason}"
