"""What closes the books: periods, closing balances, assertions from outside, codes of a core."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from xinnong.audit.refs import new_ref
from xinnong.ledger.models.posting import Account, owned


class Period(models.Model):
    """A calendar month of an institution's books; closed months take no more postings."""

    institution = owned()
    first_on = models.DateField()
    last_on = models.DateField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    transfers = models.BigIntegerField(default=0)
    checksum = models.CharField(max_length=64, blank=True)

    class Meta:
        """Periods of an institution never overlap; a closed one says who closed it."""

        indexes = [
            models.Index(
                fields=["institution", "-last_on"],
                condition=Q(closed_at__isnull=False),
                name="period_closed",
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="period_without_overlap",
                expressions=[
                    (F("institution"), RangeOperators.EQUAL),
                    (
                        Func(
                            F("first_on"),
                            F("last_on"),
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=Q(first_on__lte=F("last_on")), name="period_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="period_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_on}—{self.last_on}"


class ClosingBalance(models.Model):
    """What an account had at the end of a closed period: totals of all its days until then."""

    institution = owned()
    period = models.ForeignKey(
        Period,
        on_delete=models.PROTECT,
        related_name="balances",
        db_constraint=False,
        db_index=False,
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    debits_minor = models.BigIntegerField()
    credits_minor = models.BigIntegerField()

    class Meta:
        """Once per account and period."""

        constraints = [
            models.UniqueConstraint(fields=["period", "account"], name="closing_balance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.account_id}"


class Assertion(models.Model):
    """What somebody outside says an account has at the end of a day, beside what we compute.

    A difference is a break until somebody explains it. Balances are on the account's normal side.
    """

    class Source(models.TextChoices):
        """Who says so."""

        BANK_STATEMENT = "bank_statement", _("银行对账单")
        CASH_COUNT = "cash_count", _("现金盘点")
        INSURER = "insurer", _("保险公司对账单")
        CORE = "core", _("核心系统余额")

    institution = owned()
    ref = models.UUIDField(unique=True, default=new_ref, editable=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    source = models.CharField(max_length=16, choices=Source.choices)
    business_on = models.DateField()
    reference = models.CharField(max_length=64, blank=True)
    expected_minor = models.BigIntegerField()
    computed_minor = models.BigIntegerField()
    asserted_at = models.DateTimeField()
    asserted_by = models.UUIDField()
    explained_at = models.DateTimeField(null=True)
    explained_by = models.UUIDField(null=True)
    explanation = models.CharField(max_length=200, blank=True)

    class Meta:
        """An explanation has somebody who gave it."""

        indexes = [
            models.Index(
                fields=["institution", "business_on"],
                condition=Q(explained_at__isnull=True) & ~Q(expected_minor=F("computed_minor")),
                name="assertion_open_breaks",
            ),
            models.Index(fields=["institution", "-id"], name="assertion_of_institution"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(explained_at__isnull=True, explained_by__isnull=True, explanation="")
                | (Q(explained_at__isnull=False, explained_by__isnull=False) & ~Q(explanation="")),
                name="assertion_explained_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_on} {self.source} {self.account_id}"

    @property
    def difference_minor(self) -> int:
        """What they say less what we have."""
        return self.expected_minor - self.computed_minor


class CoreCode(models.Model):
    """The code that a kind of account has in a bank's own core, where the chart's does not hold."""

    institution = owned()
    kind = models.CharField(max_length=6)
    product = models.CharField(max_length=32, blank=True)
    core_code = models.CharField(max_length=32)

    class Meta:
        """One code per kind and product."""

        constraints = [
            models.UniqueConstraint(
                fields=["institution", "kind", "product"], name="core_code_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.core_code}"


class Resum(models.Model):
    """That all running balances were summed again, and how many did not hold."""

    institution = owned()
    summed_at = models.DateTimeField()
    accounts = models.IntegerField()
    differences = models.IntegerField()
    astray = models.IntegerField()

    class Meta:
        """The newest is asked for."""

        indexes = [models.Index(fields=["institution", "-id"], name="resum_of_institution")]

    def __str__(self) -> str:
        return f"{self.summed_at} {self.differences} {self.astray}"

    @property
    def holds(self) -> bool:
        """Whether everything agreed."""
        return not self.differences and not self.astray
