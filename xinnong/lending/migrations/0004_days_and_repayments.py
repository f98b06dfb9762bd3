import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lending", "0003_loans"),
    ]

    operations = [
        migrations.CreateModel(
            name="BusinessDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32, unique=True)),
                ("open_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "营业中"), ("closing", "日终处理中")],
                        default="open",
                        max_length=8,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EodRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32)),
                ("on", models.DateField()),
                (
                    "step",
                    models.SmallIntegerField(
                        choices=[
                            (0, "开始"),
                            (1, "计息"),
                            (2, "分类"),
                            (3, "催收提醒"),
                            (4, "记账"),
                            (5, "开新日"),
                        ],
                        default=0,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "进行中"), ("done", "已完成")],
                        default="running",
                        max_length=8,
                    ),
                ),
                ("loans", models.IntegerField(default=0)),
                ("accrued_minor", models.BigIntegerField(default=0)),
                ("reclassified", models.IntegerField(default=0)),
                ("provisions_delta_minor", models.BigIntegerField(default=0)),
                ("dunned", models.IntegerField(default=0)),
                ("transfers", models.IntegerField(default=0)),
                ("ledger_difference_minor", models.BigIntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("institution", "on"), name="eod_once_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="EodAccrual",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "on",
                        "loan_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("on", models.DateField()),
                ("institution", models.CharField(max_length=32)),
                ("interest_minor", models.BigIntegerField()),
                ("penalty_minor", models.BigIntegerField()),
                ("compound_minor", models.BigIntegerField()),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.publishedproduct",
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
        ),
        migrations.CreateModel(
            name="ClassChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32)),
                ("on", models.DateField()),
                ("before", models.SmallIntegerField()),
                ("after", models.SmallIntegerField()),
                ("days_past_due", models.IntegerField()),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), size=None
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
        ),
        migrations.CreateModel(
            name="AccrualCorrection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32)),
                ("on", models.DateField()),
                ("reason", models.CharField(max_length=48)),
                ("interest_minor", models.BigIntegerField(default=0)),
                ("penalty_minor", models.BigIntegerField(default=0)),
                ("compound_minor", models.BigIntegerField(default=0)),
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
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32)),
                ("on", models.DateField()),
                ("kind", models.CharField(max_length=24)),
                ("amount_minor", models.BigIntegerField()),
                ("days_past_due", models.IntegerField()),
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
        ),
        migrations.CreateModel(
            name="Repayment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("institution", models.CharField(max_length=32)),
                ("on", models.DateField()),
                ("amount_minor", models.BigIntegerField()),
                ("prepaid_minor", models.BigIntegerField(default=0)),
                ("held_minor", models.BigIntegerField(default=0)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("cash", "柜面现金"),
                            ("transfer", "转账"),
                            ("card", "本人银行卡扣款"),
                            ("suspense", "待处理款转入"),
                            ("held", "暂收款转入"),
                            ("renewal", "续贷转入"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("booked", "已入账"), ("reversed", "已冲正")],
                        default="booked",
                        max_length=12,
                    ),
                ),
                ("journal", models.BigIntegerField(null=True)),
                ("booked_on", models.DateField()),
                ("booked_at", models.DateTimeField()),
                ("booked_by", models.UUIDField()),
                ("reversed_on", models.DateField(null=True)),
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
        ),
        migrations.CreateModel(
            name="RepaymentPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("n", models.SmallIntegerField()),
                ("component", models.CharField(max_length=12)),
                ("amount_minor", models.BigIntegerField()),
                ("until_on", models.DateField(null=True)),
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
                (
                    "repayment",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="lending.repayment",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="classchange",
            constraint=models.UniqueConstraint(fields=("loan", "on"), name="class_change_once"),
        ),
        migrations.AddIndex(
            model_name="accrualcorrection",
            index=models.Index(fields=["loan"], name="correction_of_loan"),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(fields=("loan", "on", "kind"), name="reminder_once"),
        ),
        migrations.AddIndex(
            model_name="repayment",
            index=models.Index(fields=["loan", "on", "id"], name="repayment_of_loan"),
        ),
        migrations.AddConstraint(
            model_name="repayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="repayment_is_money"
            ),
        ),
        migrations.AddConstraint(
            model_name="repayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("held_minor__gte", 0),
                    ("prepaid_minor__gte", 0),
                    (
                        "amount_minor__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("prepaid_minor"), "+", models.F("held_minor")
                        ),
                    ),
                ),
                name="repayment_spent_once",
            ),
        ),
        migrations.AddIndex(
            model_name="repaymentpart",
            index=models.Index(fields=["loan"], name="repayment_part_of_loan"),
        ),
        migrations.AddConstraint(
            model_name="repaymentpart",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="part_is_money"
            ),
        ),
    ]
