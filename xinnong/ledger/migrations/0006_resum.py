import django.db.models.deletion
from django.db import migrations, models

from xinnong.accounts import rls

TABLE = "ledger_resum"
OWN = "institution_id = ANY ((SELECT scope.ledgers())::bigint[])"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_shorter_way_to_post")]

    operations = [
        migrations.CreateModel(
            name="Resum",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("summed_at", models.DateTimeField()),
                ("accounts", models.IntegerField()),
                ("differences", models.IntegerField()),
                ("astray", models.IntegerField()),
                (
                    "institution",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.institution",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["institution", "-id"], name="resum_of_institution")
                ],
            },
        ),
        rls.switch_on(TABLE),
        rls.policy(TABLE, "own", "ALL", OWN),
        *rls.grants(TABLE, app="append"),
    ]
