"""Planted households: what says that they are invented stands here alone, for the county's overseers.

Nobody who may open files sees a row, not even an overseer who holds another role that may.
"""

from django.db import migrations, models

from xinnong.accounts import rls

OVERSEERS = (
    "(SELECT scope.is_system()) OR ((SELECT scope.oversees()) AND (SELECT scope.holds('a'))"
    " AND NOT (SELECT scope.sees_persons()))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0004_police_seal"),
    ]

    operations = [
        migrations.CreateModel(
            name="Canary",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("area12", models.CharField(max_length=12)),
                ("head_name", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待第二人核准"),
                            ("refused", "未核准"),
                            ("planted", "已布设"),
                            ("leaving", "撤除待核准"),
                            ("removed", "已撤除"),
                        ],
                        max_length=12,
                    ),
                ),
                ("household_id", models.BigIntegerField(null=True, unique=True)),
                ("template_id", models.BigIntegerField(null=True)),
                ("proposed_by", models.UUIDField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("leave_asked_by", models.UUIDField(null=True)),
                ("removed_by", models.UUIDField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "canaries",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["proposed", "refused"]),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="canary_planted_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "removed"), _negated=True),
                            models.Q(
                                ("removed_by__isnull", False),
                                models.Q(("removed_by", models.F("leave_asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="canary_removed_by_two",
                    ),
                ],
            },
        ),
        rls.switch_on("privacy_canary"),
        *rls.grants("privacy_canary", app="append", batch="read"),
        migrations.RunSQL(
            "GRANT UPDATE (state, decided_by, decided_at, leave_asked_by, removed_by, removed_at)"
            " ON privacy_canary TO xinnong_app;"
            " GRANT UPDATE (household_id, template_id) ON privacy_canary TO xinnong_batch",
            migrations.RunSQL.noop,
        ),
        rls.policy("privacy_canary", "overseers", "ALL", OVERSEERS),
        rls.policy("privacy_canary", "batch", "ALL", "true", role=rls.BATCH),
    ]
