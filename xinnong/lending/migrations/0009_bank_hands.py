import django.db.models.deletion
from django.db import migrations, models

from xinnong.accounts import rls

OF_LENDER = (
    "ownaccount",
    "paymentfile",
    "paymentorder",
    "paymentresult",
    "bankstatement",
    "statementline",
    "corefile",
    "coreaside",
    "corefigure",
    "corebreak",
)
SEES_THE_LOAN = "EXISTS (SELECT FROM lending_loan AS l WHERE l.id = lending_corefigure.loan_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("lending", "0008_books_and_bureau"),
        ("accounts", "0004_books"),
        rls.DEPENDENCY,
    ]

    operations = [
        migrations.AddField(
            model_name="bankcard",
            name="number_key",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddField(
            model_name="bankcard",
            name="number_sealed",
            field=models.BinaryField(null=True),
        ),
        migrations.AlterField(
            model_name="loan",
            name="state",
            field=models.CharField(
                choices=[
                    ("active", "未结清"),
                    ("settled", "已结清"),
                    ("written_off", "已核销"),
                    ("unpaid", "款未付成，已撤销"),
                ],
                default="active",
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="CoreFigure",
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
                ("number", models.CharField(max_length=64)),
                ("as_of", models.DateField()),
                ("principal_minor", models.BigIntegerField()),
                ("interest_minor", models.BigIntegerField()),
                ("days_past_due", models.IntegerField()),
                ("asset_class", models.SmallIntegerField()),
                ("our_principal_minor", models.BigIntegerField(default=0)),
                ("our_interest_minor", models.BigIntegerField(default=0)),
                ("our_days_past_due", models.IntegerField(default=0)),
                ("our_asset_class", models.SmallIntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("institution", "number"), name="core_number_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CoreFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("institution", models.CharField(max_length=32)),
                ("as_of", models.DateField()),
                ("sha256", models.CharField(max_length=64)),
                ("read", models.IntegerField(default=0)),
                ("matched", models.IntegerField(default=0)),
                ("broken", models.IntegerField(default=0)),
                ("aside", models.IntegerField(default=0)),
                ("missing", models.IntegerField(default=0)),
                ("came_at", models.DateTimeField()),
                ("came_by", models.UUIDField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("institution", "as_of", "sha256"), name="core_file_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CoreAside",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32)),
                ("row", models.IntegerField()),
                ("field", models.CharField(max_length=32)),
                ("code", models.CharField(max_length=48)),
                (
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.corefile",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OwnAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("institution", models.CharField(max_length=32)),
                ("bank", models.CharField(max_length=64)),
                ("number", models.CharField(max_length=34)),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.UUIDField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("institution", "number"), name="own_account_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BankStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("institution", models.CharField(max_length=32)),
                ("sha256", models.CharField(max_length=64)),
                ("from_on", models.DateField()),
                ("through_on", models.DateField()),
                ("opening_minor", models.BigIntegerField()),
                ("closing_minor", models.BigIntegerField()),
                ("lines", models.IntegerField()),
                ("repeated", models.IntegerField()),
                ("matched", models.IntegerField(default=0)),
                ("waiting", models.IntegerField(default=0)),
                ("came_at", models.DateTimeField()),
                ("came_by", models.UUIDField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.ownaccount",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PaymentFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("institution", models.CharField(max_length=32)),
                (
                    "form",
                    models.CharField(
                        choices=[("csv", "CSV"), ("jsonl", "JSON Lines")], max_length=8
                    ),
                ),
                ("encoding", models.CharField(max_length=8)),
                ("payments", models.IntegerField()),
                ("sum_minor", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("content_key", models.CharField(max_length=16)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.UUIDField()),
                ("taken_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.ownaccount",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PaymentOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("institution", models.CharField(max_length=32)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("draw", "发放贷款"),
                            ("excess", "退还多收款"),
                            ("return", "退回来账款"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("to_send", "等待送行"),
                            ("sent", "已送行"),
                            ("done", "已付到"),
                            ("failed", "未付成"),
                            ("returned", "被退回"),
                        ],
                        default="to_send",
                        max_length=8,
                    ),
                ),
                ("card", models.UUIDField(null=True)),
                ("payee", models.BinaryField(null=True)),
                ("payee_key", models.CharField(blank=True, max_length=16)),
                ("about", models.UUIDField(null=True)),
                ("amount_minor", models.BigIntegerField()),
                ("business_on", models.DateField()),
                ("reason", models.CharField(blank=True, max_length=120)),
                ("made_at", models.DateTimeField()),
                ("ended_on", models.DateField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.ownaccount",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.paymentfile",
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.loan",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PaymentResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("institution", models.CharField(max_length=32)),
                ("number", models.CharField(max_length=64)),
                ("outcome", models.CharField(max_length=16)),
                ("amount_minor", models.BigIntegerField(null=True)),
                ("reason", models.CharField(blank=True, max_length=120)),
                ("row", models.IntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("applied", "已处理"), ("aside", "待查"), ("settled", "已查清")],
                        max_length=8,
                    ),
                ),
                ("aside", models.CharField(blank=True, max_length=48)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("came_at", models.DateTimeField()),
                ("came_by", models.UUIDField()),
                ("settled_by", models.UUIDField(null=True)),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.paymentorder",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StatementLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("institution", models.CharField(max_length=32)),
                ("row", models.IntegerField()),
                ("on", models.DateField()),
                ("amount_minor", models.BigIntegerField()),
                ("mark", models.CharField(max_length=64)),
                ("words", models.CharField(max_length=64)),
                ("said", models.BinaryField()),
                ("said_key", models.CharField(max_length=16)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("booked", "已记为还款"),
                            ("payment", "是付款指令"),
                            ("waiting", "待认领"),
                            ("proposed", "待复核"),
                            ("sent_back", "已退回"),
                            ("fee", "是银行收费"),
                        ],
                        max_length=10,
                    ),
                ),
                ("rule", models.CharField(blank=True, max_length=24)),
                ("repayment", models.UUIDField(null=True)),
                ("proposed_by", models.UUIDField(null=True)),
                ("settled_by", models.UUIDField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.ownaccount",
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.loan",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.paymentorder",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lending.bankstatement",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CoreBreak",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("institution", models.CharField(max_length=32)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("principal", "本金余额"),
                            ("interest", "应收利息"),
                            ("days_past_due", "逾期天数"),
                            ("asset_class", "五级分类"),
                            ("missing", "核心文件里没有这笔"),
                        ],
                        max_length=16,
                    ),
                ),
                ("ours", models.BigIntegerField()),
                ("theirs", models.BigIntegerField()),
                ("since_on", models.DateField()),
                ("seen_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "未查明"), ("explained", "已说明"), ("gone", "已消失")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("explanation", models.CharField(blank=True, max_length=200)),
                ("explained_by", models.UUIDField(null=True)),
                ("explained_at", models.DateTimeField(null=True)),
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
                    models.Index(fields=["institution", "state", "-id"], name="break_of_lender"),
                    models.Index(fields=["loan"], name="break_of_loan"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "gone"), _negated=True),
                        fields=("loan", "kind"),
                        name="break_stands_once",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="bankstatement",
            constraint=models.UniqueConstraint(fields=("account", "sha256"), name="statement_once"),
        ),
        migrations.AddIndex(
            model_name="paymentfile",
            index=models.Index(fields=["institution", "-id"], name="payment_file_of_lender"),
        ),
        migrations.AddIndex(
            model_name="paymentorder",
            index=models.Index(fields=["institution", "state", "-id"], name="payment_of_lender"),
        ),
        migrations.AddConstraint(
            model_name="paymentorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payment_is_money"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("file__isnull", True), ("state", "to_send")),
                    models.Q(("state", "to_send"), _negated=True),
                    _connector="OR",
                ),
                name="payment_to_send_is_in_no_file",
            ),
        ),
        migrations.AddIndex(
            model_name="paymentresult",
            index=models.Index(fields=["institution", "state", "-id"], name="result_of_lender"),
        ),
        migrations.AddConstraint(
            model_name="paymentresult",
            constraint=models.UniqueConstraint(
                fields=("institution", "sha256"), name="result_once"
            ),
        ),
        migrations.AddIndex(
            model_name="statementline",
            index=models.Index(fields=["institution", "state", "-id"], name="line_of_lender"),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.UniqueConstraint(
                fields=("account", "mark"), name="statement_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor", 0), _negated=True),
                name="statement_line_is_money",
            ),
        ),
        *[
            operation
            for name in OF_LENDER
            for operation in rls.enable(
                f"lending_{name}",
                owner_kind="b",
                institution_column="institution",
                personal=False,
                books=True,
            )
        ],
        # a borrower whose loan the core keeps reads what the core says of it
        rls.policy("lending_corefigure", "borrower", "SELECT", SEES_THE_LOAN),
    ]
