"""What can be wrong with a rulebook, in plain words; also what its steps are refused for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from xinnong.core.errors import Problem
from xinnong.web.refusals import Wording, wording_of

PREFIX: Final = "rulebook_text."
PROBLEMS: Final[Mapping[str, Wording]] = {
    "too_large": Wording(_("规则集太大。"), _("最多 %(most)s 字节，请拆分或删去不用的规则。")),
    "not_toml": Wording(_("这不是能读的 TOML。"), _("请从这里改起：%(why)s")),
    "schema": Wording(_("格式版本不认识。"), _("写 schema = %(known)s。")),
    "count": Wording(_("规则条数不对。"), _("至少一条，最多 %(most)s 条。")),
    "span": Wording(_("时间长度不对。"), _("写成 30m、4h 或 3d，最长 %(longest)s 小时。")),
    "unknown_rule": Wording(_("没有名为 %(name)s 的规则。"), _("请核对名称，或先写那条规则。")),
    "later_rule": Wording(
        _("用到了排在后面的规则 %(name)s。"), _("规则只能依靠排在它前面的规则，请调整次序。")
    ),
    "choice": Wording(_("这里不能这样写。"), _("可以写：%(known)s。")),
    "unknown_word": Wording(_("有不认识的设置。"), _("请核对拼写，或去掉这一行。")),
    "kinds": Wording(_("事件种类不对。"), _("on 写成清单，可以写：%(known)s。")),
    "flag": Wording(_("这一项只能是 true 或 false。"), _("不写就是 false。")),
    "tables": Wording(_("这里要写成一组一组的表。"), _("写成 [[measure]] 或 [[rule]]。")),
    "text": Wording(_("缺少文字，或写法不对。"), _("名称用小写字母、数字和横线，3 到 40 个。")),
    "twice": Wording(_("这个名称用了两次。"), _("指标和规则的名称不能相同。")),
    "too_long": Wording(_("条件太长。"), _("最多 %(part)s 个字符，请拆成两条规则。")),
    "too_many_parts": Wording(_("条件太复杂。"), _("最多 %(part)s 个部分，请拆成两条规则。")),
    "syntax": Wording(_("条件读不懂：%(part)s"), _("只能用 and、or、not、比较和括号。")),
    "no_condition": Wording(_("%(part)s 不是一个条件。"), _("写成比较，例如 platforms >= 4。")),
    "chained": Wording(_("不能连着比较：%(part)s"), _("用 and 分成两个比较。")),
    "types": Wording(_("两边不是同一类：%(part)s"), _("数字和数字比，文字和文字比。")),
    "sign": Wording(_("这里不能用这个符号：%(part)s"), _("文字只能用 == 和 !=。")),
    "no_name": Wording(_("这里要写字段或指标的名称：%(part)s"), _("名称写在比较的左边。")),
    "unknown_name": Wording(
        _("没有名为 %(part)s 的字段或指标。"), _("不认识的名称谁也不会选中，所以不能发布；请核对。")
    ),
    "no_value": Wording(_("这里要写一个值：%(part)s"), _("写整数、引号里的文字，或字段名称。")),
    "list": Wording(_("清单写得不对：%(part)s"), _('写成 ("a", "b")，只放文字，不能空。')),
    "call": Wording(_("没有这样的函数：%(part)s"), _("只有 unknown(字段)。")),
    "measure_is_known": Wording(_("指标 %(part)s 总是已知的。"), _("unknown 里只能写字段。")),
    "document.checksum": Wording(_("内容与校验码不符。"), _("请重新发布，不要改已发布的内容。")),
    "document.too_large": Wording(_("内容太大。"), _("最多 %(limit_bytes)s 字节。")),
    "document.not_json": Wording(_("内容读不出来。"), _("请从草稿重新发布。")),
    "document.not_object": Wording(_("内容不是规则集。"), _("请从草稿重新发布。")),
    "document.not_canonical": Wording(_("内容不是规范写法。"), _("请从草稿重新发布。")),
}
"""By the code of the problem."""

STEPS: Final[Mapping[str, Wording]] = {
    "rulebook.moved": Wording(
        _("现在的状态是“%(state)s”，不能这样办。"), _("请回到规则列表看最新状态。")
    ),
    "rulebook.taken": Wording(_("%(version)s 版已发布，或已有草稿。"), _("请换一个版本号。")),
    "rulebook.changed": Wording(_("内容与第一人签的不一样。"), _("请重新保存、试算、签署。")),
    "rulebook.untested": Wording(
        _("还没有用已存的事件试算过。"), _("先点“用历史事件试算”，看过结果再签署。")
    ),
}
RULEBOOKS: Final[Mapping[str, Wording]] = {
    **{PREFIX + code: wording for code, wording in PROBLEMS.items()},
    **STEPS,
}


def rulebook_problem_said(problem: Problem) -> Wording:
    """One problem of a rulebook in words, with its figures."""
    return wording_of(PREFIX + problem.code, problem.params)
