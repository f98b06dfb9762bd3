"""One audit entry and its place in the evidence log, with the proof to take away."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed
from xinnong.audit.models import NoteKind
from xinnong.audit.proofs import EPOCH, Evidence, evidence_of, proof_report
from xinnong.audit.queries.log import checkpoints_page, log_size, signers
from xinnong.core.evidence import WITNESSES_WANTED
from xinnong.journeys.views.tables import moment
from xinnong.journeys.wording import ACTIONS, WITNESSES, said
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest

    from xinnong.audit.queries.log import Shown

SHORT_HASH = 16
NEWEST = 20
KEEPS_UP = timedelta(minutes=1)


@allowed(Permission.READ_AUDIT)
def entry(request: HttpRequest, ref: UUID) -> HttpResponse:
    """An entry, whether it is as it was when it was numbered, and who has signed for that."""
    found = _found(ref)
    context = {
        "title": said(ACTIONS, found.entry.action),
        "facts": _facts(found),
        "proof": _proof(found),
        "download": reverse("journeys:entry_proof", args=[ref]) if found.proof else "",
    }
    return render(request, "journeys/entry.html", context)


@allowed(Permission.READ_AUDIT)
def download(_request: HttpRequest, ref: UUID) -> HttpResponse:
    """The proof of an entry as a file."""
    found = _found(ref)
    if found.proof is None:
        raise Http404
    text = json.dumps(proof_report(found), ensure_ascii=False, indent=1)
    answer = HttpResponse(text, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="proof-{found.index}.json"'
    return answer


@allowed(Permission.READ_AUDIT)
def log(request: HttpRequest) -> HttpResponse:
    """How far the log is, and which checkpoints lack a witness."""
    from xinnong.journeys.views.oversight import tabs_of

    newest = checkpoints_page(limit=NEWEST)
    context = {
        "title": _("存证日志"),
        "summary": _witnesses_table(newest, timezone.now()),
        "table": _checkpoints_table(newest),
        "note": _(
            "日志现有 %(size)s 条。每个检查点由日志自己签名，公安、医保和公证（或平台）各派一个见证程序核对后"
            "联署；改动过去的任何一条，联署就对不上。"
        )
        % {"size": figures.count(log_size())},
        **tabs_of("log"),
    }
    return render(request, "journeys/oversight.html", context)


def _found(ref: UUID) -> Evidence:
    found = evidence_of(ref)
    if found is None:
        raise Http404
    return found


def _facts(found: Evidence) -> list[Definition]:
    content = found.entry
    at = EPOCH + timedelta(microseconds=content.at)
    index = _("还在等编号，一秒之内就有") if found.index is None else figures.count(found.index)
    return [
        Definition(_("时间"), moment(at)),
        Definition(_("日志中的编号"), index),
        Definition(_("记录号"), str(content.ref)),
        Definition(_("对象"), str(content.subject or "—")),
        Definition(_("内容摘要"), content.checksum or "—"),
    ]


def _proof(found: Evidence) -> list[Definition]:
    """What was just verified, in words."""
    checkpoint = found.checkpoint
    if checkpoint is None:
        return [Definition(_("核对结果"), _("还没有签名的检查点，请过半分钟再看"), tone="warn")]
    verdict: Any = (
        Definition(_("核对结果"), _("与签名时一致"), tone="good")
        if found.holds
        else Definition(_("核对结果"), _("与签名时不一致，请立即报告县级服务台"), tone="bad")
    )
    size = figures.count(checkpoint.checkpoint.size)
    return [
        verdict,
        Definition(_("检查点"), _("前 %(size)s 条") % {"size": size}),
        Definition(_("签名时间"), moment(checkpoint.checkpoint.at)),
        Definition(
            _("见证人"),
            _names(checkpoint),
            note=_short_note(checkpoint),
        ),
    ]


def _names(checkpoint: Shown) -> str:
    return _("、").join(str(said(WITNESSES, name)) for name in checkpoint.witnesses) or "—"


def _short_note(checkpoint: Shown) -> str:
    if not checkpoint.is_short:
        return ""
    return _("只有 %(have)s 个联署，应有 %(wanted)s 个") % {
        "have": len(checkpoint.witnesses),
        "wanted": WITNESSES_WANTED,
    }


def _witnesses_table(newest: Sequence[Shown], now: datetime) -> Table:
    """Who signs with the log, and whether each still does."""
    names = [each.name for each in signers(NoteKind.WITNESS) if each.ended_at is None]
    rows = [_witness_row(name, newest, now) for name in names]
    return Table(
        _("见证人"),
        [Column(_("见证人")), Column(_("最近联署的检查点")), Column(_("现在"))],
        rows,
        empty_title=_("还没有登记见证人"),
        empty_hint=_("日志照常记，只是没有别家替它作证。登记用 xinnong log add-witness。"),
    )


def _witness_row(name: str, newest: Sequence[Shown], now: datetime) -> list[Cell]:
    """A witness keeps up while it signs what is older than a minute."""
    signed = next((each for each in newest if name in each.witnesses), None)
    due = next((each for each in newest if now - each.checkpoint.at > KEEPS_UP), None)
    is_behind = due is not None and (
        signed is None or signed.checkpoint.size < due.checkpoint.size
    )  # fmt: skip
    if signed is None:
        last = _("最近%(count)s个都没有") % {"count": len(newest)} if newest else "—"
    else:
        last = _("前 %(size)s 条") % {"size": figures.count(signed.checkpoint.size)}
    state = (
        Cell(_("没有跟上，请联系这家"), tone="warn")
        if is_behind
        else Cell(_("跟得上"), tone="good")
    )
    return [Cell(said(WITNESSES, name)), Cell(last), state]


def _checkpoints_table(found: Sequence[Shown]) -> Table:
    columns = [
        Column(_("检查点")),
        Column(_("签名时间")),
        Column(_("见证人")),
        Column(_("根哈希")),
    ]
    rows = [
        [
            Cell(
                _("前 %(size)s 条") % {"size": figures.count(each.checkpoint.size)},
                url=reverse("journeys:checkpoint_of", args=[each.checkpoint.size]),
            ),
            Cell(moment(each.checkpoint.at)),
            Cell(_names(each), note=_short_note(each)),
            Cell(bytes(each.checkpoint.root).hex()[:SHORT_HASH]),
        ]
        for each in found
    ]
    return Table(
        _("存证日志"),
        columns,
        rows,
        empty_title=_("还没有检查点"),
        empty_hint=_("后台程序运行后，十几秒内就会签出第一个。"),
        is_caption_hidden=True,
    )
