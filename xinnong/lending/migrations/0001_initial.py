import django.db.models.deletion
from django.db import migrations, models

from xinnong.accounts import rls


class Migration(migrations.Migration):
    initial = True

    dependencies = [rls.DEPENDENCY]

    operations = [
        migrations.CreateModel(
            name="ProductDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.UUIDField(unique=True)),
                ("institution", models.CharField(max_length=32)),
                ("code", models.CharField(max_length=48)),
                ("version", models.CharField(max_length=16)),
                ("source", models.TextField()),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("writing", "起草中"),
                            ("signed", "待第二人签署"),
                            ("published", "已发布"),
                            ("dropped", "已放弃"),
                        ],
                        default="writing",
                        max_length=12,
                    ),
                ),
                ("author", models.UUIDField()),
                ("first_signer", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["writing", "signed"])),
                        fields=("institution", "code", "version"),
                        name="draft_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["writing", "dropped"]),
                            models.Q(
                                ("first_signer__isnull", False),
                                models.Q(("sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="draft_signed_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PublishedProduct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=48)),
                ("version", models.CharField(max_length=16)),
                ("effective_on", models.DateField()),
                ("document", models.BinaryField()),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("schema_version", models.SmallIntegerField()),
                ("first_signer", models.UUIDField()),
                ("second_signer", models.UUIDField()),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "version"), name="product_version_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_signer", models.F("second_signer")), _negated=True
                        ),
                        name="product_two_signers",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Offer",
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
                    "book_of_record",
                    models.CharField(
                        choices=[("core", "机构核心系统"), ("xinnong", "本系统账本")], max_length=8
                    ),
                ),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(null=True)),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="lending.publishedproduct",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("institution", "product"), name="offer_version_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on__isnull", True),
                            ("until_on__gt", models.F("from_on")),
                            _connector="OR",
                        ),
                        name="offer_spans_days",
                    ),
                ],
            },
        ),
        # Products are open to everybody and never changed.
        *rls.grants("lending_publishedproduct", app="append", batch="append"),
        *rls.enable(
            "lending_productdraft",
            owner_kind="b",
            institution_column="institution",
            personal=False,
        ),
        *rls.enable(
            "lending_offer", owner_kind="b", institution_column="institution", personal=False
        ),
    ]
