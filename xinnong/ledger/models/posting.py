"""Accounts, journals and transfers of each lender, and the commands that were answered.

Journals and transfers are written by the database function `ledger.post` and never changed. Their
links bear no foreign keys in the database: the check of one locks the row it points at, so that
every posting of an institution would queue at the same few, and it looks past the row policies, so
that a neighbour could ask which rows exist. The function and the services check instead, and
nothing of the ledger is ever deleted.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xinnong.accounts.models import Institution
from xinnong.audit.refs import new_ref
from xinnong.ledger import chart

KEY_LENGTH = 128
TOTALS = (
    "posted_debits_minor",
    "posted_credits_minor",
    "pending_debits_minor",
    "pending_credits_minor",
)


def _held(function: str, *columns: str) -> models.Func:
    """A rule of a row as a function of the database: the text of a check is read at every write."""
    given = [F(column) for column in columns]
    return models.Func(*given, function=function, output_field=models.BooleanField())


def owned() -> models.ForeignKey[Institution, Institution]:
    """The lender a row belongs to, without a lock on it; see the module."""
    return models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )


class Account(models.Model):
    """One account. `holder` and `object_ref` are public references of a person and a loan or so.

    The four totals are kept only where the kind has a running balance; elsewhere they are NULL.
    """

    class NormalSide(models.TextChoices):
        """The side on which the account grows."""

        DEBIT = "d", _("借")
        CREDIT = "c", _("贷")

    institution = owned()
    ref = models.UUIDField(unique=True, default=new_ref, editable=False)
    kind = models.CharField(max_length=6)
    product = models.CharField(max_length=32, blank=True)
    holder = models.UUIDField(null=True)
    object_ref = models.UUIDField(null=True)
    normal = models.CharField(max_length=1, choices=NormalSide.choices)
    no_negative_balance = models.BooleanField(default=False)
    debits_must_not_exceed_credits = models.BooleanField(default=False)
    posted_debits_minor = models.BigIntegerField(null=True)
    posted_credits_minor = models.BigIntegerField(null=True)
    pending_debits_minor = models.BigIntegerField(null=True)
    pending_credits_minor = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """One account per kind, product and object.

        Totals stand all or none and never below zero, a limit needs totals, and limits hold at every
        moment.
        """

        indexes = [
            models.Index(
                fields=["holder"], condition=Q(holder__isnull=False), name="account_of_holder"
            ),
            models.Index(
                fields=["object_ref"],
                condition=Q(object_ref__isnull=False),
                name="account_of_object",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "kind", "product", "object_ref"],
                nulls_distinct=False,
                name="account_once",
            ),
            models.CheckConstraint(
                condition=_held(
                    "ledger.totals_hold",
                    "normal",
                    "no_negative_balance",
                    "debits_must_not_exceed_credits",
                    *TOTALS,
                ),
                name="account_totals_hold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.product} {self.pk}"

    @property
    def runs(self) -> bool:
        """Whether the account carries its balance; the function keeps it."""
        return self.posted_debits_minor is not None

    @property
    def balance_minor(self) -> int:
        """Posted running balance on the normal side. Asserts that the account carries one."""
        assert self.posted_debits_minor is not None, "the balance of this account is a sum"
        assert self.posted_credits_minor is not None
        balance = self.posted_debits_minor - self.posted_credits_minor
        return balance if self.normal == self.NormalSide.DEBIT else -balance

    @property
    def available_minor(self) -> int:
        """Running balance less what is reserved from it."""
        takes = self.pending_credits_minor if self.normal == "d" else self.pending_debits_minor
        assert takes is not None
        return self.balance_minor - takes

    @property
    def chart_kind(self) -> chart.AccountKind:
        """The entry of the chart."""
        return chart.kind_of(self.kind)


class Journal(models.Model):
    """Transfers that landed together. `actor`, `route` and `key` name the command for good."""

    institution = owned()
    ref = models.UUIDField(unique=True, default=new_ref, editable=False)
    business_on = models.DateField()
    booked_at = models.DateTimeField()
    reason = models.CharField(max_length=48)
    reference = models.CharField(max_length=64, blank=True)
    actor = models.UUIDField()
    route = models.CharField(max_length=48)
    key = models.CharField(max_length=KEY_LENGTH)
    body_hash = models.BinaryField(max_length=32)
    reverses = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    class Meta:
        """A key is used once; a journal is reversed once."""

        indexes = [
            models.Index(
                fields=["reference"], condition=~Q(reference=""), name="journal_of_reference"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "actor", "route", "key"], name="journal_key_once"
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(reverses__isnull=False),
                name="journal_reversed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_on} {self.reason} {self.pk}"


class Transfer(models.Model):
    """Money from the credited to the debited account, or its reservation, or that one's end.

    `ends` is the reservation a settling or voiding transfer ends. Never changed.
    """

    class State(models.TextChoices):
        """As in core.ledger.State."""

        POSTED = "posted", _("已入账")
        PENDING = "pending", _("预留")
        POSTED_PENDING = "posted_pending", _("预留转入账")
        VOIDED = "voided", _("预留撤销")

    institution = owned()
    journal = models.ForeignKey(
        Journal, on_delete=models.PROTECT, related_name="transfers", db_constraint=False
    )
    business_on = models.DateField()
    debit = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    credit = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=48)
    state = models.CharField(max_length=16, choices=State.choices)
    ends = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    class Meta:
        """Balances by construction; a reservation ends once.

        An amount of one fen to ten trillion yuan between two accounts; what settles or voids names
        what it ends.
        """

        indexes = [
            models.Index(fields=["debit", "business_on", "id"], name="transfer_debits"),
            models.Index(fields=["credit", "business_on", "id"], name="transfer_credits"),
            BrinIndex(fields=["business_on"], name="transfer_days"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ends"], condition=Q(ends__isnull=False), name="transfer_ends_once"
            ),
            models.CheckConstraint(
                condition=_held(
                    "ledger.transfer_holds", "debit", "credit", "amount_minor", "state", "ends"
                ),
                name="transfer_holds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.debit_id} ← {self.credit_id} {self.amount_minor}"


class IdempotencyKey(models.Model):
    """A command that was done: tenant, user, route, key and body, and what it answered."""

    institution = owned()
    actor = models.UUIDField()
    route = models.CharField(max_length=48)
    key = models.CharField(max_length=KEY_LENGTH)
    body_hash = models.CharField(max_length=64)
    answer = models.JSONField()
    done_at = models.DateTimeField()

    class Meta:
        """A key is used once."""

        constraints = [
            models.UniqueConstraint(
                fields=["institution", "actor", "route", "key"], name="command_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
