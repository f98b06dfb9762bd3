import django.db.models.deletion
from django.db import migrations, models

from xinnong.accounts import rls

SEES_THE_LOAN = "EXISTS (SELECT FROM lending_loan AS l WHERE l.id = {table}.loan_id)"


def of_loan(name: str, app: rls.Access) -> list[migrations.RunSQL]:
    """Seen by the lender's staff who see the loan; jobs of the installation skip the look."""
    table = f"lending_{name}"
    works_there = f"((SELECT scope.holds('b')) AND {SEES_THE_LOAN.format(table=table)})"
    return [
        rls.switch_on(table),
        rls.policy(table, "own", "ALL", f"(SELECT scope.is_system()) OR {works_there}"),
        *rls.grants(table, app=app),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("lending", "0007_after_lending"),
        ("registry", "0002_pending_links_are_personal"),
        rls.DEPENDENCY,
    ]

    operations = [
        migrations.CreateModel(
            name="BookSum",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32)),
                ("on", models.DateField()),
                ("dimension", models.CharField(max_length=8)),
                ("value", models.CharField(blank=True, max_length=32)),
                ("loans", models.IntegerField()),
                ("borrowers", models.IntegerField()),
                ("balance_minor", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("institution", "on", "dimension", "value"), name="book_sum_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BureauDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("institution", models.CharField(max_length=32)),
                ("month", models.DateField()),
                ("number", models.SmallIntegerField()),
                ("records", models.IntegerField()),
                ("corrections", models.IntegerField()),
                ("withheld", models.IntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("made_by", models.UUIDField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("institution", "month", "number"), name="bureau_delivery_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BureauConsent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("institution", models.CharField(max_length=32)),
                ("area12", models.CharField(max_length=12)),
                ("person", models.UUIDField()),
                ("contract_ref", models.UUIDField()),
                ("consented_on", models.DateField()),
                ("paper_sha256", models.CharField(max_length=64)),
                ("recorded_by", models.UUIDField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "household",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.household",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("contract_ref",), name="bureau_consent_once"),
                    models.CheckConstraint(
                        condition=models.Q(("paper_sha256__regex", "^[0-9a-f]{64}$")),
                        name="bureau_consent_on_paper",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BureauNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32)),
                ("told_on", models.DateField()),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("letter", "书面通知"),
                            ("message", "短信"),
                            ("call", "电话"),
                            ("in_person", "当面告知"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reference", models.CharField(max_length=64)),
                ("recorded_by", models.UUIDField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "loan",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.loan",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("loan", "told_on"), name="bureau_notice_once"),
                    models.CheckConstraint(
                        condition=models.Q(("reference", ""), _negated=True),
                        name="bureau_notice_shows_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BureauRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32)),
                ("month", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opened", "开户"),
                            ("monthly", "月报"),
                            ("closed", "关户"),
                            ("correction", "更正"),
                        ],
                        max_length=12,
                    ),
                ),
                ("content", models.BinaryField()),
                (
                    "delivery",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.bureaudelivery",
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.loan",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("loan", "month", "delivery"), name="bureau_record_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthEnd",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32)),
                ("on", models.DateField()),
                ("balance_minor", models.BigIntegerField()),
                ("due_minor", models.BigIntegerField()),
                ("overdue_minor", models.BigIntegerField()),
                ("overdue_principal_minor", models.BigIntegerField()),
                ("overdue_since", models.DateField(null=True)),
                ("late_within", models.BooleanField()),
                ("days_past_due", models.IntegerField()),
                ("asset_class", models.SmallIntegerField()),
                ("special_minor", models.BigIntegerField()),
                ("mended_on", models.DateField(null=True)),
                (
                    "loan",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.loan",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["institution", "on"], name="month_end_of_institution")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("loan", "on"), name="month_end_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("days_past_due__gte", 0),
                            ("overdue_principal_minor__gte", 0),
                            ("overdue_principal_minor__lte", models.F("overdue_minor")),
                        ),
                        name="month_end_parts_within_the_whole",
                    ),
                ],
            },
        ),
        *of_loan("monthend", "write"),
        *of_loan("bureaunotice", "append"),
        *of_loan("bureaurecord", "append"),
        *rls.enable(
            "lending_bureauconsent",
            owner_kind="b",
            institution_column="institution",
            area_column="area12",
            household_column="household_id",
            subject_column="person",
            app="append",
        ),
        *rls.enable(
            "lending_bureaudelivery",
            owner_kind="b",
            institution_column="institution",
            personal=False,
            app="write",
        ),
        *rls.enable(
            "lending_booksum",
            owner_kind="b",
            institution_column="institution",
            personal=False,
            shares=[rls.Share("a")],
        ),
    ]
