"""Joint orders with their keys, where they go, what platforms answered, appeals, and who asked."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xinnong.guard.models.cases import Case
from xinnong.guard.models.feeds import FeedState

SUM = 64


class OrderTarget(models.Model):
    """A platform that orders are delivered to; its address and key are registered by two officers."""

    ref = models.UUIDField(unique=True)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=64)
    url = models.CharField(max_length=200)
    public_key = models.CharField(max_length=SUM)
    client = models.UUIDField()
    state = models.CharField(max_length=12, choices=FeedState.choices, default=FeedState.PROPOSED)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        """One registration of a code is in use; nobody approves the own proposal."""

        constraints = [
            models.UniqueConstraint(
                fields=["code", "state"],
                condition=Q(state__in=["proposed", "active"]),
                name="target_once_in_a_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="active")
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="target_by_two_people",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class OrderKind(models.TextChoices):
    """What an order asks for."""

    VERIFY = "verify", _("核验")
    LIMIT = "limit", _("限制功能")
    SUSPEND = "suspend", _("暂停使用")
    CLOSE = "close", _("关闭账号")
    BAR = "bar", _("禁止重新注册")
    RESTORE = "restore", _("恢复")


class OrderState(models.TextChoices):
    """Where an order stands."""

    SIGNED = "signed", _("待审批")
    APPROVED = "approved", _("待第三人审批")
    ISSUED = "issued", _("已签发")
    REJECTED = "rejected", _("未批准")
    EXPIRED = "expired", _("已到期")


class JointOrder(models.Model):
    """An order as it was signed: canonical bytes, checksum, two keys of different officers, or three."""

    ref = models.UUIDField(unique=True)
    key = models.UUIDField(unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="orders")
    kind = models.CharField(max_length=8, choices=OrderKind.choices)
    state = models.CharField(max_length=8, choices=OrderState.choices)
    document = models.BinaryField()
    sha256 = models.CharField(max_length=SUM)
    accounts = models.IntegerField()
    restores = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="restored_by"
    )
    handler = models.UUIDField()
    signed_at = models.DateTimeField()
    approver = models.UUIDField(null=True)
    third = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_for = models.CharField(max_length=300, blank=True)
    issued_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        """The keys belong to different people; more than two hundred accounts need a third."""

        indexes = [models.Index(fields=["state", "-id"], name="order_of_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("handler")) | Q(kind="restore"),
                name="order_two_keys",
            ),
            models.CheckConstraint(
                condition=Q(third__isnull=True)
                | (~Q(third=F("handler")) & ~Q(third=F("approver"))),
                name="order_third_key",
            ),
            models.CheckConstraint(
                condition=~Q(state="issued")
                | (
                    Q(approver__isnull=False, issued_at__isnull=False)
                    & (Q(accounts__lte=200) | Q(third__isnull=False))
                ),
                name="order_issued_by_its_keys",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class AccountState(models.TextChoices):
    """What the platform said about one account."""

    WAITING = "waiting", _("等平台回执")
    DONE = "done", _("已执行")
    NOT_FOUND = "not_found", _("没有这个账号")
    REFUSED = "refused", _("平台未执行")


class OrderAccount(models.Model):
    """One account of an order with the platform's signed receipt."""

    ref = models.UUIDField(unique=True)
    order = models.ForeignKey(JointOrder, on_delete=models.PROTECT, related_name="members")
    target = models.ForeignKey(OrderTarget, on_delete=models.PROTECT, related_name="+")
    mark = models.CharField(max_length=32)
    state = models.CharField(
        max_length=9, choices=AccountState.choices, default=AccountState.WAITING
    )
    receipt_at = models.CharField(max_length=40, blank=True)
    receipt = models.CharField(max_length=128, blank=True)

    class Meta:
        """An account stands in an order once; what was answered is signed."""

        constraints = [
            models.UniqueConstraint(fields=["order", "target", "mark"], name="order_account_once"),
            models.CheckConstraint(
                condition=Q(state="waiting") | ~Q(receipt=""), name="order_receipt_signed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.mark}"


class DeliveryStage(models.TextChoices):
    """How far a delivery to a platform is."""

    WAITING = "waiting", _("等待送达")
    SENT = "sent", _("已送达，等回执")
    ANSWERED = "answered", _("回执齐全")
    FAILED = "failed", _("没有送达")


class OrderDelivery(models.Model):
    """An order on its way to one platform, with the clock that runs until everything is answered."""

    order = models.ForeignKey(JointOrder, on_delete=models.PROTECT, related_name="deliveries")
    target = models.ForeignKey(OrderTarget, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=8, choices=DeliveryStage.choices, default=DeliveryStage.WAITING
    )
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=48, blank=True)

    class Meta:
        """One to each platform of an order."""

        indexes = [models.Index(fields=["state", "next_at"], name="order_delivery_next")]
        constraints = [
            models.UniqueConstraint(fields=["order", "target"], name="order_delivery_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.target_id}"


class AppealState(models.TextChoices):
    """What came of an appeal."""

    OPEN = "open", _("待处理")
    UPHELD = "upheld", _("申诉成立，已恢复")
    REJECTED = "rejected", _("申诉不成立")


class OrderAppeal(models.Model):
    """Somebody says an account has no part in it; one officer's click restores it.

    `is_own`: whoever has the number said so from the own page, and reads the answer there.
    """

    ref = models.UUIDField(unique=True)
    account = models.ForeignKey(OrderAccount, on_delete=models.PROTECT, related_name="appeals")
    said = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=AppealState.choices, default=AppealState.OPEN)
    taken_by = models.UUIDField()
    is_own = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        """One open appeal of an account; whoever decides says why."""

        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state="open"), name="appeal_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | (Q(decided_by__isnull=False) & ~Q(reason="")),
                name="appeal_decided_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class OrderRequest(models.Model):
    """The health bureau or a bank asks for an order, or comments on a case; the police answer."""

    ref = models.UUIDField(unique=True)
    key = models.UUIDField(unique=True)
    institution = models.CharField(max_length=32)
    case_number = models.BigIntegerField(null=True)
    said = models.CharField(max_length=500)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=500, blank=True)
    answered_by = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        """Never without words."""

        indexes = [models.Index(fields=["institution", "-id"], name="order_request_of")]
        constraints = [
            models.CheckConstraint(condition=~Q(said=""), name="order_request_says_something"),
        ]

    def __str__(self) -> str:
        return str(self.ref)
