import django.db.models.deletion
from django.db import migrations, models

from xinnong.accounts import rls


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        rls.DEPENDENCY,
    ]

    operations = [
        migrations.CreateModel(
            name="Household",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("ref", models.CharField(max_length=14, unique=True)),
                ("area12", models.CharField(max_length=12)),
                ("head_name", models.CharField(blank=True, max_length=64)),
                ("members_count", models.SmallIntegerField(default=0)),
                ("workers_count", models.SmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "在册"),
                            ("merged", "已并户"),
                            ("split", "已分户"),
                            ("gone", "已销户"),
                        ],
                        max_length=8,
                    ),
                ),
                ("successor_id", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("ref", models.UUIDField(unique=True)),
                ("key", models.UUIDField(unique=True)),
                ("relation", models.CharField(blank=True, max_length=16)),
                ("evidence", models.CharField(blank=True, max_length=16)),
                ("name", models.CharField(db_collation="C", max_length=64)),
                ("initials", models.CharField(db_collation="C", max_length=32)),
                ("birth", models.DateField(null=True)),
                ("sex", models.CharField(blank=True, max_length=1)),
                ("area12", models.CharField(max_length=12)),
                ("state", models.CharField(max_length=8)),
                ("is_head", models.BooleanField(default=False)),
                (
                    "household",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="persons",
                        to="registry.household",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PendingLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("class_name", models.CharField(max_length=32)),
                ("batch", models.BigIntegerField()),
                ("row", models.IntegerField()),
                ("reason", models.CharField(max_length=32)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "待关联"), ("linked", "已关联"), ("closed", "已关闭")],
                        max_length=8,
                    ),
                ),
                ("noted_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="registry.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("as_of", models.DateField()),
                ("known_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "进行中"),
                            ("current", "当前"),
                            ("past", "历史"),
                            ("failed", "失败"),
                        ],
                        max_length=8,
                    ),
                ),
                ("batches", models.IntegerField(default=0)),
                ("households", models.IntegerField(default=0)),
                ("persons", models.IntegerField(default=0)),
                ("card_sha256", models.CharField(blank=True, max_length=64)),
                ("policy_sha256", models.CharField(blank=True, max_length=64)),
                ("input_sha256", models.CharField(blank=True, max_length=64)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("fault", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "current")),
                        fields=("state",),
                        name="run_one_current",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at__isnull", True),
                            ("finished_at__gte", models.F("started_at")),
                            _connector="OR",
                        ),
                        name="run_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uscc", models.CharField(max_length=18, unique=True)),
                ("ref", models.UUIDField(unique=True)),
                ("name", models.CharField(max_length=128)),
                ("kind", models.CharField(max_length=16)),
                ("area12", models.CharField(blank=True, max_length=12)),
                ("head_key", models.UUIDField(null=True)),
                ("members_count", models.IntegerField(default=0)),
                ("model_level", models.CharField(blank=True, max_length=8)),
                (
                    "last_run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.run",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area12", models.CharField(max_length=12)),
                ("relation", models.CharField(blank=True, max_length=16)),
                ("evidence", models.CharField(max_length=16)),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="registry.household",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="registry.person",
                    ),
                ),
                (
                    "since_run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.run",
                    ),
                ),
                (
                    "until_run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.run",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="household",
            name="first_run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.run"
            ),
        ),
        migrations.AddField(
            model_name="household",
            name="last_run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.run"
            ),
        ),
        migrations.CreateModel(
            name="RunStage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.SmallIntegerField()),
                ("name", models.CharField(max_length=32)),
                ("seconds", models.DecimalField(decimal_places=3, max_digits=10)),
                ("rows", models.BigIntegerField()),
                ("peak_mb", models.IntegerField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stages",
                        to="registry.run",
                    ),
                ),
            ],
            options={
                "ordering": ["run", "position"],
            },
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="identity",
                        serialize=False,
                        to="registry.person",
                    ),
                ),
                ("area12", models.CharField(max_length=12)),
                ("key_id", models.CharField(max_length=16)),
                ("sealed", models.BinaryField()),
                ("content_hash", models.BigIntegerField()),
                ("rid_hash", models.BigIntegerField()),
                ("rid_tail4_hash", models.BigIntegerField()),
                ("rid_tail5_hash", models.BigIntegerField()),
                ("rid_tail6_hash", models.BigIntegerField()),
                ("phone_hash", models.BigIntegerField(null=True)),
                ("phone_tail4_hash", models.BigIntegerField(null=True)),
                ("phone_tail5_hash", models.BigIntegerField(null=True)),
                ("phone_tail6_hash", models.BigIntegerField(null=True)),
            ],
            options={
                "verbose_name_plural": "identities",
                "indexes": [
                    models.Index(fields=["rid_hash"], name="identity_rid"),
                    models.Index(fields=["rid_tail4_hash"], name="identity_rid4"),
                    models.Index(fields=["rid_tail5_hash"], name="identity_rid5"),
                    models.Index(fields=["rid_tail6_hash"], name="identity_rid6"),
                    models.Index(fields=["phone_hash"], name="identity_phone"),
                    models.Index(fields=["phone_tail4_hash"], name="identity_phone4"),
                    models.Index(fields=["phone_tail5_hash"], name="identity_phone5"),
                    models.Index(fields=["phone_tail6_hash"], name="identity_phone6"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["name", "id"], name="person_name"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["initials", "id"], name="person_initials"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["area12", "id"], name="person_area"),
        ),
        migrations.AddIndex(
            model_name="pendinglink",
            index=models.Index(fields=["class_name", "state"], name="pending_class_state"),
        ),
        migrations.AddConstraint(
            model_name="pendinglink",
            constraint=models.UniqueConstraint(
                fields=("batch", "row", "class_name"), name="pending_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until_run__isnull", True)),
                fields=("person",),
                name="membership_one_household_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="household",
            index=models.Index(fields=["area12", "id"], name="household_area"),
        ),
        migrations.AddConstraint(
            model_name="household",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("successor_id__isnull", True),
                    models.Q(("state", "active"), _negated=True),
                    _connector="OR",
                ),
                name="household_active_has_no_successor",
            ),
        ),
        migrations.AddConstraint(
            model_name="household",
            constraint=models.CheckConstraint(
                condition=models.Q(("id__gt", 0)), name="household_number_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="runstage",
            constraint=models.UniqueConstraint(fields=("run", "position"), name="run_stage_once"),
        ),
        *rls.grants("registry_run", app="read", batch="write"),
        *rls.grants("registry_runstage", app="read", batch="write"),
        *rls.enable(
            "registry_household",
            owner_kind="a",
            area_column="area12",
            household_column="id",
            app="read",
            batch="write",
            shares=[rls.Share("b")],
        ),
        *rls.enable(
            "registry_person",
            owner_kind="a",
            area_column="area12",
            household_column="household_id",
            subject_column="ref",
            app="read",
            batch="write",
            shares=[rls.Share("b")],
        ),
        *rls.enable(
            "registry_identity",
            owner_kind="a",
            area_column="area12",
            app="read",
            batch="write",
            shares=[rls.Share("b")],
        ),
        *rls.enable(
            "registry_membership",
            owner_kind="a",
            area_column="area12",
            household_column="household_id",
            app="read",
            batch="write",
            shares=[rls.Share("b")],
        ),
        *rls.enable(
            "registry_organisation",
            owner_kind="a",
            personal=False,
            app="read",
            batch="write",
            shares=[rls.Share("b")],
        ),
        *rls.enable(
            "registry_pendinglink", owner_kind="a", personal=False, app="write", batch="write"
        ),
    ]
