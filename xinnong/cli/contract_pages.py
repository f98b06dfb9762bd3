"""The contract reference: one page for each deliverer, written from the declarations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from xinnong.analytics.contracts import FORM_TABLES, Contract, Field, load_contracts
from xinnong.analytics.features.declared import FEATURES
from xinnong.cli import reference
from xinnong.config import environment

FOLDER: Final = environment.REPOSITORY / "docs" / "contracts"
INDEX: Final = "README.md"

PAGES: Final[Mapping[str, tuple[str, str]]] = {
    "公安": ("police.md", "Police"),
    "住建": ("housing.md", "Housing and construction"),
    "自然资源和规划": ("natural-resources.md", "Natural resources and planning"),
    "农业农村": ("agriculture.md", "Agriculture"),
    "人力社保": ("social-security.md", "Labour and social security"),
    "民政": ("civil-affairs.md", "Civil affairs"),
    "市场监管": ("market-supervision.md", "Market supervision"),
    "大数据局": ("big-data-bureau.md", "Big data bureau, for health insurance, tax and the courts"),
    "产业链": ("value-chains.md", "Value chains"),
    "贷款机构": ("lenders.md", "Lenders"),
    "入户采集": ("household-visits.md", "Household visits"),
    "机构与网点": ("outlets.md", "Institutions and outlets"),
    "评议组": ("reviewers.md", "Village reviewers"),
    "乡镇": ("towns.md", "Towns"),
}
"""Deliverer to page and English name."""

ROLES: Final[Mapping[str, tuple[str, str]]] = {
    "person": ("人员登记、认人", "register of persons, identity"),
    "hukou_member": ("推断家庭", "infers households"),
    "residence": ("推断家庭与居住地", "infers households and where they live"),
    "land_contract": ("推断家庭", "infers households"),
    "marriage": ("推断家庭与共有人", "infers households and joint owners"),
    "consent": ("决定哪些列可以使用", "decides which columns may be used"),
    "bank_return": ("县域统计，不涉及个人", "county statistics, no persons"),
}
"""What a class is for beside the features that read it."""

RHYTHMS: Final = {
    "daily": "每日 daily", "weekly": "每周 weekly", "monthly": "每月 monthly",
    "yearly": "每年 yearly",
}  # fmt: skip
MODES: Final = {
    "full": "全量，新的一期代替旧的一期 full, replaces the period before",
    "delta": "增量，按主键和数据日期更新 delta, supersedes by key and date of the data",
}
REGISTERS: Final = {"recipients": "已登记的机构 an institution on the list"}
LEGAL: Final = {
    "public": "公开 public",
    "internal": "内部，不涉及个人 internal, not about persons",
    "personal": "个人信息 personal",
    "sensitive": "敏感个人信息 sensitive personal",
}
BASIS: Final = (
    "公共数据共享（浙江省公共信用信息管理条例）；W 列须本人书面授权后方可用于评分（征信业管理条例第十四条） · "
    "sharing of public data (Zhejiang public credit regulation); W columns enter a score only with the "
    "person's written consent (credit-reporting regulation, article 14)"
)
OWN_BASIS: Final = (
    "本人授权或合同（个人信息保护法第十三条）；W 列须书面授权 · the person's consent or contract "
    "(PIPL 13); W columns need it in writing"
)


def pages() -> Mapping[str, str]:
    """File name to text of every page."""
    by_deliverer: dict[str, list[Contract]] = defaultdict(list)
    for contract in load_contracts().values():
        by_deliverer[contract.deliverer].append(contract)
    written = {PAGES[name][0]: _page(name, classes) for name, classes in by_deliverer.items()}
    every = {INDEX: _index(by_deliverer), **written}
    return {name: reference.GENERATED + text for name, text in every.items()}


def _index(by_deliverer: Mapping[str, Sequence[Contract]]) -> str:
    classes = len({contract.number for contract in load_contracts().values()})
    intro = (
        f"{classes} 类数据，按报送单位分页。模板：`xinnong contracts CLASS --template FILE.xlsx`，或网页"
        "“数据标准和模板”；程序用：`xinnong contracts --json`。\n\n"
        f"{classes} classes, one page for each deliverer. Templates: `xinnong contracts CLASS "
        "--template FILE.xlsx` or the page “Contracts and templates”; for programs: "
        "`xinnong contracts --json`.\n\n"
    )
    lines = [
        "# 数据标准 Data contracts\n\n",
        intro,
        "| 单位 | deliverer | 数据类 classes |\n|---|---|---|\n",
    ]
    for name, contracts in by_deliverer.items():
        page, english = PAGES[name]
        listed = "、".join(f"[{c.title_zh}]({page}#{_anchor(c)})" for c in contracts)
        lines.append(f"| [{name}]({page}) | {english} | {listed} |\n")
    return "".join(lines)


def _anchor(contract: Contract) -> str:
    return contract.name.replace(".", "-")


def _page(deliverer: str, contracts: Sequence[Contract]) -> str:
    legend = (
        "\\* 必填 required · # 主键 part of the key · W 须本人书面授权方可用于评分 written consent before "
        "a score may use it · 🔒 只进保险库 kept in the vault only\n"
    )
    head = f"# {deliverer} {PAGES[deliverer][1]}\n\n{legend}"
    return head + "".join(f"\n{_section(contract)}" for contract in contracts)


def _section(contract: Contract) -> str:
    facts = "".join(f"| {name} | {said} |\n" for name, said in _facts(contract))
    columns = "".join(_row(field) for field in contract.fields)
    return (
        f'<a id="{_anchor(contract)}"></a>\n\n'
        f"## {contract.number}. {contract.title_zh} {contract.title_en} (`{contract.name}`)\n\n"
        f"| | |\n|---|---|\n{facts}\n"
        "| 列名 | 也认 aliases | name | type | 单位 unit | | 可选值与范围 values | 说明 meaning |\n"
        f"|---|---|---|---|---|---|---|---|\n{columns}"
    )


def _facts(contract: Contract) -> list[tuple[str, str]]:
    band = contract.band
    size = f"≥ {band.min_rows} 行 rows"
    if contract.mode == "full":
        size += f"；上一期的 {band.low}–{band.high} 倍 times the period before"
    file = f"`{contract.name}_YYYYMMDD.csv`"
    if contract.name in FORM_TABLES:
        file += "，或四张表合一 or one workbook of four sheets `field_form_YYYYMMDD.xlsx`"
    told = [
        ("文件 file", file),
        ("来源 source", contract.agency),
        ("频率 rhythm", f"{RHYTHMS[contract.rhythm]}；{MODES[contract.mode]}"),
        ("时效 fresh for", f"{contract.freshness_days} 天 days"),
        ("行数 rows", size),
        ("用途 purpose", _purpose(contract)),
        ("类别 legal class", LEGAL[contract.legal]),
        ("依据 legal basis", OWN_BASIS if contract.agency == "自有" else BASIS),
        ("授权范围 consent", _scopes(contract)),
        ("保存 retention", f"{contract.retention_years} 年 years"),
    ]
    if contract.one_of:
        groups = "；".join(" / ".join(group) for group in contract.one_of)
        told.append(("至少一项 one of", groups))
    if contract.notes_zh:
        told.append(("注 note", f"{contract.notes_zh} {contract.notes_en}"))
    return told


def _purpose(contract: Contract) -> str:
    """Name what reads the class: its own role, then the features of the profile."""
    roles = [" ".join(ROLES[contract.name])] if contract.name in ROLES else []
    read = [f"{f.title_zh} {f.title_en}" for f in FEATURES if contract.name in f.all_classes]
    return (
        "；".join([*roles, *read])
        or "只留存备查，不进画像 kept for reference, no part of a profile"
    )


def _scopes(contract: Contract) -> str:
    scopes = dict.fromkeys(f.consent_scope for f in contract.fields if f.consent_scope)
    return "、".join(f"`{scope}`" for scope in scopes) or "不需要 none"


def _row(field: Field) -> str:
    marks = [("*", field.required), ("#", field.key), ("W", field.consent), ("🔒", field.vault)]
    cells = (
        field.header,
        "、".join(field.aliases),
        f"`{field.name}`",
        f"`{field.type}`",
        _unit(field),
        " ".join(mark for mark, holds in marks if holds),
        _range(field),
        f"{field.description_zh} · {field.description_en}",
    )
    return (
        "| " + " | ".join(cell.replace("|", "\\|").replace("*", "\\*") for cell in cells) + " |\n"
    )


def _unit(field: Field) -> str:
    if field.kind == "money":
        return "万元 10,000 yuan" if field.scale else "元 yuan"
    return "亩 mu" if field.kind == "mu" else field.unit or ""


def _range(field: Field) -> str:
    values = ["是", "否"] if field.kind == "bool" else [*field.values, *field.words]
    if field.register:
        values.append(REGISTERS[field.register])
    low = [f"≥ {field.minimum}"] if field.minimum is not None else []
    high = [f"≤ {field.maximum}"] if field.maximum is not None else []
    return "、".join([*values, *low, *high])
