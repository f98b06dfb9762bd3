"""Plain words for the codes of this app, and its entry in the header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from xinnong.accounts.models import User
from xinnong.accounts.permissions import Permission
from xinnong.analytics.checking.codes import Code, load_codes
from xinnong.web.navigation import NavEntry
from xinnong.web.navigation import register as register_entry
from xinnong.web.refusals import Wording, register_wordings

if TYPE_CHECKING:
    from django.http import HttpRequest

DELIVERERS = {
    "公安": _("公安"),
    "住建": _("住建"),
    "自然资源和规划": _("自然资源和规划"),
    "农业农村": _("农业农村"),
    "人力社保": _("人力社保"),
    "民政": _("民政"),
    "市场监管": _("市场监管"),
    "大数据局": _("大数据局"),
    "产业链": _("产业链"),
    "贷款机构": _("贷款机构"),
    "入户采集": _("入户采集"),
    "机构与网点": _("机构与网点"),
    "评议组": _("评议组"),
    "乡镇": _("乡镇"),
}
"""Who delivers a class, as the contracts name them."""

OWN = {
    "class.not_yours": Wording(
        _("这类数据（%(class_name)s）不由贵单位报送。"),
        _("请检查选的数据类和文件；确实该由贵单位报送的，请联系县级服务台调整。"),
    ),
    "batch.not_live": Wording(
        _("这一批不在库中，没有可以撤回的内容。"), _("回到报告页看看它现在的状态。")
    ),
    "batch.relied_on": Wording(
        _("后来的一批（%(file)s）有些行因为这一批已有而没有重复入库，现在撤回会丢行。"),
        _("请先撤回后来的那一批，再撤回这一批，然后把后来的文件重新报送一次。"),
    ),
    "withdrawal.reason_missing": Wording(
        _("撤回要写明原因。"), _("写一句话，例如“数据日期填错了”。")
    ),
    "error_file.none": Wording(
        _("这一批没有错误文件。"), _("没有被退回或修复的行，或者已过保存期限。")
    ),
    "institution.other_lender": Wording(
        _("文件里有别的机构的行（%(rows)s 行）。"), _("只保留本机构的行，重新导出再报送。")
    ),
}


def register() -> None:
    """Add the words of every code and the header entry; called when the app starts."""
    register_wordings({name: _of_registry(code) for name, code in load_codes().items()})
    register_wordings(OWN)
    register_entry(
        NavEntry(
            40,
            _("数据报送"),
            "sources:calendar",
            _reads_batches,
            about=_("各部门该送的、送到的、退回的"),
        )
    )


def in_language(chinese: str, english: str) -> str:
    """The text in the language of the page; declarations carry both."""
    return english if (get_language() or "").startswith("en") else chinese


def _of_registry(code: Code) -> Wording:
    """Words of a code from the registry of checks; `%` in them is meant literally."""

    def says() -> str:
        return _sentence(code.zh, code.en)

    def advice() -> str:
        return _sentence(code.remedy_zh, code.remedy_en)

    return Wording(lazy(says, str)(), lazy(advice, str)())


def _sentence(chinese: str, english: str) -> str:
    return in_language(chinese, english).replace("%", "%%") + in_language("。", ".")


def _reads_batches(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.can(Permission.READ_BATCHES)


def deliverer_name(deliverer: str) -> str:
    """Return the deliverer of a contract in the language of the page."""
    return str(DELIVERERS.get(deliverer, deliverer))
