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
            name="Credential",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("institution", models.CharField(max_length=32)),
                ("person", models.UUIDField()),
                ("name", models.CharField(max_length=64)),
                ("insured_area", models.CharField(max_length=6)),
                ("index_no", models.CharField(max_length=40, unique=True)),
                ("number_hash", models.BigIntegerField(null=True)),
                (
                    "through",
                    models.CharField(
                        choices=[
                            ("own_phone", "本人手机"),
                            ("institution", "定点医院或药店"),
                            ("outreach", "获准的村推活动"),
                            ("guardian", "监护人代办"),
                        ],
                        max_length=12,
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=64)),
                ("is_checked", models.BooleanField()),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "可以使用"), ("revoked", "不能再用")], max_length=8
                    ),
                ),
                ("activated_at", models.DateTimeField()),
                ("activated_by", models.UUIDField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.UUIDField(null=True)),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("lost", "手机丢了"),
                            ("misused", "怀疑被别人用了"),
                            ("own_wish", "本人不想再用"),
                        ],
                        max_length=12,
                    ),
                ),
                ("offline_handle", models.CharField(max_length=10, null=True, unique=True)),
                ("offline_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["person", "-id"], name="credential_of_person")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")),
                        fields=("person",),
                        name="credential_one_works",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("number_hash__isnull", False), ("state", "active")),
                        fields=("number_hash",),
                        name="credential_own_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("end_reason", ""), ("ended_at__isnull", True), ("state", "active")
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("offline_handle__isnull", True),
                                ("state", "revoked"),
                            ),
                            _connector="OR",
                        ),
                        name="credential_ends_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_checked", True)), name="credential_was_checked"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FamilyBond",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("institution", models.CharField(max_length=32)),
                ("holder", models.UUIDField()),
                ("holder_name", models.CharField(max_length=64)),
                ("member", models.UUIDField()),
                ("member_name", models.CharField(max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[("guardian", "监护人"), ("delegate", "受托家人")], max_length=8
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "等家人同意"),
                            ("active", "可以代为出示"),
                            ("declined", "家人没有同意"),
                            ("ended", "已解除"),
                        ],
                        max_length=8,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.UUIDField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["holder", "-id"], name="bond_of_holder"),
                    models.Index(fields=["member", "-id"], name="bond_of_member"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "active"])),
                        fields=("holder", "member"),
                        name="bond_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("holder", models.F("member")), _negated=True),
                        name="bond_is_of_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShownCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution", models.CharField(max_length=32)),
                ("presenter", models.UUIDField()),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("only_at", models.CharField(blank=True, max_length=32)),
                ("is_offline", models.BooleanField(default=False)),
                ("shown_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("used_terminal", models.CharField(blank=True, max_length=65)),
                ("void_at", models.DateTimeField(null=True)),
                (
                    "credential",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="codes",
                        to="ecard.credential",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Redemption",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("institution", models.CharField(max_length=32)),
                ("terminal", models.CharField(max_length=32)),
                ("out_biz_no", models.CharField(max_length=64)),
                ("business_type", models.CharField(max_length=5)),
                ("digest", models.CharField(max_length=64)),
                ("person", models.UUIDField()),
                ("presenter", models.UUIDField()),
                ("name_masked", models.CharField(max_length=64)),
                ("insured_area", models.CharField(max_length=6)),
                ("is_offline", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("operator", models.UUIDField()),
                (
                    "code",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redemption",
                        to="ecard.showncode",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Terminal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("institution", models.CharField(max_length=32)),
                ("code", models.CharField(max_length=32)),
                ("place", models.CharField(max_length=64)),
                ("registered_at", models.DateTimeField()),
                ("registered_by", models.UUIDField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("institution", "code"), name="terminal_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="showncode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("used_at__isnull", True), ("void_at__isnull", True)),
                fields=("credential",),
                name="code_one_is_good",
            ),
        ),
        migrations.AddConstraint(
            model_name="showncode",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("shown_at"))),
                name="code_expires_after_showing",
            ),
        ),
        migrations.AddIndex(
            model_name="redemption",
            index=models.Index(fields=["institution", "-id"], name="redemption_of_institution"),
        ),
        migrations.AddIndex(
            model_name="redemption",
            index=models.Index(fields=["person", "-id"], name="redemption_of_person"),
        ),
        migrations.AddIndex(
            model_name="redemption",
            index=models.Index(fields=["presenter", "-id"], name="redemption_of_presenter"),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.UniqueConstraint(
                fields=("institution", "out_biz_no"), name="redemption_number_once"
            ),
        ),
        *rls.enable(
            "ecard_credential",
            owner_kind="c",
            institution_column="institution",
            subject_column="person",
        ),
        *rls.enable("ecard_showncode", owner_kind="c", institution_column="institution"),
        *rls.enable(
            "ecard_redemption",
            owner_kind="c",
            institution_column="institution",
            subject_column="person",
            app="append",
        ),
        # who showed a relative's code sees where it was used
        rls.policy(
            "ecard_redemption", "presenter", "SELECT", "presenter = (SELECT scope.subject())"
        ),
        *rls.enable(
            "ecard_terminal", owner_kind="c", institution_column="institution", personal=False
        ),
        *rls.enable(
            "ecard_familybond",
            owner_kind="c",
            institution_column="institution",
            subject_column="holder",
        ),
        rls.policy("ecard_familybond", "member", "SELECT", "member = (SELECT scope.subject())"),
    ]
