import django.contrib.postgres.fields
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
            name="PublishedScorecard",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=48)),
                ("version", models.CharField(max_length=16)),
                ("effective_on", models.DateField()),
                ("document", models.BinaryField()),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("schema_version", models.SmallIntegerField()),
                ("first_signer", models.UUIDField()),
                ("second_signer", models.UUIDField()),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "version"), name="scorecard_version_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_signer", models.F("second_signer")), _negated=True
                        ),
                        name="scorecard_two_signers",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Score",
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
                ("points", models.SmallIntegerField()),
                ("grade", models.CharField(max_length=4)),
                ("assets_points", models.SmallIntegerField()),
                ("liabilities_points", models.SmallIntegerField()),
                ("income_points", models.SmallIntegerField()),
                ("family_points", models.SmallIntegerField()),
                ("standing_points", models.SmallIntegerField()),
                ("character_points", models.SmallIntegerField()),
                (
                    "points_by_feature",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None
                    ),
                ),
                (
                    "reason_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=48), size=None
                    ),
                ),
                ("first_borrower", models.BooleanField()),
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
                (
                    "scorecard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="scoring.publishedscorecard",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "household", "basis", "lender"), name="score_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", "granted"), models.Q(("lender", ""), _negated=True)),
                            models.Q(("basis__in", ["pre", "base"]), ("lender", "")),
                            _connector="OR",
                        ),
                        name="score_lender_only_when_granted",
                    ),
                ],
            },
        ),
        *rls.grants("scoring_publishedscorecard", app="append", batch="append"),
        *rls.enable(
            "scoring_score",
            owner_kind="a",
            area_column="area12",
            lender_column="lender",
            household_column="household_id",
            app="read",
            batch="write",
            shares=[rls.Share("b", "basis = 'pre'")],
        ),
    ]
