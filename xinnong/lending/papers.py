"""Contracts as PDF, in Chinese, set from their terms with typst and the fonts of a package.

The terms go in as data, never as markup. The fonts come with the installation, so that a contract
looks the same everywhere; where they or the typesetter are missing, nothing is drafted.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from xinnong.core.money import parse_yuan
from xinnong.lending import wording
from xinnong.web import figures, typesetting
from xinnong.web.typesetting import TypesettingFailed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LANGUAGE: Final = "zh-hans"
PACKAGE: Final = "xinnong.lending"
TEMPLATE: Final = "contract.typ"

__all__ = ["LANGUAGE", "TypesettingFailed", "set_contract", "typeset"]


def set_contract(terms: Mapping[str, Any], *, sha256: str) -> bytes:
    """Set a contract: the same terms give the same bytes. Raises TypesettingFailed."""
    with translation.override(LANGUAGE):
        data = contract_data(terms, sha256=sha256)
    made_at = datetime.fromisoformat(terms["starts_on"]).replace(tzinfo=UTC)
    return typeset(TEMPLATE, data, made_at=made_at)


def typeset(template: str, data: Mapping[str, object], *, made_at: datetime) -> bytes:
    """Set a published template of lending with data as a PDF. Raises TypesettingFailed."""
    return typesetting.typeset(PACKAGE, template, data, made_at=made_at)


def contract_data(terms: Mapping[str, Any], *, sha256: str) -> dict[str, object]:
    """What stands in a contract, in the language that is switched on."""
    starts, ends = (date.fromisoformat(terms[name]) for name in ("starts_on", "ends_on"))
    return {
        "title": _("农户借款合同"),
        "number": _("合同编号：%(ref)s") % {"ref": terms["contract"]},
        "lender": terms["lender_name"],
        "footer": _("条款校验码 %(sum)s") % {"sum": sha256},
        "day": _("日期：        年      月      日"),
        "parties": [
            [_("出借人"), terms["lender_name"]],
            *_organisation(terms),
            [_("借款人签字人") if "organisation" in terms else _("借款人"), _("%(name)s（身份证号 %(id)s，户号 %(household)s）")
             % {"name": terms["borrower_name"], "id": terms["borrower_id_masked"],
                "household": terms["household"]}],
        ],
        "articles": [
            {"title": title, "lines": lines} for title, lines in _articles(terms, starts, ends)
        ],
        "signatures": [
            _("出借人（盖章）及经办人"),
            _("借款人（签字、按指印）"),
            *(
                _("保证人 %(name)s（签字、按指印）") % {"name": each["name"]}
                for each in terms.get("guarantors", ())
            ),
        ],
    }  # fmt: skip


def _organisation(terms: Mapping[str, Any]) -> list[list[str]]:
    """The organisation that borrows, where one does; its representative follows and signs."""
    borrows = terms.get("organisation")
    if borrows is None:
        return []
    said = _("%(name)s（统一社会信用代码 %(uscc)s），由法定代表人或负责人签字")
    return [[_("借款人"), said % borrows]]


def _articles(
    terms: Mapping[str, Any], starts: date, ends: date
) -> list[tuple[str, Sequence[str]]]:
    return [
        (_("一、借多少、借多久"), _amount_lines(terms, starts, ends)),
        (_("二、利率和利息"), _rate_lines(terms)),
        (_("三、用在哪里、打给谁"), _use_lines(terms)),
        (_("四、怎么还"), _repay_lines(terms)),
        (_("五、放款前要办好"), _condition_lines(terms)),
        (_("六、逾期和挪用"), _late_lines(terms)),
        (_("七、签约和安全"), _signing_lines(terms)),
        (_("八、双方的权利"), _right_lines(terms)),
    ]


def _amount_lines(terms: Mapping[str, Any], starts: date, ends: date) -> list[str]:
    kind = _("额度内可以随借随还") if terms["revolving"] else _("一次或分次放款，还清为止")
    return [
        _("借款额度：人民币 %(amount)s（%(kind)s）。")
        % {"amount": figures.yuan(parse_yuan(terms["limit_yuan"])), "kind": kind},
        _("期限：%(months)s 个月，自 %(starts)s 起至 %(ends)s 止，含起始日、不含终止日。")
        % {"months": terms["months"], "starts": starts, "ends": ends},
        _("担保方式：%(security)s。") % {"security": wording.word(terms["security"])},
        *_security_lines(terms),
    ]


def _security_lines(terms: Mapping[str, Any]) -> list[str]:
    """Who answers for the loan, and what is mortgaged for it; two sentences of what that means."""
    sureties = [
        _("保证人：%(name)s，对借款本金 %(amount)s 及其利息、罚息承担连带责任保证。")
        % {"name": each["name"], "amount": figures.yuan(parse_yuan(each["amount_yuan"]))}
        for each in terms.get("guarantors", ())
    ]
    things = [
        _("抵押物：%(kind)s「%(label)s」，证号 %(certificate)s，所有权人 %(owners)s。")
        % {
            "kind": wording.word(each["kind"]), "label": each["label"],
            "certificate": each["certificate"], "owners": "、".join(each["owners"]),
        }
        for each in terms.get("collateral", ())
    ]  # fmt: skip
    if sureties:
        sureties.append(
            _("保证期间为借款到期之日起三年。借款人到期没有还清的，出借人可以要求保证人还。")
        )
    if things:
        things.append(
            _(
                "还清以后，出借人配合注销抵押登记。到期还不上的，卖得的价款先还借款，多的退给所有权人。"
            )
        )
    return [*sureties, *things]


def _rate_lines(terms: Mapping[str, Any]) -> list[str]:
    return [
        _("年利率 %(rate)s（单利）。计息：%(period)s；%(count)s。只对实际用款的天数计息。")
        % {
            "rate": wording.rate_text(Decimal(terms["annual_rate"])),
            "period": wording.word(terms["interest_period"]),
            "count": wording.word(terms["day_count"]),
        },
        _("除合同写明的利息、罚息外，出借人不另收费用。提前还款不收违约金。"),
    ]


def _use_lines(terms: Mapping[str, Any]) -> list[str]:
    return [
        _("用途：%(purpose)s。不得用于买卖证券、购房或转借他人。")
        % {"purpose": wording.purpose_text(terms["purpose"])},
        _("收款：%(payee)s。出借人不会把钱打给其他任何人。")
        % {"payee": wording.word(terms["payee"])},
    ]


def _repay_lines(terms: Mapping[str, Any]) -> list[str]:
    return [
        _("还款方式：%(method)s。") % {"method": wording.method_text(terms)},
        _("还款先抵费用，再抵利息，后抵本金（民法典第五百六十一条）。"),
        *(
            [
                _("逾期超过 %(days)s 天后，先抵本金。")
                % {"days": terms["principal_first_after_days"]}
            ]
            if terms["principal_first_after_days"] is not None
            else []
        ),
    ]


def _condition_lines(terms: Mapping[str, Any]) -> list[str]:
    named = [wording.word(code) for code in terms["conditions"]]
    return [_("以下各项办好以后，合同才生效，才能用款：%(named)s。") % {"named": "、".join(named)}]


def _late_lines(terms: Mapping[str, Any]) -> list[str]:
    lines = [
        _("逾期部分按年利率 %(late)s 计罚息；改变用途的部分按年利率 %(misuse)s 计罚息。")
        % {
            "late": wording.rate_text(Decimal(terms["late_rate"])),
            "misuse": wording.rate_text(Decimal(terms["misuse_rate"])),
        }
    ]
    lines.append(_("逾期未付的利息按罚息利率计复利。") if terms["compound"] else _("不计复利。"))
    return lines


def _signing_lines(terms: Mapping[str, Any]) -> list[str]:
    days = terms["cooling_off_days"]
    ways = "、".join(wording.word(way) for way in terms["signing"])
    lines = [
        _("签约方式：%(ways)s。单凭短信验证码不能签约，也不能用款。") % {"ways": ways},
        _("新换的银行卡、手机或号码，要等 24 小时，或由出借人回访本人后才能用款。"),
    ]
    if days:
        lines.append(
            _("签约之日起 %(days)s 天内没有用款的，借款人可以取消合同，不付任何费用。")
            % {"days": days}
        )
    return lines


def _right_lines(terms: Mapping[str, Any]) -> list[str]:
    return [
        _("借款人可以要求出借人说明是怎么决定的，也可以要求由人来决定。"),
        _("借款人可以查看谁看过自己的资料，对不对的资料提出异议。"),
        _("本合同所依据的产品：%(id)s %(version)s 版，校验码 %(sum)s。")
        % {
            "id": terms["product"]["id"],
            "version": terms["product"]["version"],
            "sum": terms["product"]["sha256"][:16],
        },
        _(
            "本合同一式两份，双方各执一份。争议由双方商量解决，商量不成的向出借人所在地人民法院起诉。"
        ),
    ]
