"""Papers of the police: what a victim shows to a platform or a carrier, with how to appeal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xinnong.core.joint_orders import APPEAL
from xinnong.web.typesetting import set_record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from xinnong.audit.proofs import Evidence
    from xinnong.guard.models import Case, JointOrder, OrderAccount

LANGUAGE = "zh-hans"
WIDTHS = [2, 2, 3]


def set_victim_pack(
    case: Case, *, villages: str, orders: Sequence[JointOrder], police: str, now: datetime
) -> bytes:
    """The statement and the appeal pack as a PDF; the person's own lines are left to fill in by hand.

    No name and no number is printed, so that the paper can be handed to whoever stands at the desk.
    Raises TypesettingFailed.
    """
    with translation.override(LANGUAGE):
        data = victim_data(case, villages=villages, orders=orders, police=police, now=now)
    return set_record(data, made_at=now)


def set_order_paper(
    order: JointOrder, accounts: Sequence[OrderAccount], *, names: Sequence[str], police: str,
    evidence: Evidence | None,
) -> bytes:  # fmt: skip
    """An order on paper for the file: what, to whom, by whose keys, and where it stands in the log.

    Raises TypesettingFailed.
    """
    with translation.override(LANGUAGE):
        data = order_data(order, accounts, names=names, police=police, evidence=evidence)
    return set_record(data, made_at=order.signed_at)


def victim_data(
    case: Case, *, villages: str, orders: Sequence[JointOrder], police: str, now: datetime
) -> dict[str, object]:
    """What stands in the pack, in the language that is switched on."""
    today = timezone.localdate(now).isoformat()
    rows = [
        [each.get_kind_display(), each.sha256[:16], date_format(timezone.localtime(each.signed_at), "Y-m-d H:i")]
        for each in orders
    ]  # fmt: skip
    return {
        "title": _("受害人情况说明和申诉材料"),
        "number": _("案件编号：%(number)s") % {"number": case.pk},
        "lender": police,
        "footer": _("本件由本人持有；经办单位核验请致电出具单位，不要拨打别处给的号码。"),
        "sections": [
            _section(_("一、情况说明"), _statement(villages, case)),
            _section(
                _("二、本人填写"),
                [_("姓名：____________  身份证号：__________________  手机号：______________"),
                 _("不是本人开立的账号（平台、账号）：______________________________")],
            ),
            _section(_("三、已采取的措施"), [], rows),
            _section(_("四、怎么申诉"), _appealing()),
        ],
        "signature": [police, today],
    }  # fmt: skip


def order_data(
    order: JointOrder, accounts: Sequence[OrderAccount], *, names: Sequence[str], police: str,
    evidence: Evidence | None = None,
) -> dict[str, object]:  # fmt: skip
    """What stands in an order on paper."""
    rows = [[each.target.name, each.mark[:12], each.get_state_display()] for each in accounts]
    return {
        "title": _("联合处置通知书（%(kind)s）") % {"kind": order.get_kind_display()},
        "number": _("编号：%(number)s") % {"number": order.ref},
        "lender": police,
        "footer": _("校验码 %(sum)s") % {"sum": order.sha256},
        "sections": [
            _section("", [
                _("依据《反电信网络诈骗法》第二十条、第二十二条，请对下列账号采取“%(kind)s”措施。")
                % {"kind": order.get_kind_display()},
                _("有效期至 %(until)s；到期自动解除。账号所有人可以申诉，申诉期 %(days)s 天。")
                % {"until": timezone.localdate(order.expires_at), "days": APPEAL.days},
                _("签发人：%(names)s") % {"names": "、".join(names)},
            ]),
            _section(_("账号"), [], rows),
            _section(_("存证"), _in_the_log(order, evidence)),
        ],
        "signature": [police, timezone.localdate(order.signed_at).isoformat()],
    }  # fmt: skip


def _in_the_log(order: JointOrder, evidence: Evidence | None) -> list[str]:
    """The number in the log, the signed checkpoint and the way between them; before that, where to get it."""
    address = f"/api/v1/joint-orders/{order.ref}"
    if evidence is None or evidence.proof is None or evidence.checkpoint is None:
        return [
            _("签发还没有编入存证日志（通常十几秒）。编入后可从 %(address)s 取，或重新打印本件。")
            % {"address": address}
        ]
    proof = evidence.proof
    return [
        _("存证日志第 %(index)s 号（检查点共 %(size)s 条），检查点时间 %(at)s，见证 %(count)s 家。") % {
            "index": proof.index, "size": proof.size, "count": len(evidence.checkpoint.witnesses),
            "at": date_format(timezone.localtime(evidence.checkpoint.checkpoint.at), "Y-m-d H:i:s"),
        },
        _("叶子哈希：%(hash)s") % {"hash": proof.leaf.hex()},
        *(f"{place}. {each.hex()}" for place, each in enumerate(proof.path, 1)),
        _("根哈希：%(hash)s") % {"hash": proof.root.hex()},
        _("签名的检查点在 /log/checkpoint/%(size)s/，证明也可从 %(address)s 取。")
        % {"size": proof.size, "address": address},
    ]  # fmt: skip


def _statement(villages: str, case: Case) -> list[str]:
    return [
        _("经侦测和核查，自 %(day)s 起，%(villages)s 有人冒充工作人员，用村民的手机号注册了多个平台的账号。")
        % {"day": timezone.localdate(case.opened_at), "villages": villages or _("本县")},
        _("持有本件的人可能是受害人。名下号码、账号如因此被限制，请予核实、及时恢复。"),
    ]  # fmt: skip


def _appealing() -> list[str]:
    return [
        _("向出具本件的公安机关申诉：带身份证，说明哪个号码、哪个账号；%(days)s 天内提出的，关闭前一定先处理。")
        % {"days": APPEAL.days},
        _("也可以向平台、电信企业直接申诉：它们应当告诉您原因、怎么救济，查清后及时解除（该法第三十二条）。"),
        _("申诉成立的，一经点击立即恢复；已经关闭的账号，由平台重新开立。"),
        _("任何人都不会因为申诉向您收费，也不会要您的密码和验证码。"),
    ]  # fmt: skip


def _section(
    title: str, lines: list[str], rows: list[list[str]] | None = None
) -> dict[str, object]:
    return {"title": title, "lines": lines, "columns": [], "widths": WIDTHS, "rows": rows or []}
