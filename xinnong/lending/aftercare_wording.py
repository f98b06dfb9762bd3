"""What collecting, checks after lending and alerts say when they say no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l

from xinnong.web.refusals import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

AFTERCARE_REFUSALS: Mapping[str, Wording] = {
    "collection.not_allowed": Wording(
        _l("有 %(count)s 处不合规定，没有登记。"), _l("按列出的每一处改好再登记。")
    ),
    "collection.not_late": Wording(
        _l("这笔贷款现在没有到期未还的，不用催收。"), _l("刷新页面再看。")
    ),
    "collection.third_party": Wording(
        _l("不能找亲友、邻居、单位催收，也不能让他们知道欠款。"),
        _l("只联系借款人本人和保证人；找不到人就寄函或报法务。"),
    ),
    "collection.outside_hours": Wording(
        _l("晚上休息时间不能催收，只能在 %(earliest)s 到 %(latest)s 之间。"),
        _l("换到白天再联系；时间填错了请改。"),
    ),
    "collection.too_often": Wording(
        _l("对同一个人一天最多联系 %(most)s 次，今天已经够了。"), _l("明天再联系，或寄函。")
    ),
    "collection.not_yet": Wording(_l("还没发生的联系不能登记。"), _l("打完、见过以后再登记。")),
    "collection.nothing_said": Wording(_l("没有写说了什么。"), _l("写一句原因或结果。")),
    "collection.too_long": Wording(_l("最多写 %(most)s 个字。"), _l("写短一些，或分两条登记。")),
    "collection.number_in_text": Wording(
        _l("说明里有一长串号码，像手机号、卡号或证件号。"), _l("去掉号码再登记。")
    ),
    "collection.threat": Wording(
        _l("说明里有威胁、曝光的话，催收不能这样说。"),
        _l("没有说过就改成实际说的；说过的要马上报告主管。"),
    ),
    "collection.promise_of_nothing": Wording(
        _l("承诺要写清还多少、哪天前还。"), _l("补上金额和日期。")
    ),
    "collection.promise_too_much": Wording(
        _l("承诺的钱超过了现在要还的 %(owed_minor)s。"), _l("按现在要还的填。")
    ),
    "collection.promise_day": Wording(
        _l("承诺的日子要在今天到以后 %(most)s 天里。"),
        _l("换一个日子；要更久的请商量展期或重组。"),
    ),
    "collection.next_step": Wording(
        _l("下一步要写以后的什么时候做。"), _l("填一个晚于现在的时间。")
    ),
    "collection.unknown": Wording(_l("没有这种做法。"), _l("从列表里选一种。")),
    "collection.letter_day": Wording(
        _l("函件限的日子要晚于今天，种类要在列表里。"), _l("换一个日子。")
    ),
    "export.unknown_filter": Wording(
        _l("条件里有不认识的值，没有导出。"), _l("回到列表重新选条件。")
    ),
    "check.done_already": Wording(_l("这次检查已经登记过了。"), _l("刷新页面再看。")),
    "check.shows_nothing": Wording(
        _l("检查要写看到什么，并附照片或发票。"),
        _l("补上文字和照片；看不清的选“看不清，再查”。"),
    ),
    "alert.no_reason": Wording(
        _l("处理预警要选一种办法并写理由。"), _l("写清为什么，最多 300 字。")
    ),
    "alert.moved": Wording(_l("这条预警已经这样处理过了。"), _l("刷新页面再看。")),
    "hold.alert": Wording(
        _l("发现几个借款人共用了卡、手机或号码等，正在核实，新的用款先停一停。"),
        _l("不一定是您的问题。请带身份证到网点说明；不同意可以申诉，申诉编号 %(number)s。"),
    ),
}
