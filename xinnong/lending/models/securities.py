"""What stands behind a loan: guarantors, mortgaged things, their owners and their values."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinnong.lending.models.applications import Application
from xinnong.lending.models.owned import OfHousehold


class GuarantorState(models.TextChoices):
    """Where a guarantee stands."""

    NAMED = "named", _("已同意，待签字")
    SIGNED = "signed", _("已签字")
    DROPPED = "dropped", _("不再担保")
    RELEASED = "released", _("担保已解除")


class Guarantor(OfHousehold):
    """Somebody who answers for a borrower's loan; `party` is a person's or organisation's reference.

    For an organisation `signatory` is the person who signs for it. Income and net assets are what
    the papers under `means_reference` showed on the day they were named.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="guarantors", db_constraint=False
    )
    kind = models.CharField(max_length=24)
    party = models.UUIDField()
    node = models.CharField(max_length=40)
    signatory = models.UUIDField()
    name = models.CharField(max_length=128)
    amount_minor = models.BigIntegerField()
    income_minor = models.BigIntegerField(null=True)
    net_assets_minor = models.BigIntegerField(null=True)
    means_reference = models.CharField(max_length=64)
    consent_sha256 = models.CharField(max_length=64)
    consented_on = models.DateField()
    state = models.CharField(max_length=12, choices=GuarantorState.choices)
    named_by = models.UUIDField()
    named_at = models.DateTimeField()
    officer = models.UUIDField(null=True)
    identity_check = models.CharField(max_length=64, blank=True)
    photo = models.CharField(max_length=64, blank=True)
    scan_sha256 = models.CharField(max_length=64, blank=True)
    signed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Nobody answers twice for one loan; whoever signed did so before an officer."""

        constraints = [
            models.UniqueConstraint(
                fields=["application", "party"],
                condition=Q(state__in=["named", "signed"]),
                name="guarantor_once",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="guarantee_is_money"),
            models.CheckConstraint(
                condition=~Q(state="signed")
                | (
                    Q(officer__isnull=False, signed_at__isnull=False)
                    & ~Q(identity_check="")
                    & ~Q(photo="")
                    & ~Q(scan_sha256="")
                ),
                name="guarantor_signed_in_person",
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "party", "state"], name="guarantor_exposure")
        ]


class CollateralState(models.TextChoices):
    """Where a mortgage stands."""

    NAMED = "named", _("待登记")
    REGISTERED = "registered", _("已登记")
    DROPPED = "dropped", _("不再抵押")
    RELEASED = "released", _("抵押登记已注销")


class Collateral(OfHousehold):
    """A thing mortgaged for a loan: what the title search showed, and where it is registered.

    `owners_count` of them own it by the register; `prior_minor` is what earlier mortgages secure. `search_reference` names the answer of the title
    search on `searched_on`.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="collateral", db_constraint=False
    )
    kind = models.CharField(max_length=32)
    label = models.CharField(max_length=64)
    certificate = models.CharField(max_length=64)
    owners_count = models.SmallIntegerField()
    prior_minor = models.BigIntegerField(default=0)
    searched_on = models.DateField()
    search_reference = models.CharField(max_length=64)
    has_grantor_consent = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=CollateralState.choices)
    named_by = models.UUIDField()
    named_at = models.DateTimeField()
    registry = models.CharField(max_length=16)
    registration = models.CharField(max_length=64, blank=True)
    registered_on = models.DateField(null=True)
    insurer = models.CharField(max_length=64, blank=True)
    policy_number = models.CharField(max_length=64, blank=True)
    insured_until = models.DateField(null=True)
    cancellation = models.CharField(max_length=64, blank=True)
    cancelled_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A thing secures one loan of a lender at a time; registered and released say where and when."""

        constraints = [
            models.UniqueConstraint(
                fields=["institution", "registry", "certificate"],
                condition=Q(state__in=["named", "registered"]),
                name="collateral_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="registered")
                | (Q(registered_on__isnull=False) & ~Q(registration="")),
                name="collateral_registered_somewhere",
            ),
            models.CheckConstraint(
                condition=~Q(state="released")
                | (Q(cancelled_on__isnull=False) & ~Q(cancellation="")),
                name="collateral_released_on_record",
            ),
            models.CheckConstraint(condition=Q(prior_minor__gte=0), name="collateral_prior_sums"),
        ]


class CollateralOwner(OfHousehold):
    """Somebody who owns a mortgaged thing, alone or with others, and consented in writing."""

    collateral = models.ForeignKey(
        Collateral, on_delete=models.PROTECT, related_name="owners", db_constraint=False
    )
    party = models.UUIDField()
    name = models.CharField(max_length=128)
    consent_sha256 = models.CharField(max_length=64)
    consented_on = models.DateField()
    recorded_by = models.UUIDField()

    class Meta:
        """Once a thing."""

        constraints = [
            models.UniqueConstraint(fields=["collateral", "party"], name="collateral_owner_once"),
        ]


class Valuation(OfHousehold):
    """What a thing is worth by one method, by one valuer, on one day."""

    collateral = models.ForeignKey(
        Collateral, on_delete=models.PROTECT, related_name="valuations", db_constraint=False
    )
    value_minor = models.BigIntegerField()
    method = models.CharField(max_length=16)
    valuer = models.CharField(max_length=64)
    valued_on = models.DateField()
    reference = models.CharField(max_length=64)
    recorded_by = models.UUIDField()

    class Meta:
        """A value is money."""

        constraints = [
            models.CheckConstraint(condition=Q(value_minor__gt=0), name="valuation_is_money"),
        ]
