from django.db import migrations, models

from xinnong.accounts import rls


class Migration(migrations.Migration):
    dependencies = [
        ("lending", "0013_months_of_days"),
        rls.DEPENDENCY,
    ]

    operations = [
        migrations.CreateModel(
            name="AlertLook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32, unique=True)),
                ("looked_at", models.DateTimeField()),
                ("whole_on", models.DateField()),
                ("rules_on", models.DateField()),
                ("newest_loan", models.BigIntegerField()),
                ("newest_hold", models.BigIntegerField()),
                ("newest_line", models.BigIntegerField()),
            ],
        ),
        # no page reads it: only the look itself, which sees everything
        *rls.enable(
            "lending_alertlook", owner_kind="b", institution_column="institution", app="write"
        ),
        migrations.AddField(
            model_name="statementline",
            name="payer_hash",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="loanalert",
            name="kind",
            field=models.CharField(
                choices=[
                    ("card", "同一张收款卡"),
                    ("device", "同一部手机"),
                    ("number", "同一个手机号"),
                    ("household", "同一户多人借款"),
                    ("staff", "同一个人经手很多笔"),
                    ("guarantor", "同一个保证人"),
                    ("passed_on", "刚放的款替别人还了贷款"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="bankcard",
            index=models.Index(fields=["institution", "number_hash"], name="card_of_mark"),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(fields=["institution", "disbursed_on"], name="loan_drawn_on"),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(fields=["person"], name="loan_of_person"),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(
                condition=models.Q(("payee__isnull", False)), fields=["payee"], name="loan_paid_to"
            ),
        ),
        migrations.AddIndex(
            model_name="paymenthold",
            index=models.Index(fields=["institution", "kind", "mark"], name="hold_of_mark"),
        ),
        migrations.AddIndex(
            model_name="statementline",
            index=models.Index(
                condition=models.Q(("payer_hash__isnull", False)),
                fields=["institution", "payer_hash"],
                name="line_of_payer",
            ),
        ),
        migrations.AddIndex(
            model_name="statementline",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", False)),
                fields=["institution", "settled_at"],
                name="line_settled_at",
            ),
        ),
    ]
