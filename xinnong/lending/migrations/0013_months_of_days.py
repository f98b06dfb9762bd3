import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from xinnong.accounts import rls

TABLE = "lending_accrualmonth"
SEES_THE_LOAN = f"EXISTS (SELECT FROM lending_loan AS l WHERE l.id = {TABLE}.loan_id)"
WORKS_THERE = f"((SELECT scope.holds('b')) AND {SEES_THE_LOAN})"

# The days of every month, wherever they lie, as whoever asks may see them.
DAYS = """
CREATE VIEW lending_accrualday WITH (security_invoker = true) AS
SELECT loan_id, "on", institution, product_id, interest_minor, penalty_minor, compound_minor
FROM lending_eodaccrual
UNION ALL
SELECT m.loan_id, m.month + (d.day - 1), m.institution, m.product_id, d.interest_minor,
       coalesce(d.penalty_minor, 0), coalesce(d.compound_minor, 0)
FROM lending_accrualmonth AS m
CROSS JOIN LATERAL unnest(m.days, m.interest_days, m.penalty_days, m.compound_days)
    AS d(day, interest_minor, penalty_minor, compound_minor);
REVOKE ALL ON lending_accrualday FROM xinnong_app, xinnong_batch;
GRANT SELECT ON lending_accrualday TO xinnong_app;
"""


def _days(of: type[models.Field]) -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(base_field=of(), size=None)


def _link(to: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=to,
    )


class Migration(migrations.Migration):
    dependencies = [("lending", "0012_borrowers_see_the_day"), rls.DEPENDENCY]

    operations = [
        migrations.AddField(
            model_name="businessday",
            name="folded_before",
            field=models.DateField(null=True),
        ),
        migrations.CreateModel(
            name="AccrualMonth",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "loan_id",
                        "month",
                        "product_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("month", models.DateField()),
                ("institution", models.CharField(max_length=32)),
                ("days", _days(models.SmallIntegerField)),
                ("interest_days", _days(models.BigIntegerField)),
                ("penalty_days", _days(models.BigIntegerField)),
                ("compound_days", _days(models.BigIntegerField)),
                ("interest_minor", models.BigIntegerField()),
                ("penalty_minor", models.BigIntegerField()),
                ("compound_minor", models.BigIntegerField()),
                ("loan", _link("lending.loan")),
                ("product", _link("lending.publishedproduct")),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["month"], name="accrual_months"
                    )
                ],
            },
        ),
        rls.switch_on(TABLE),
        rls.policy(TABLE, "own", "ALL", f"(SELECT scope.is_system()) OR {WORKS_THERE}"),
        rls.policy(TABLE, "borrower", "SELECT", SEES_THE_LOAN),
        *rls.grants(TABLE, app="append"),
        migrations.RunSQL(DAYS, "DROP VIEW lending_accrualday"),
    ]
