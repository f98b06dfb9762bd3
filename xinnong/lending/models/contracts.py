"""Contracts, their paper, and what must hold before money leaves."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xinnong.lending.models.applications import Application
from xinnong.lending.models.owned import OfHousehold
from xinnong.lending.models.payees import BankCard


class ContractState(models.TextChoices):
    """Where a contract stands; only one in force can be drawn on."""

    DRAFTED = "drafted", _("待签")
    SIGNED = "signed", _("已签，条件未齐")
    IN_FORCE = "in_force", _("生效中")
    ENDED = "ended", _("结束")
    CANCELLED = "cancelled", _("已取消")


class SignedHow(models.TextChoices):
    """How the borrower signed. A code sent to a phone is no way to sign."""

    IN_PERSON = "face_to_face", _("面谈面签")
    CARD_CHECK = "card_check", _("本人核验加本人银行卡")


class Contract(OfHousehold):
    """Terms as canonical bytes, never changed, and what became of them.

    `identity_check` is the reference of the identity check's answer, `photo` that of the picture of
    the signing, `scan_sha256` names the scanned signature page. The columns beside the terms repeat
    what lists and limits need; a test holds them together.
    """

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="contract", db_constraint=False
    )
    organisation = models.UUIDField(null=True)
    terms = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    limit_minor = models.BigIntegerField()
    rate_percent = models.DecimalField(max_digits=9, decimal_places=6)
    late_percent = models.DecimalField(max_digits=9, decimal_places=6)
    starts_on = models.DateField()
    ends_on = models.DateField()
    security = models.CharField(max_length=16)
    payee = models.CharField(max_length=16)
    state = models.CharField(max_length=12, choices=ContractState.choices)
    drafted_by = models.UUIDField()
    drafted_at = models.DateTimeField()
    signed_how = models.CharField(max_length=16, choices=SignedHow.choices, blank=True)
    signed_at = models.DateTimeField(null=True)
    officer = models.UUIDField(null=True)
    identity_check = models.CharField(max_length=64, blank=True)
    photo = models.CharField(max_length=64, blank=True)
    scan_sha256 = models.CharField(max_length=64, blank=True)
    card = models.ForeignKey(
        BankCard, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    cooling_off_until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A signed contract says how: with an officer, photo and scan, or with the own card."""

        constraints = [
            models.CheckConstraint(
                condition=Q(limit_minor__gt=0, ends_on__gt=F("starts_on")),
                name="contract_has_a_limit_and_a_term",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["drafted", "cancelled"], signed_how="")
                | (
                    Q(signed_how="face_to_face", officer__isnull=False, signed_at__isnull=False)
                    & ~Q(identity_check="")
                    & ~Q(photo="")
                    & ~Q(scan_sha256="")
                )
                | (
                    Q(signed_how="card_check", card__isnull=False, signed_at__isnull=False)
                    & ~Q(identity_check="")
                ),
                name="contract_signed_by_a_person",
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "household", "state"], name="contract_household"),
        ]


class ContractPaper(OfHousehold):
    """The contract as people read it: the PDF and its checksum, made once when it was drafted."""

    contract = models.OneToOneField(
        Contract, on_delete=models.PROTECT, related_name="paper", db_constraint=False
    )
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()


class ContractCondition(OfHousehold):
    """One condition that holds, with what shows it; a missing row is a condition that does not."""

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="conditions", db_constraint=False
    )
    code = models.CharField(max_length=32)
    evidence = models.CharField(max_length=64)
    met_at = models.DateTimeField()
    met_by = models.UUIDField()

    class Meta:
        """A condition is met once, and never without evidence."""

        constraints = [
            models.UniqueConstraint(fields=["contract", "code"], name="condition_once"),
            models.CheckConstraint(condition=~Q(evidence=""), name="condition_shows_evidence"),
        ]
