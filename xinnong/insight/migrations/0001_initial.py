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
            name="AreaSummary",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area", models.CharField(max_length=12)),
                (
                    "kind",
                    models.CharField(
                        choices=[("pre", "预授信"), ("granted", "授信")], max_length=8
                    ),
                ),
                ("lender", models.CharField(blank=True, max_length=32)),
                ("households", models.IntegerField()),
                ("lined_households", models.IntegerField()),
                ("line_sum_minor", models.BigIntegerField()),
                ("points_sum", models.BigIntegerField()),
                ("scored_households", models.IntegerField()),
                ("first_borrowers", models.IntegerField()),
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
                        fields=("run", "area", "kind", "lender"), name="area_summary_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GradeCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area", models.CharField(max_length=12)),
                (
                    "kind",
                    models.CharField(
                        choices=[("pre", "预授信"), ("granted", "授信")], max_length=8
                    ),
                ),
                ("lender", models.CharField(blank=True, max_length=32)),
                ("grade", models.CharField(max_length=4)),
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
                        fields=("run", "area", "kind", "lender", "grade"), name="grade_count_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LineBand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area", models.CharField(max_length=12)),
                (
                    "kind",
                    models.CharField(
                        choices=[("pre", "预授信"), ("granted", "授信")], max_length=8
                    ),
                ),
                ("lender", models.CharField(blank=True, max_length=32)),
                ("floor_minor", models.BigIntegerField()),
                ("ceiling_minor", models.BigIntegerField(null=True)),
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
                        fields=("run", "area", "kind", "lender", "floor_minor"),
                        name="line_band_once",
                    )
                ],
            },
        ),
        *rls.enable(
            "insight_areasummary",
            owner_kind="a",
            area_column="area",
            lender_column="lender",
            personal=False,
            app="read",
            batch="write",
            shares=[rls.Share("b", "kind = 'pre'")],
        ),
        *rls.enable(
            "insight_gradecount",
            owner_kind="a",
            area_column="area",
            lender_column="lender",
            personal=False,
            app="read",
            batch="write",
            shares=[rls.Share("b", "kind = 'pre'")],
        ),
        *rls.enable(
            "insight_lineband",
            owner_kind="a",
            area_column="area",
            lender_column="lender",
            personal=False,
            app="read",
            batch="write",
            shares=[rls.Share("b", "kind = 'pre'")],
        ),
    ]
