import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.math
import django.db.models.lookups
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
            name="PublishedPolicy",
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
                "verbose_name_plural": "published policies",
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="policy_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_signer", models.F("second_signer")), _negated=True
                        ),
                        name="policy_two_signers",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area12", models.CharField(max_length=12)),
                (
                    "kind",
                    models.CharField(
                        choices=[("pre", "预授信"), ("granted", "授信")], max_length=8
                    ),
                ),
                ("lender", models.CharField(blank=True, max_length=32)),
                ("grade", models.CharField(max_length=4)),
                ("points", models.SmallIntegerField()),
                ("line_minor", models.BigIntegerField()),
                ("base_minor", models.BigIntegerField(null=True)),
                ("assets_minor", models.BigIntegerField(null=True)),
                ("income_minor", models.BigIntegerField(null=True)),
                ("elsewhere_minor", models.BigIntegerField(null=True)),
                ("area_minor", models.BigIntegerField(null=True)),
                ("uncapped_minor", models.BigIntegerField(null=True)),
                ("cap_code", models.CharField(blank=True, max_length=32)),
                (
                    "closed_gates",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=48), size=None
                    ),
                ),
                ("rate_percent", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
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
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="credit.publishedpolicy",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["run", "kind", "lender", "grade", "household"], name="line_grade"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "household", "kind", "lender"), name="line_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("line_minor__gte", 0), ("line_minor__lte", 30000000)),
                        name="line_within_household_cap",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            django.db.models.functions.math.Mod("line_minor", 10000), 0
                        ),
                        name="line_whole_hundreds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "granted"), models.Q(("lender", ""), _negated=True)),
                            models.Q(("kind", "pre"), ("lender", "")),
                            _connector="OR",
                        ),
                        name="line_lender_only_when_granted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_gates__len", 0), ("line_minor", 0), _connector="OR"
                        ),
                        name="line_gate_closes_to_zero",
                    ),
                ],
            },
        ),
        *rls.grants("credit_publishedpolicy", app="append", batch="append"),
        *rls.enable(
            "credit_line",
            owner_kind="a",
            area_column="area12",
            lender_column="lender",
            household_column="household_id",
            app="read",
            batch="write",
            shares=[rls.Share("b", "kind = 'pre'")],
        ),
    ]
