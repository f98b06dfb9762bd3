import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import xinnong.accounts.models
import xinnong.audit.refs

# Functions through which policies read the scope of the transaction. Each is STABLE and called from
# an uncorrelated sub-select, hence once per statement. An unset setting gives false, NULL or an
# empty array, so that no row passes.
FUNCTIONS = r"""
CREATE SCHEMA IF NOT EXISTS scope;
GRANT USAGE ON SCHEMA scope TO xinnong_app, xinnong_batch;

CREATE FUNCTION scope.document() RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('xinnong.scope', true), '')::jsonb;

CREATE FUNCTION scope.texts(field text) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN ARRAY(SELECT jsonb_array_elements_text(coalesce(scope.document() -> field, '[]')));

CREATE FUNCTION scope.holds(kind text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(scope.document() -> 'kinds' ? kind, false);

CREATE FUNCTION scope.kinds() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN scope.texts('kinds');

CREATE FUNCTION scope.flag(field text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce((scope.document() ->> field)::boolean, false);

CREATE FUNCTION scope.sees_persons() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN scope.flag('persons');

CREATE FUNCTION scope.oversees() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN scope.flag('oversight');

CREATE FUNCTION scope.areas() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN scope.texts('areas');

CREATE FUNCTION scope.area_from() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT min(area) FROM unnest(scope.areas()) AS area);

CREATE FUNCTION scope.area_until() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT max(area || '~') FROM unnest(scope.areas()) AS area);

CREATE FUNCTION scope.is_one_area() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN cardinality(scope.areas()) = 1;

CREATE FUNCTION scope.institutions() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN scope.texts('institutions');

CREATE FUNCTION scope.is_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(scope.document() -> 'institutions' ? '*', false);

CREATE FUNCTION scope.households() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN scope.texts('households')::bigint[];

CREATE FUNCTION scope.subject() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN (scope.document() ->> 'subject')::uuid;

CREATE FUNCTION scope.actor() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN (scope.document() ->> 'actor')::uuid;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("areas", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, "DROP SCHEMA scope CASCADE"),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "ref",
                    models.UUIDField(
                        default=xinnong.audit.refs.new_ref, editable=False, unique=True
                    ),
                ),
                ("username", models.CharField(max_length=64, unique=True, verbose_name="登录名")),
                ("name", models.CharField(max_length=64, verbose_name="姓名")),
                ("language", models.CharField(default="zh-hans", max_length=8)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("person_ref", models.UUIDField(null=True, unique=True)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
            ],
            bases=(xinnong.accounts.models.Allowed, models.Model),
        ),
        migrations.CreateModel(
            name="AreaGrant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="areas.area",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="area_grants",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="user",
            name="areas",
            field=models.ManyToManyField(
                related_name="+", through="accounts.AreaGrant", to="areas.area"
            ),
        ),
        migrations.CreateModel(
            name="Institution",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=32, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("service", "县级信用服务机构"),
                            ("bank", "银行"),
                            ("branch", "支行"),
                            ("small_loan", "小额贷款公司"),
                            ("fund", "资金互助社"),
                            ("town", "乡镇（街道）"),
                            ("village", "村（社区）"),
                            ("department", "部门"),
                            ("bureau", "医保局"),
                            ("police", "公安局"),
                        ],
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(max_length=128)),
                ("name_en", models.CharField(blank=True, max_length=128)),
                (
                    "area",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="areas.area",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="accounts.institution",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApiClient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "ref",
                    models.UUIDField(
                        default=xinnong.audit.refs.new_ref, editable=False, unique=True
                    ),
                ),
                ("code", models.CharField(max_length=48, unique=True)),
                ("name", models.CharField(max_length=128)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("areas", models.ManyToManyField(related_name="+", to="areas.area")),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clients",
                        to="accounts.institution",
                    ),
                ),
            ],
            bases=(xinnong.accounts.models.Allowed, models.Model),
        ),
        migrations.AddField(
            model_name="user",
            name="institution",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="users",
                to="accounts.institution",
            ),
        ),
        migrations.CreateModel(
            name="Operator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=32, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("a", "县级信用服务"),
                            ("b", "放贷机构"),
                            ("c", "医保部门"),
                            ("d", "公安机关"),
                        ],
                        max_length=1,
                    ),
                ),
                ("name", models.CharField(max_length=128)),
                ("name_en", models.CharField(blank=True, max_length=128)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["a", "b", "c", "d"])),
                        name="operator_kind_is_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "b"), _negated=True),
                        fields=("kind",),
                        name="operator_only_lenders_are_many",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="institution",
            name="operator",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="institutions",
                to="accounts.operator",
            ),
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("hint", models.CharField(max_length=8)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), size=None
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to="accounts.apiclient",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="token_expires_after_creation",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="areagrant",
            constraint=models.UniqueConstraint(fields=("user", "area"), name="area_grant_once"),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "roles__contained_by",
                        [
                            "analyst",
                            "auditor",
                            "bureau",
                            "cadre",
                            "farmer",
                            "manager",
                            "officer",
                            "operator",
                            "police",
                            "regulator",
                            "steward",
                        ],
                    )
                ),
                name="user_roles_are_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("username__regex", "^[a-z0-9][a-z0-9._-]*$")),
                name="user_name_is_plain_lower_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="institution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent__isnull", True),
                    models.Q(("parent", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="institution_is_not_its_own_parent",
            ),
        ),
    ]
