import django.db.models.deletion
from django.db import migrations, models

from xinnong.accounts import rls

# A borrower sees neither notes nor proposals of the staff; a note is written once.
SEES_THE_LOAN = "EXISTS (SELECT FROM lending_loan AS l WHERE l.id = {table}.loan_id)"


def of_staff(table, access):
    seen = SEES_THE_LOAN.format(table=table)
    works_there = f"((SELECT scope.holds('b')) AND {seen})"
    return [
        rls.switch_on(table),
        rls.policy(table, "own", "ALL", f"(SELECT scope.is_system()) OR {works_there}"),
        *rls.grants(table, app=access),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("lending", "0005_loans_are_walled"),
        rls.DEPENDENCY,
    ]

    operations = [
        migrations.CreateModel(
            name="LoanNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32)),
                ("text", models.CharField(max_length=500)),
                ("written_by", models.UUIDField()),
                ("written_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="LoanProposal",
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
                        choices=[("restructure", "重组"), ("write_off", "核销")], max_length=12
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "等第二人确认"),
                            ("confirmed", "已办理"),
                            ("turned_down", "没有同意"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("method", models.CharField(blank=True, max_length=20)),
                ("months", models.SmallIntegerField(null=True)),
                ("rate_percent", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                (
                    "difficulty",
                    models.CharField(
                        choices=[
                            ("harvest", "遭灾减产"),
                            ("price", "价格下跌、卖不出去"),
                            ("buyer", "买家拖欠货款"),
                            ("work", "失去工作或经营中断"),
                            ("debt", "债务太多，周转不开"),
                            ("unrecoverable", "已经无法收回"),
                        ],
                        max_length=16,
                    ),
                ),
                ("evidence", models.CharField(max_length=64)),
                ("proposed_by", models.UUIDField()),
                ("proposed_at", models.DateTimeField()),
                ("ended_by", models.UUIDField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="loan",
            name="restructured_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="standing",
            name="difficulty_over",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="standing",
            name="least_class",
            field=models.SmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="standing",
            name="observed_from",
            field=models.DateField(null=True),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("restructured", False),
                    models.Q(
                        ("least_class__gte", 2),
                        ("least_class__lte", 5),
                        ("observed_from__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="standing_observed_from_a_day",
            ),
        ),
        migrations.AddField(
            model_name="loannote",
            name="loan",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="lending.loan",
            ),
        ),
        migrations.AddField(
            model_name="loanproposal",
            name="loan",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="lending.loan",
            ),
        ),
        migrations.AddIndex(
            model_name="loannote",
            index=models.Index(fields=["loan", "-id"], name="note_of_loan"),
        ),
        migrations.AddConstraint(
            model_name="loannote",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="note_says_something"
            ),
        ),
        migrations.AddIndex(
            model_name="loanproposal",
            index=models.Index(fields=["loan"], name="proposal_of_loan"),
        ),
        migrations.AddConstraint(
            model_name="loanproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("loan",), name="proposal_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="loanproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", True), ("ended_by__isnull", True), ("state", "open")
                    ),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("ended_at__isnull", False),
                        ("ended_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="proposal_ended_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["confirmed", "turned_down"]), _negated=True),
                    models.Q(("ended_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="proposal_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "restructure"), _negated=True),
                    models.Q(
                        ("months__gt", 0),
                        ("months__isnull", False),
                        ("rate_percent__gte", 0),
                        ("rate_percent__isnull", False),
                        models.Q(("method", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="proposal_restructures_somehow",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("evidence", ""), _negated=True), name="proposal_shows_evidence"
            ),
        ),
        *of_staff("lending_loannote", "append"),
        *of_staff("lending_loanproposal", "write"),
    ]
