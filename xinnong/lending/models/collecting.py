"""What was done to collect a late loan. Nothing of it is ever changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinnong.lending.models.loans import of_loan


class ContactKind(models.TextChoices):
    """What was done."""

    CALL = "call", _("打电话")
    VISIT = "visit", _("上门")
    PROMISE = "promise", _("答应还款")
    NOTE = "note", _("备注")
    LETTER = "letter", _("寄催收函")


class ContactParty(models.TextChoices):
    """Who was spoken or written to; anybody else is refused by name."""

    BORROWER = "borrower", _("借款人本人")
    GUARANTOR = "guarantor", _("保证人")
    OTHER = "other", _("其他人（亲友、邻居、单位）")


class NextStep(models.TextChoices):
    """What comes next."""

    CALL = "call", _("再打电话")
    VISIT = "visit", _("上门")
    LETTER = "letter", _("寄催收函")
    RESTRUCTURE = "restructure", _("商量展期或重组")
    LEGAL = "legal", _("报法务")


class LetterKind(models.TextChoices):
    """Which letter: a reminder, or the last one before the law."""

    REMINDER = "reminder", _("催收通知")
    FINAL = "final", _("最后通知")


class CollectionContact(models.Model):
    """One contact about a late loan: who, when, with whom, what was said and what comes next.

    `on` is the lender's open day, `owed_minor` what had fallen due by then. Whether a promise was
    kept is asked of the repayments, never written down.
    """

    ref = models.UUIDField(unique=True)
    loan = of_loan()
    institution = models.CharField(max_length=32)
    on = models.DateField()
    kind = models.CharField(max_length=8, choices=ContactKind.choices)
    party = models.CharField(max_length=12, choices=ContactParty.choices)
    at = models.DateTimeField()
    said = models.CharField(max_length=500)
    promised_minor = models.BigIntegerField(null=True)
    promised_on = models.DateField(null=True)
    next_step = models.CharField(max_length=12, choices=NextStep.choices, blank=True)
    next_at = models.DateTimeField(null=True)
    owed_minor = models.BigIntegerField()
    days_past_due = models.IntegerField()
    by = models.UUIDField()
    recorded_at = models.DateTimeField()

    class Meta:
        """A promise says how much by when; a next step has its time; no third party."""

        indexes = [models.Index(fields=["loan", "-id"], name="contact_of_loan")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="promise", promised_minor__gt=0, promised_on__isnull=False)
                | (~Q(kind="promise") & Q(promised_minor=None, promised_on=None)),
                name="contact_promise_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(next_step="", next_at=None)
                | (~Q(next_step="") & Q(next_at__isnull=False)),
                name="contact_next_step_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(party__in=["borrower", "guarantor"]), name="contact_no_third_party"
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class CollectionLetter(models.Model):
    """A letter as it was set and sent: the PDF and its checksum."""

    ref = models.UUIDField(unique=True)
    loan = of_loan()
    institution = models.CharField(max_length=32)
    contact = models.OneToOneField(
        CollectionContact, on_delete=models.PROTECT, related_name="letter", db_constraint=False
    )
    kind = models.CharField(max_length=8, choices=LetterKind.choices)
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        """Read by loan."""

        indexes = [models.Index(fields=["loan", "-id"], name="letter_of_loan")]

    def __str__(self) -> str:
        return str(self.ref)
