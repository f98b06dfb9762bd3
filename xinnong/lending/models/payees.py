"""Where money may go, and what has to wait before it does."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinnong.lending.models.owned import OfHousehold


class VerifiedHow(models.TextChoices):
    """How it was made sure that a card is the borrower's own."""

    COUNTER = "counter", _("柜台核对本人和卡")
    BANK_CHECK = "bank_check", _("发卡行核验")


class BankCard(OfHousehold):
    """A card bound to its owner: a keyed hash finds it again, the last four digits name it.

    The number is sealed for its owner and opens for an order to the bank alone.
    """

    number_hash = models.BigIntegerField()
    number_sealed = models.BinaryField(null=True)
    number_key = models.CharField(max_length=16, blank=True)
    last4 = models.CharField(max_length=4)
    bank = models.CharField(max_length=64)
    verified_how = models.CharField(max_length=12, choices=VerifiedHow.choices)
    bound_by = models.UUIDField()
    bound_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        """A card is bound once at a lender, and never to two people."""

        constraints = [
            models.UniqueConstraint(
                fields=["institution", "number_hash"],
                condition=Q(removed_at__isnull=True),
                name="card_one_owner",
            ),
        ]
        indexes = [models.Index(fields=["institution", "number_hash"], name="card_of_mark")]


class HoldKind(models.TextChoices):
    """What is new and has to wait."""

    CARD = "card", _("新绑的卡")
    DEVICE = "device", _("新设备")
    NUMBER = "number", _("新手机号")


class CalledHow(models.TextChoices):
    """How the borrower was asked back; never on a number that is itself new."""

    EARLIER_NUMBER = "earlier_number", _("打原来登记的号码")
    IN_PERSON = "in_person", _("当面问过本人")


class PaymentHold(OfHousehold):
    """A card, device or number seen for the first time waits a day, or until the call-back.

    `mark` is a keyed hash and tells nothing to whoever reads it.
    """

    kind = models.CharField(max_length=8, choices=HoldKind.choices)
    mark = models.BigIntegerField()
    card = models.ForeignKey(
        BankCard, null=True, on_delete=models.PROTECT, related_name="holds", db_constraint=False
    )
    seen_at = models.DateTimeField()
    held_until = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.UUIDField(null=True)
    called_how = models.CharField(max_length=16, choices=CalledHow.choices, blank=True)

    class Meta:
        """A thing is new once; whoever lifts says how the borrower was asked."""

        constraints = [
            models.UniqueConstraint(
                fields=["institution", "person", "kind", "mark"],
                condition=~Q(kind="card"),
                name="hold_once",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, called_how="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(called_how="")),
                name="hold_lifted_by_a_call_back",
            ),
        ]
        indexes = [models.Index(fields=["institution", "kind", "mark"], name="hold_of_mark")]
