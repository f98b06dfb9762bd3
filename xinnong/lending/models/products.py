"""Published loan products (immutable), drafts of the next version, and who offers which."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class PublishedProduct(models.Model):
    """An immutable product version: canonical bytes, checksum, two different signers."""

    code = models.CharField(max_length=48)
    version = models.CharField(max_length=16)
    effective_on = models.DateField()
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64, unique=True)
    schema_version = models.SmallIntegerField()
    first_signer = models.UUIDField()
    second_signer = models.UUIDField()
    published_at = models.DateTimeField()

    class Meta:
        """A version is published once, by two people."""

        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="product_version_once"),
            models.CheckConstraint(
                condition=~Q(first_signer=F("second_signer")), name="product_two_signers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class DraftState(models.TextChoices):
    """Where a draft of a product stands."""

    WRITING = "writing", _("起草中")
    SIGNED = "signed", _("待第二人签署")
    PUBLISHED = "published", _("已发布")
    DROPPED = "dropped", _("已放弃")


class ProductDraft(models.Model):
    """A lender's next version in the words people write; `sha256` is what was signed."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    code = models.CharField(max_length=48)
    version = models.CharField(max_length=16)
    source = models.TextField()
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=12, choices=DraftState.choices, default=DraftState.WRITING)
    author = models.UUIDField()
    first_signer = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        """One open draft of a version in an institution; nothing waits unsigned for a second."""

        constraints = [
            models.UniqueConstraint(
                fields=["institution", "code", "version"],
                condition=Q(state__in=["writing", "signed"]),
                name="draft_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["writing", "dropped"])
                | (Q(first_signer__isnull=False) & ~Q(sha256="")),
                name="draft_signed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class BookOfRecord(models.TextChoices):
    """Whose ledger is the book of a lender's loans of a product."""

    CORE = "core", _("机构核心系统")
    XINNONG = "xinnong", _("本系统账本")


class Offer(models.Model):
    """A lender offers a product version in a span of days; the last one open-ended."""

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    product = models.ForeignKey(PublishedProduct, on_delete=models.PROTECT, related_name="offers")
    book_of_record = models.CharField(max_length=8, choices=BookOfRecord.choices)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        """A version is taken up once by a lender."""

        constraints = [
            models.UniqueConstraint(fields=["institution", "product"], name="offer_version_once"),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")),
                name="offer_spans_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.product_id}"
