"""The contract reference: what each class looks like, and its template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.analytics.contracts import FORM, FORM_TABLES, Contract, Field, load_contracts
from xinnong.analytics.contracts.templates import csv_template, xlsx_template
from xinnong.sources.departments import readable_classes
from xinnong.sources.forms import class_title
from xinnong.sources.wording import deliverer_name, in_language
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RHYTHMS = {
    "daily": lambda: _("每日"),
    "weekly": lambda: _("每周"),
    "monthly": lambda: _("每月"),
    "yearly": lambda: _("每年"),
}


def readable_contract(request: HttpRequest, name: str) -> Contract:
    """The contract, if this person's department has to do with it; 404 otherwise."""
    if name not in readable_classes(user_of(request)):
        raise Http404
    return load_contracts()[name]


@require_GET
@allowed(Permission.READ_BATCHES)
def contracts(request: HttpRequest) -> HttpResponse:
    """Every class this person's department delivers."""
    mine = readable_classes(user_of(request))
    shown = [contract for name, contract in load_contracts().items() if name in mine]
    return render(request, "sources/contracts.html", {"table": _list(shown)})


@require_GET
@allowed(Permission.READ_BATCHES)
def contract(request: HttpRequest, name: str) -> HttpResponse:
    """One class: rhythm, rules, columns, example, download of its template."""
    found = readable_contract(request, name)
    context = {
        "contract": found,
        "title": class_title(found.name),
        "is_form_table": found.name in FORM_TABLES,
        "notes": in_language(found.notes_zh, found.notes_en),
        "facts": _facts(found),
        "table": _columns(found.fields),
    }
    return render(request, "sources/contract.html", context)


@require_GET
@allowed(Permission.READ_BATCHES)
def template(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """An empty file with the right headers; the household form as one workbook too."""
    tables = FORM_TABLES if name == FORM else (name,)
    found = [readable_contract(request, table) for table in tables]
    makers = {"csv": lambda: csv_template(found[0]), "xlsx": lambda: xlsx_template(found)}
    if kind not in makers or (kind == "csv" and len(found) > 1):
        raise Http404
    response = HttpResponse(
        makers[kind](), content_type=XLSX if kind == "xlsx" else "text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def _facts(found: Contract) -> list[Definition]:
    whole, delta = _("全量：新的一期代替旧的一期"), _("增量：按主键和数据日期更新")
    return [
        Definition(_("报送单位"), deliverer_name(found.deliverer)),
        Definition(_("频率"), RHYTHMS[found.rhythm]()),
        Definition(_("方式"), whole if found.mode == "full" else delta),
        Definition(_("时效"), _("%(days)s 天") % {"days": found.freshness_days}),
        Definition(_("保存期限"), _("%(years)s 年") % {"years": found.retention_years}),
        Definition(_("文件名"), f"{found.name}_YYYYMMDD.csv"),
    ]


def _list(shown: Iterable[Contract]) -> Table:
    headings = (_("数据类"), _("代码"), _("报送单位"), _("频率"), _("列数"))
    columns = [Column(heading, is_figure=heading == headings[-1]) for heading in headings]
    rows = [
        [
            Cell(class_title(found.name), url=f"{found.name}/"),
            Cell(found.name),
            Cell(deliverer_name(found.deliverer)),
            Cell(RHYTHMS[found.rhythm]()),
            Cell(str(len(found.fields))),
        ]
        for found in shown
    ]
    return Table(_("数据类"), columns, rows, is_caption_hidden=True)


def _columns(fields: Iterable[Field]) -> Table:
    headings = (_("列名"), _("必填"), _("类型"), _("可选值"), _("说明"))
    rows = [
        [
            Cell(field.header, note=_aliases(field)),
            Cell(_required(field), tone="good" if field.key else ""),
            Cell(in_language(field.kind_details.title_zh, field.kind_details.title_en)),
            Cell(in_language("、", ", ").join([*field.values, *field.words])),
            Cell(in_language(field.description_zh, field.description_en), note=_consent(field)),
        ]
        for field in fields
    ]
    return Table(_("各列"), [Column(heading) for heading in headings], rows)


def _aliases(field: Field) -> str:
    others = in_language("、", ", ").join(field.aliases)
    return _("也认：%(others)s") % {"others": others} if others else ""


def _required(field: Field) -> str:
    if field.key:
        return _("主键")
    return _("必填") if field.required else ""


def _consent(field: Field) -> str:
    return _("本人书面同意后才用于评分") if field.consent else ""
