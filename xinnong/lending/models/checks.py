"""What a lender looked into before it lent: the visit by two people, and the credit report."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xinnong.lending.models.applications import Application
from xinnong.lending.models.owned import OfHousehold


class Finding(models.TextChoices):
    """What the visit found."""

    AGREES = "agrees", _("与申请相符")
    PARTLY = "partly", _("部分相符")
    DIFFERS = "differs", _("不相符")


class Investigation(OfHousehold):
    """贷前调查: two people on the spot, pictures by checksum, the need against scale times norm.

    `scale_hundredths` are hundredths of a mu. There is no free text to write of illness or family.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="investigations", db_constraint=False
    )
    first_by = models.UUIDField()
    second_by = models.UUIDField()
    visited_on = models.DateField()
    photos = ArrayField(models.CharField(max_length=64))
    purpose = models.CharField(max_length=32)
    crop = models.CharField(max_length=16, blank=True)
    scale_hundredths = models.BigIntegerField()
    norm_minor = models.BigIntegerField()
    need_minor = models.BigIntegerField()
    finding = models.CharField(max_length=8, choices=Finding.choices)
    recorded_at = models.DateTimeField()

    class Meta:
        """Two people, and at least one picture of the place."""

        constraints = [
            models.CheckConstraint(
                condition=~Q(first_by=F("second_by")), name="investigation_two_people"
            ),
            models.CheckConstraint(
                condition=Q(photos__len__gt=0), name="investigation_shows_the_place"
            ),
        ]


class ReportPurpose(models.TextChoices):
    """Why a credit report is asked for; each asking is on record for the person."""

    BEFORE = "before", _("贷前审批")
    AFTER = "after", _("贷后管理")


class CreditReportQuery(OfHousehold):
    """One asking of the central bank's credit report, under a written authorisation.

    Seen by the lender that asked and by nobody else, and never part of a shared score.
    """

    purpose = models.CharField(max_length=8, choices=ReportPurpose.choices)
    authorisation_sha256 = models.CharField(max_length=64)
    authorised_on = models.DateField()
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    report_sha256 = models.CharField(max_length=64, blank=True)
    reported_on = models.DateField(null=True)
    open_loans = models.SmallIntegerField(null=True)
    overdue_loans = models.SmallIntegerField(null=True)
    lines_minor = models.BigIntegerField(null=True)
    owed_minor = models.BigIntegerField(null=True)

    class Meta:
        """No asking without an authorisation; an answer is there as a whole."""

        verbose_name_plural = "credit report queries"
        constraints = [
            models.CheckConstraint(
                condition=Q(authorisation_sha256__regex=r"^[0-9a-f]{64}$"),
                name="report_is_authorised",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, report_sha256="")
                | (
                    Q(answered_at__isnull=False, reported_on__isnull=False)
                    & Q(open_loans__gte=0, overdue_loans__gte=0, lines_minor__gte=0)
                    & Q(owed_minor__gte=0)
                    & ~Q(report_sha256="")
                ),
                name="report_answer_is_whole",
            ),
        ]
