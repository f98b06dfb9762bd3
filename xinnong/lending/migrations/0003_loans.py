import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lending", "0002_origination"),
        ("registry", "0002_pending_links_are_personal"),
    ]

    operations = [
        migrations.CreateModel(
            name="Loan",
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
                (
                    "book",
                    models.CharField(
                        choices=[("core", "机构核心系统"), ("xinnong", "本系统账本")], max_length=8
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "未结清"),
                            ("settled", "已结清"),
                            ("written_off", "已核销"),
                        ],
                        default="active",
                        max_length=12,
                    ),
                ),
                ("principal_minor", models.BigIntegerField()),
                ("rate_percent", models.DecimalField(decimal_places=6, max_digits=9)),
                ("late_rate_percent", models.DecimalField(decimal_places=6, max_digits=9)),
                ("compounds", models.BooleanField()),
                ("principal_first_after_days", models.SmallIntegerField(null=True)),
                ("disbursed_on", models.DateField()),
                ("original_matures_on", models.DateField()),
                ("matures_on", models.DateField()),
                ("closed_on", models.DateField(null=True)),
                ("payee", models.UUIDField(null=True)),
                ("renews", models.UUIDField(null=True)),
                ("version", models.SmallIntegerField(default=1)),
                ("drawn_at", models.DateTimeField()),
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
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.publishedproduct",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LoanDue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32)),
                ("n", models.SmallIntegerField()),
                ("on", models.DateField()),
                ("principal_minor", models.BigIntegerField()),
                ("interest_minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField(default=0)),
                ("from_version", models.SmallIntegerField(default=1)),
                ("until_version", models.SmallIntegerField(null=True)),
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
            name="LoanStretch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32)),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
                ("balance_minor", models.BigIntegerField()),
                ("rate_percent", models.DecimalField(decimal_places=6, max_digits=9)),
                ("earned_minor", models.BigIntegerField()),
                ("is_even", models.BooleanField()),
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
            name="LoanVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.SmallIntegerField()),
                ("from_on", models.DateField()),
                ("reason", models.CharField(max_length=48)),
                ("terms", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.UUIDField()),
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
            name="OpenDue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32)),
                ("n", models.SmallIntegerField()),
                ("on", models.DateField()),
                ("fee_minor", models.BigIntegerField()),
                ("interest_minor", models.BigIntegerField()),
                ("penalty_minor", models.BigIntegerField(default=0)),
                ("compound_minor", models.BigIntegerField(default=0)),
                ("principal_minor", models.BigIntegerField()),
                ("booked_penalty_minor", models.BigIntegerField(default=0)),
                ("booked_compound_minor", models.BigIntegerField(default=0)),
                (
                    "penalty_numerator",
                    models.DecimalField(decimal_places=0, default=0, max_digits=48),
                ),
                (
                    "compound_numerator",
                    models.DecimalField(decimal_places=0, default=0, max_digits=48),
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
            name="Standing",
            fields=[
                (
                    "loan",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="lending.loan",
                    ),
                ),
                ("institution", models.CharField(max_length=32)),
                ("day_count", models.CharField(max_length=16)),
                ("half_up", models.BooleanField()),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
                ("clock_from", models.BigIntegerField()),
                ("balance_minor", models.BigIntegerField()),
                ("rate_micro", models.BigIntegerField()),
                ("earned_minor", models.BigIntegerField()),
                ("is_even", models.BooleanField()),
                ("contract_rate_micro", models.BigIntegerField()),
                ("late_rate_micro", models.BigIntegerField()),
                ("matures_on", models.DateField()),
                ("compounds", models.BooleanField()),
                ("days_past_due", models.IntegerField(default=0)),
                ("asset_class", models.SmallIntegerField(default=1)),
                (
                    "class_reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), default=list, size=None
                    ),
                ),
                ("technical", models.BooleanField(default=False)),
                ("misused", models.BooleanField(default=False)),
                ("restructured", models.BooleanField(default=False)),
                ("expected_loss_percent", models.SmallIntegerField(null=True)),
                ("special_minor", models.BigIntegerField(default=0)),
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
            ],
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(fields=["contract_ref"], name="loan_of_contract"),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(fields=["household", "-id"], name="loan_of_household"),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(fields=["institution", "state", "-id"], name="loan_of_institution"),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(("principal_minor__gt", 0)), name="loan_lends_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("matures_on__gte", models.F("original_matures_on")),
                    ("original_matures_on__gt", models.F("disbursed_on")),
                ),
                name="loan_matures_after_it_is_drawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_on__isnull", True), ("state", "active")),
                    models.Q(
                        models.Q(("state", "active"), _negated=True), ("closed_on__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="loan_closed_on_a_day",
            ),
        ),
        migrations.AddIndex(
            model_name="loandue",
            index=models.Index(
                condition=models.Q(("until_version__isnull", True)),
                fields=["institution", "on"],
                name="due_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="loandue",
            constraint=models.UniqueConstraint(
                fields=("loan", "n", "from_version"), name="due_once"
            ),
        ),
        migrations.AddIndex(
            model_name="loanstretch",
            index=models.Index(fields=["institution", "from_on"], name="stretch_beginning"),
        ),
        migrations.AddConstraint(
            model_name="loanstretch",
            constraint=models.UniqueConstraint(fields=("loan", "from_on"), name="stretch_once"),
        ),
        migrations.AddConstraint(
            model_name="loanversion",
            constraint=models.UniqueConstraint(
                fields=("loan", "version"), name="loan_version_once"
            ),
        ),
        migrations.AddIndex(
            model_name="opendue",
            index=models.Index(fields=["institution", "loan"], name="open_due_of_institution"),
        ),
        migrations.AddConstraint(
            model_name="opendue",
            constraint=models.UniqueConstraint(fields=("loan", "n"), name="open_due_once"),
        ),
        migrations.AddConstraint(
            model_name="opendue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("compound_minor__gte", 0),
                    ("fee_minor__gte", 0),
                    ("interest_minor__gte", 0),
                    ("penalty_minor__gte", 0),
                    ("principal_minor__gte", 0),
                ),
                name="open_due_not_overpaid",
            ),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(
                condition=models.Q(
                    ("days_past_due__gt", 0),
                    ("asset_class__gt", 1),
                    ("misused", True),
                    ("restructured", True),
                    ("expected_loss_percent__isnull", False),
                    _connector="OR",
                ),
                fields=["institution"],
                name="standing_to_look_at",
            ),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(fields=["institution"], name="standing_of_institution"),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.CheckConstraint(
                condition=models.Q(("asset_class__gte", 1), ("asset_class__lte", 5)),
                name="standing_five_classes",
            ),
        ),
    ]
