"""Applications, the decisions on them, and how much each role may decide."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xinnong.lending.models.owned import OfHousehold
from xinnong.lending.models.products import Offer


class Channel(models.TextChoices):
    """How an application came in."""

    PHONE = "phone", _("本人手机")
    DESK = "desk", _("银行柜台或客户经理")
    OUTLET = "outlet", _("便民点代办")
    PRE_OFFERED = "pre_offered", _("主动授信")


class ApplicationState(models.TextChoices):
    """Where an application stands."""

    DRAFT = "draft", _("填写中")
    SUBMITTED = "submitted", _("已提交")
    IN_REVIEW = "in_review", _("人工审查")
    APPROVED = "approved", _("已同意")
    REFUSED = "refused", _("未通过")
    WITHDRAWN = "withdrawn", _("已撤回")
    EXPIRED = "expired", _("已过期")


class Application(OfHousehold):
    """What somebody asks of an offer, with the facts as they were known when it was handed in.

    `line_minor` and what stands beside it are copies of the lender's granted line of run `run_id`;
    all of them are NULL where the lender had granted none. `produces` is what the applicant says.
    Where `organisation` borrows, `person` is its legal representative, who signs.
    """

    offer = models.ForeignKey(
        Offer, on_delete=models.PROTECT, related_name="applications", db_constraint=False
    )
    organisation = models.UUIDField(null=True)
    organisation_name = models.CharField(max_length=128, blank=True)
    channel = models.CharField(max_length=12, choices=Channel.choices)
    state = models.CharField(max_length=12, choices=ApplicationState.choices)
    amount_minor = models.BigIntegerField()
    months = models.SmallIntegerField()
    method = models.CharField(max_length=24)
    security = models.CharField(max_length=16)
    payee = models.CharField(max_length=16)
    purpose = models.CharField(max_length=32)
    produces = ArrayField(models.CharField(max_length=16), default=list)
    wants_person = models.BooleanField(default=False)
    wants_letter = models.BooleanField(default=False)
    submitted_by = models.UUIDField()
    submitted_at = models.DateTimeField()
    expires_on = models.DateField()
    run_id = models.BigIntegerField(null=True)
    known_at = models.DateTimeField(null=True)
    line_kind = models.CharField(max_length=8, blank=True)
    grade = models.CharField(max_length=4, blank=True)
    points = models.SmallIntegerField(null=True)
    line_minor = models.BigIntegerField(null=True)
    line_rate_percent = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    closed_gates = ArrayField(models.CharField(max_length=48), default=list)
    policy_sha256 = models.CharField(max_length=64, blank=True)
    scorecard_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        """Amounts are positive; evidence is there as a whole or not at all."""

        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, months__gt=0), name="application_asks_something"
            ),
            models.CheckConstraint(
                condition=Q(
                    run_id__isnull=True, known_at__isnull=True, points__isnull=True,
                    line_minor__isnull=True,
                )
                | Q(
                    run_id__isnull=False, known_at__isnull=False, points__isnull=False,
                    line_minor__isnull=False,
                ),
                name="application_evidence_is_whole",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["institution", "state", "id"], name="application_queue"),
            models.Index(fields=["household", "id"], name="application_household"),
        ]


class DecisionKind(models.TextChoices):
    """Who decided."""

    AUTO = "auto", _("按规则")
    OFFICER = "officer", _("审查人")
    SECOND = "second", _("复核人")


class Outcome(models.TextChoices):
    """What was decided."""

    APPROVE = "approve", _("同意")
    REFER = "refer", _("转人工")
    REFUSE = "refuse", _("不同意")


class Decision(OfHousehold):
    """One decision on an application; never changed, the newest of a kind counts.

    `params` holds, by code, the figures that the words of the code need.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="decisions", db_constraint=False
    )
    kind = models.CharField(max_length=8, choices=DecisionKind.choices)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    codes = ArrayField(models.CharField(max_length=48))
    params = models.JSONField(default=dict)
    amount_minor = models.BigIntegerField()
    months = models.SmallIntegerField()
    rate_percent = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    decided_by = models.UUIDField()
    decided_at = models.DateTimeField()

    class Meta:
        """Approval names a rate, anything else a reason."""

        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="approve") | Q(rate_percent__isnull=False),
                name="decision_approval_names_a_rate",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="refuse") | Q(codes__len__gt=0),
                name="decision_refusal_names_a_reason",
            ),
        ]


class DecidingRole(models.TextChoices):
    """Whose authority a limit bounds."""

    AUTO = "auto", _("自动审批")
    OFFICER = "officer", _("客户经理")
    MANAGER = "manager", _("支行行长")


class AuthorityLimit(models.Model):
    """What a role of a lender may approve alone and with a second person, from a day on.

    One manager proposes, another confirms; the newest confirmed one that has begun is in force.
    """

    ref = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    role = models.CharField(max_length=8, choices=DecidingRole.choices)
    alone_minor = models.BigIntegerField()
    second_minor = models.BigIntegerField()
    from_on = models.DateField()
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    confirmed_by = models.UUIDField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """Nobody confirms the own proposal, or one taken back; a second person never narrows."""

        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | Q(withdrawn_at__isnull=True),
                name="authority_in_force_stays",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="authority_two_people",
            ),
            models.CheckConstraint(
                condition=Q(alone_minor__gte=0, second_minor__gte=F("alone_minor")),
                name="authority_second_is_wider",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.role} {self.from_on}"
