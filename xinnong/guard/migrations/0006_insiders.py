"""The watch over our own users: the overseer of whoever read sees alerts, the person concerned never.

Evidence is seen with its alert, an event with its evidence, a label with its case. Readers of operators
who have no overseer of their own are the county's to oversee.
"""

import django.db.models.deletion
from django.db import migrations, models

from xinnong.accounts import rls

SYSTEM = "(SELECT scope.is_system())"
OVERSEES = "(SELECT scope.oversees()) AND NOT (SELECT scope.sees_persons())"
OF_THE_OVERSEER = f"""{OVERSEES} AND actor <> (SELECT scope.actor()) AND (
    (owner_kind = 'b' AND (SELECT scope.holds('b'))
     AND institution = ANY ((SELECT scope.institutions())::text[]))
    OR (owner_kind <> 'b' AND (SELECT scope.holds('a'))))"""
OF_A_CASE = "case_id IN (SELECT id FROM guard_insidercase)"
OF_AN_ALERT = "alert_id IN (SELECT id FROM guard_insideralert)"
IN_EVIDENCE = "id IN (SELECT event_id FROM guard_insiderevidence)"
KEEPS_RULES = f"{OVERSEES} AND (SELECT scope.holds('a'))"
POLICIES = (
    ("insideralert", (("SELECT", OF_THE_OVERSEER),)),
    ("insidercase", (("SELECT", OF_THE_OVERSEER), ("UPDATE", OF_THE_OVERSEER))),
    ("insiderlabel", (("SELECT", OF_A_CASE), ("INSERT", OF_A_CASE))),
    ("insiderevidence", (("SELECT", OF_AN_ALERT),)),
    ("insiderevent", (("SELECT", IN_EVIDENCE),)),
    ("insiderrulebook", (("ALL", KEEPS_RULES),)),
    ("insiderstate", ()),
    ("insidermark", ()),
)


def protected(table, overseers):
    """The watch itself writes everything; an overseer reads, and says what came of a case."""
    name = f"guard_{table}"
    return [
        rls.switch_on(name),
        *rls.grants(name, app="write"),
        rls.policy(name, "watch", "ALL", SYSTEM),
        *(
            rls.policy(name, f"overseers_{command.lower()}", command, condition)
            for command, condition in overseers
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("guard", "0005_victims"),
    ]

    operations = [
        migrations.CreateModel(
            name="InsiderMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "log",
                    models.CharField(
                        choices=[("read", "read"), ("list", "list"), ("tick", "tick")],
                        max_length=8,
                        unique=True,
                    ),
                ),
                ("settled", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="InsiderCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("actor", models.UUIDField()),
                ("owner_kind", models.CharField(blank=True, max_length=1)),
                ("institution", models.CharField(blank=True, max_length=32)),
                ("severity", models.CharField(max_length=8)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "办理中"), ("closed", "已结案")],
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("misuse", "不当查看"),
                            ("work", "正常办事"),
                            ("unclear", "查不清"),
                        ],
                        max_length=8,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("alerted_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.UUIDField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("actor",),
                        name="insider_case_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "open")),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                                ("state", "closed"),
                                models.Q(("verdict", ""), _negated=True),
                                models.Q(("closed_by", models.F("actor")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="insider_case_closed_with_a_verdict",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InsiderEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "log",
                    models.CharField(
                        choices=[("read", "read"), ("list", "list"), ("tick", "tick")], max_length=8
                    ),
                ),
                ("log_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("agent_mark", models.CharField(blank=True, max_length=32)),
                ("household_mark", models.CharField(max_length=32, null=True)),
                ("village", models.CharField(max_length=12, null=True)),
                ("purpose", models.CharField(max_length=16, null=True)),
                ("means", models.CharField(max_length=32, null=True)),
                ("night", models.BooleanField(null=True)),
                ("usual", models.BooleanField(null=True)),
                ("canary", models.BooleanField(null=True)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["received_at"], name="insider_event_received")],
                "constraints": [
                    models.UniqueConstraint(fields=("log", "log_id"), name="insider_event_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="InsiderRulebook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("version", models.CharField(max_length=24, unique=True)),
                ("source", models.TextField()),
                ("sha256", models.CharField(max_length=64, unique=True)),
                (
                    "mode",
                    models.CharField(
                        choices=[("live", "正式运行"), ("shadow", "影子运行（只计数，不成案）")],
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待第二人确认"),
                            ("in_force", "生效中"),
                            ("refused", "未确认"),
                            ("ended", "已结束"),
                        ],
                        max_length=12,
                    ),
                ),
                ("tried", models.JSONField()),
                ("tried_events", models.IntegerField()),
                ("proposed_by", models.UUIDField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("mode", "live"), ("state", "in_force")),
                        fields=("mode",),
                        name="insider_rules_one_live",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "in_force"), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="insider_rules_by_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InsiderAlert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("alert_id", models.CharField(max_length=20)),
                ("rule", models.CharField(max_length=40)),
                ("title_zh", models.CharField(max_length=200)),
                ("title_en", models.CharField(max_length=200)),
                ("severity", models.CharField(max_length=8)),
                ("is_shadow", models.BooleanField()),
                ("is_current", models.BooleanField(default=True)),
                ("supersedes", models.CharField(blank=True, max_length=20)),
                ("actor", models.UUIDField()),
                ("owner_kind", models.CharField(blank=True, max_length=1)),
                ("institution", models.CharField(blank=True, max_length=32)),
                ("households", models.IntegerField()),
                ("events", models.IntegerField()),
                ("from_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("found_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts",
                        to="guard.insidercase",
                    ),
                ),
                (
                    "rulebook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guard.insiderrulebook",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InsiderState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cursor", models.BigIntegerField(default=0)),
                ("kept_cursor", models.BigIntegerField(default=0)),
                ("kept", models.BinaryField(null=True)),
                ("events", models.BigIntegerField(default=0)),
                ("late", models.BigIntegerField(default=0)),
                ("duplicate", models.BigIntegerField(default=0)),
                ("alerts", models.BigIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                (
                    "rulebook",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guard.insiderrulebook",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="InsiderEvidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("owner_kind", models.CharField(blank=True, max_length=1)),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="guard.insideralert",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guard.insiderevent",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("alert", "event"), name="insider_evidence_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="InsiderLabel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("owner_kind", models.CharField(blank=True, max_length=1)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("misuse", "不当查看"),
                            ("work", "正常办事"),
                            ("unclear", "查不清"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("said_by", models.UUIDField()),
                ("said_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="labels",
                        to="guard.insidercase",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="insider_label_with_a_reason",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="insideralert",
            index=models.Index(fields=["actor", "-id"], name="insider_alert_of"),
        ),
        migrations.AddConstraint(
            model_name="insideralert",
            constraint=models.UniqueConstraint(
                fields=("rulebook", "alert_id"), name="insider_alert_once"
            ),
        ),
        *(operation for table, overseers in POLICIES for operation in protected(table, overseers)),
    ]
