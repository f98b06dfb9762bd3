import django.db.models.deletion
from django.db import migrations, models

from xinnong.accounts import rls


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        rls.DEPENDENCY,
        ("registry", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContestedFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area12", models.CharField(max_length=12)),
                ("field", models.CharField(max_length=48)),
                ("value", models.CharField(max_length=64)),
                ("source_class", models.CharField(max_length=32)),
                ("batch", models.BigIntegerField()),
                ("row", models.IntegerField()),
                ("as_of", models.DateField()),
                ("won", models.BooleanField()),
                ("rule", models.CharField(max_length=32)),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.household",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="registry.run",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["run", "household"], name="contested_household")],
            },
        ),
        migrations.CreateModel(
            name="DimensionMedian",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area", models.CharField(max_length=12)),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("pre", "预授信口径"),
                            ("base", "基础口径"),
                            ("granted", "授信口径"),
                        ],
                        max_length=8,
                    ),
                ),
                ("dimension", models.CharField(max_length=16)),
                ("households", models.IntegerField()),
                ("median_points", models.SmallIntegerField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="registry.run",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "area", "basis", "dimension"), name="median_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Profile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area12", models.CharField(max_length=12)),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("pre", "预授信口径"),
                            ("base", "基础口径"),
                            ("granted", "授信口径"),
                        ],
                        max_length=8,
                    ),
                ),
                ("lender", models.CharField(blank=True, max_length=32)),
                ("completeness_percent", models.SmallIntegerField()),
                ("known_features", models.SmallIntegerField()),
                ("house_value", models.BigIntegerField(null=True)),
                ("land_mu_years", models.BigIntegerField(null=True)),
                ("forest_mu", models.BigIntegerField(null=True)),
                ("machine_value", models.BigIntegerField(null=True)),
                ("vehicle_value", models.BigIntegerField(null=True)),
                ("livestock_crop_value", models.BigIntegerField(null=True)),
                ("collective_shares", models.BigIntegerField(null=True)),
                ("deposits", models.BigIntegerField(null=True)),
                ("assets_total", models.BigIntegerField(null=True)),
                ("assets_vs_town", models.BigIntegerField(null=True)),
                ("own_bank_balance", models.BigIntegerField(null=True)),
                ("seizures_open", models.BigIntegerField(null=True)),
                ("mortgages_open", models.BigIntegerField(null=True)),
                ("private_debt", models.BigIntegerField(null=True)),
                ("guarantees_given", models.BigIntegerField(null=True)),
                ("court_sum_open", models.BigIntegerField(null=True)),
                ("debt_total", models.BigIntegerField(null=True)),
                ("debt_to_assets", models.BigIntegerField(null=True)),
                ("debt_service_to_income", models.BigIntegerField(null=True)),
                ("farm_net_income", models.BigIntegerField(null=True)),
                ("chain_sales", models.BigIntegerField(null=True)),
                ("wage_earners", models.BigIntegerField(null=True)),
                ("subsidies", models.BigIntegerField(null=True)),
                ("dividends", models.BigIntegerField(null=True)),
                ("pensioners", models.BigIntegerField(null=True)),
                ("income_total", models.BigIntegerField(null=True)),
                ("income_stability", models.BigIntegerField(null=True)),
                ("season_peak_share", models.BigIntegerField(null=True)),
                ("income_vs_town", models.BigIntegerField(null=True)),
                ("farm_entity_role", models.BigIntegerField(null=True)),
                ("business_years", models.BigIntegerField(null=True)),
                ("members", models.BigIntegerField(null=True)),
                ("workers", models.BigIntegerField(null=True)),
                ("dependants_ratio", models.BigIntegerField(null=True)),
                ("village_years", models.BigIntegerField(null=True)),
                ("schooling_members", models.BigIntegerField(null=True)),
                ("worst_dpd_24m", models.BigIntegerField(null=True)),
                ("loans_repaid", models.BigIntegerField(null=True)),
                ("lines_used_percent", models.BigIntegerField(null=True)),
                ("court_list_open", models.BigIntegerField(null=True)),
                ("litigation_defendant_open", models.BigIntegerField(null=True)),
                ("tax_grade", models.BigIntegerField(null=True)),
                ("penalties_3y", models.BigIntegerField(null=True)),
                ("insurance_years", models.BigIntegerField(null=True)),
                ("social_insurance_months", models.BigIntegerField(null=True)),
                ("review_score", models.BigIntegerField(null=True)),
                ("honours", models.BigIntegerField(null=True)),
                ("coop_member", models.BigIntegerField(null=True)),
                ("adult_18_65", models.BigIntegerField(null=True)),
                ("lives_in_county", models.BigIntegerField(null=True)),
                ("own_dpd_over_90", models.BigIntegerField(null=True)),
                ("consent_ok", models.BigIntegerField(null=True)),
                ("lines_elsewhere", models.BigIntegerField(null=True)),
                ("net_assets", models.BigIntegerField(null=True)),
                ("operating_income", models.BigIntegerField(null=True)),
                ("planted_mu", models.BigIntegerField(null=True)),
                ("norm_input", models.BigIntegerField(null=True)),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.household",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="registry.run",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "household", "basis", "lender"), name="profile_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", "granted"), models.Q(("lender", ""), _negated=True)),
                            models.Q(("basis__in", ["pre", "base"]), ("lender", "")),
                            _connector="OR",
                        ),
                        name="profile_lender_only_when_granted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("completeness_percent__range", (0, 100))),
                        name="profile_completeness",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SourceCompleteness",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source_class", models.CharField(max_length=32)),
                ("households_with_fact", models.IntegerField()),
                ("households", models.IntegerField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="registry.run",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "source_class"), name="completeness_once"
                    )
                ],
            },
        ),
        *rls.enable(
            "profiles_profile",
            owner_kind="a",
            area_column="area12",
            lender_column="lender",
            household_column="household_id",
            app="read",
            batch="write",
            shares=[rls.Share("b", "basis = 'pre'")],
        ),
        *rls.enable(
            "profiles_contestedfact",
            owner_kind="a",
            area_column="area12",
            household_column="household_id",
            app="read",
            batch="write",
        ),
        *rls.enable(
            "profiles_dimensionmedian",
            owner_kind="a",
            personal=False,
            app="read",
            batch="write",
            shares=[rls.Share("b")],
        ),
        *rls.grants("profiles_sourcecompleteness", app="read", batch="write"),
    ]
