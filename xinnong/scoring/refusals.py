"""Words of the refusals of the rules themselves: documents, scorecards, policies, loan terms, amounts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinnong.web.refusals import Wording, register_wordings


def register() -> None:
    """Called when the app starts."""
    mend = _("按列出的每一处改正后再提交。")
    register_wordings(
        {
            "document.invalid": Wording(_("文件内容不符合要求。"), mend),
            "scorecard.invalid": Wording(_("评分卡不符合要求。"), mend),
            "policy.invalid": Wording(_("授信政策不符合要求。"), mend),
            "money.invalid": Wording(
                _("金额写法不正确。"), _("写成元，最多两位小数，例如 1234.50。")
            ),
            "score.feature_missing": Wording(
                _("评分缺少一个指标。"), _("不知道的指标要写成未知，不能漏掉。")
            ),
        }
    )
