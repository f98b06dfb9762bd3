"""What the pages of field teams say once something is done, and who goes on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

DONE: Final[Mapping[str, _StrPromise]] = {
    "file": _("交上去了。医保局和乡镇各一人批准以后，才有8位号码。"),
    "approve": _("您批准了，还要另一方也批准。"),
    "approve-both": _("两方都批准了：村干部已收到通知，渠道可以发工作牌。"),
    "refuse": _("没有批准，渠道会看到原因。"),
    "issue": _("工作牌发好了，点编号打印。"),
    "cancel": _("取消了，村干部会看到，号码查出来不再是绿灯。"),
    "report": _("报好了，医保局看得到。"),
    "team": _("队伍登记好了，点队伍名称登记队员。"),
    "firm": _("委托公司备案好了，登记队伍时可以选它。"),
    "agent": _("队员登记好了，备案活动时可以选。"),
    "license": _("授权了，这家渠道现在可以登记队伍、备案活动。"),
    "renew": _("到期日改好了：到期以后的活动批不下来，查出来是红灯。"),
    "suspend": _("停用了，村民现在查出来就是红灯。"),
    "resume": _("恢复了，队伍和活动照原来的样子继续。"),
    "document": _("登记好了，村民现在就能查到这个文号。"),
    "withdraw": _("作废了，村民查到的是红灯。"),
    "key": _("新密钥生成了，新工作牌用它签。"),
    "revoke-key": _("作废了，它签过的工作牌都变红，请重新发。"),
    "heads": _("人数登记了。"),
    "revoke": _("收回了，村干部核验时是红灯。"),
}
