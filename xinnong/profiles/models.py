"""One wide profile row per household, run and basis; contested facts; medians.

Bases: `pre` (no field that needs written consent, nothing of a lender), `base` (with the fields
every adult concerned consented to share with the county's credit service), `granted` (one row per
lender: consented fields plus that lender's own history). A NULL feature is unknown, never zero.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinnong.registry.models import Household, Run


class Basis(models.TextChoices):
    """Which facts a result was allowed to read."""

    PRE = "pre", _("预授信口径")
    BASE = "base", _("基础口径")
    GRANTED = "granted", _("授信口径")


def _value() -> models.BigIntegerField[int | None, int | None]:
    return models.BigIntegerField(null=True)


class Profile(models.Model):
    """The features of one household on one basis; units as declared with each feature."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    area12 = models.CharField(max_length=12)
    basis = models.CharField(max_length=8, choices=Basis.choices)
    lender = models.CharField(max_length=32, blank=True)
    completeness_percent = models.SmallIntegerField()
    known_features = models.SmallIntegerField()

    house_value = _value()
    land_mu_years = _value()
    forest_mu = _value()
    machine_value = _value()
    vehicle_value = _value()
    livestock_crop_value = _value()
    collective_shares = _value()
    deposits = _value()
    assets_total = _value()
    assets_vs_town = _value()

    own_bank_balance = _value()
    seizures_open = _value()
    mortgages_open = _value()
    private_debt = _value()
    guarantees_given = _value()
    court_sum_open = _value()
    debt_total = _value()
    debt_to_assets = _value()
    debt_service_to_income = _value()

    farm_net_income = _value()
    chain_sales = _value()
    wage_earners = _value()
    subsidies = _value()
    dividends = _value()
    pensioners = _value()
    income_total = _value()
    income_stability = _value()
    season_peak_share = _value()
    income_vs_town = _value()
    farm_entity_role = _value()
    business_years = _value()

    members = _value()
    workers = _value()
    dependants_ratio = _value()
    village_years = _value()
    schooling_members = _value()

    worst_dpd_24m = _value()
    loans_repaid = _value()
    lines_used_percent = _value()
    court_list_open = _value()
    litigation_defendant_open = _value()
    tax_grade = _value()
    penalties_3y = _value()
    insurance_years = _value()
    social_insurance_months = _value()

    review_score = _value()
    honours = _value()
    coop_member = _value()

    adult_18_65 = _value()
    lives_in_county = _value()
    own_dpd_over_90 = _value()
    consent_ok = _value()
    lines_elsewhere = _value()
    net_assets = _value()
    operating_income = _value()
    planted_mu = _value()
    norm_input = _value()

    class Meta:
        """One row per household, basis and lender in a run."""

        constraints = [
            models.UniqueConstraint(
                fields=["run", "household", "basis", "lender"], name="profile_once"
            ),
            models.CheckConstraint(
                condition=(Q(basis="granted") & ~Q(lender=""))
                | (Q(basis__in=["pre", "base"]) & Q(lender="")),
                name="profile_lender_only_when_granted",
            ),
            models.CheckConstraint(
                condition=Q(completeness_percent__range=(0, 100)), name="profile_completeness"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.basis} {self.lender}"


class ContestedFact(models.Model):
    """One source's statement where sources disagree: the winner and what lost out."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    area12 = models.CharField(max_length=12)
    field = models.CharField(max_length=48)
    value = models.CharField(max_length=64)
    source_class = models.CharField(max_length=32)
    batch = models.BigIntegerField()
    row = models.IntegerField()
    as_of = models.DateField()
    won = models.BooleanField()
    rule = models.CharField(max_length=32)

    class Meta:
        """Read by household."""

        indexes = [models.Index(fields=["run", "household"], name="contested_household")]

    def __str__(self) -> str:
        return f"{self.household_id} {self.field} {self.source_class}"


class DimensionMedian(models.Model):
    """Median points of a dimension over the households of a village or town."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    area = models.CharField(max_length=12)
    basis = models.CharField(max_length=8, choices=Basis.choices)
    dimension = models.CharField(max_length=16)
    households = models.IntegerField()
    median_points = models.SmallIntegerField()

    class Meta:
        """One median per area, basis and dimension."""

        constraints = [
            models.UniqueConstraint(
                fields=["run", "area", "basis", "dimension"], name="median_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.dimension}"


class SourceCompleteness(models.Model):
    """How many households have at least one fact of a data class."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    source_class = models.CharField(max_length=32)
    households_with_fact = models.IntegerField()
    households = models.IntegerField()

    class Meta:
        """One row per class in a run."""

        constraints = [
            models.UniqueConstraint(fields=["run", "source_class"], name="completeness_once"),
        ]

    def __str__(self) -> str:
        return self.source_class
