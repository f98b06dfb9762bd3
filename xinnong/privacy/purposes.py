"""Why a person's data may be opened: a closed list, each with what must be named beside it."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from xinnong.core.errors import Refused


class Purpose(models.TextChoices):
    """Stored with every read and shown to the person it concerns."""

    APPLICATION = "application", _("办理贷款申请")
    CAMPAIGN = "campaign", _("整村授信建档")
    PRESENT = "present", _("本人到场办理")
    SERVICING = "servicing", _("贷后服务")
    OBJECTION = "objection", _("处理异议")
    OVERSIGHT = "oversight", _("监督检查")
    BREAK_GLASS = "break-glass", _("紧急查看")
    OWN_FILE = "own-file", _("本人查看")
    ACCEPTANCE = "acceptance", _("系统验收")
    MIGRATION = "migration", _("系统迁移")
    REPORTING = "reporting", _("统计报送")


READING: Final = (
    Purpose.APPLICATION,
    Purpose.CAMPAIGN,
    Purpose.PRESENT,
    Purpose.SERVICING,
    Purpose.OBJECTION,
)
"""What staff can choose when they open a household."""
WITH_IDENTITY: Final = frozenset({Purpose.ACCEPTANCE, Purpose.MIGRATION})
"""Exports that may carry resident ids."""
EXPORTING: Final = (
    Purpose.ACCEPTANCE,
    Purpose.MIGRATION,
    Purpose.REPORTING,
    Purpose.OVERSIGHT,
)
"""Why the operator may write households or lines of the whole county to a file."""
NEEDS_CASE: Final = frozenset({Purpose.OBJECTION, Purpose.BREAK_GLASS})
"""A case number or reason must stand beside these."""
CASE_LENGTH: Final = 64


class PurposeMissing(Refused):
    """No purpose, or one that is not on the list."""

    code = "purpose.missing"


class CaseMissing(Refused):
    """The purpose asks for a case number or a reason."""

    code = "purpose.case_missing"


def check_purpose(code: str, *, case: str = "") -> Purpose:
    """The purpose behind a code; refuses an unknown one and a missing case."""
    if code not in set(Purpose.values):
        raise PurposeMissing
    purpose = Purpose(code)
    if purpose in NEEDS_CASE and not case.strip():
        raise CaseMissing(purpose=code)
    return purpose
