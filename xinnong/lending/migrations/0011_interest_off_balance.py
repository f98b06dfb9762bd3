import django.db.models.deletion
from django.db import migrations, models

from xinnong.accounts import rls

TABLE = "lending_offbalancechange"
SEEN = f"EXISTS (SELECT FROM lending_loan AS l WHERE l.id = {TABLE}.loan_id)"


class Migration(migrations.Migration):
    dependencies = [("lending", "0010_securities"), rls.DEPENDENCY]

    operations = [
        migrations.AddField(
            model_name="standing",
            name="off_balance",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(
                condition=models.Q(("off_balance", True)),
                fields=["institution"],
                name="standing_off_balance",
            ),
        ),
        migrations.CreateModel(
            name="OffBalanceChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32)),
                ("on", models.DateField()),
                ("is_off", models.BooleanField()),
                ("interest_minor", models.BigIntegerField()),
                ("penalty_minor", models.BigIntegerField()),
                ("compound_minor", models.BigIntegerField()),
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
                    models.Index(fields=["institution", "on"], name="off_balance_change_of_day")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("loan", "on"), name="off_balance_change_once")
                ],
            },
        ),
        rls.switch_on(TABLE),
        rls.policy(
            TABLE,
            "own",
            "ALL",
            f"(SELECT scope.is_system()) OR ((SELECT scope.holds('b')) AND {SEEN})",
        ),
        rls.policy(TABLE, "borrower", "SELECT", SEEN),
        *rls.grants(TABLE, app="append"),
    ]
