"""The evidence log for everybody: checkpoints, proofs that it only grows, and what witnesses sign.

What stands here says nothing about anybody: sizes, hashes, keys, signatures. A witness needs no account:
its signature is what it brings.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from xinnong.accounts.asked import limited
from xinnong.accounts.scope import Scope, scoped
from xinnong.audit.models import LogCheckpoint, NoteKind
from xinnong.audit.proofs import public_keys
from xinnong.audit.queries.log import consistency, newest_checkpoint, shown, signers
from xinnong.audit.services.witnesses import CosignatureRefused, keep_cosignature, signer_of
from xinnong.core.evidence import TreeBroken
from xinnong.core.merkle import MOST_LEAVES
from xinnong.core.notes import MOST_BYTES, read_note

if TYPE_CHECKING:
    from django.http import HttpRequest

PLAIN: Final = "text/plain; charset=utf-8"
CREATED: Final = 201
TOO_LARGE: Final = 413
REFUSED: Final = 422
MOST_READS_A_MINUTE: Final = 240
MOST_SIGNED_A_MINUTE: Final = 60
"""Of one address to one web process: a witness that looks every ten seconds asks some twenty times."""


@require_GET
@limited("log", most=MOST_READS_A_MINUTE)
def checkpoint(_request: HttpRequest, size: int | None = None) -> HttpResponse:
    """The newest checkpoint, or the one of a size, with every signature below it."""
    if size is not None and size > MOST_LEAVES:
        raise Http404
    found = newest_checkpoint() if size is None else LogCheckpoint.objects.filter(size=size).first()
    if found is None:
        raise Http404
    return HttpResponse(shown(found).note, content_type=PLAIN)


@require_GET
@limited("log", most=MOST_READS_A_MINUTE)
def proof(_request: HttpRequest, old: int, new: int) -> JsonResponse:
    """That the log of `new` leaves only adds to that of `old`."""
    if max(old, new) > MOST_LEAVES:
        raise Http404
    try:
        path = consistency(old, new)
    except (ValueError, TreeBroken):
        raise Http404 from None
    hashes = [base64.b64encode(each).decode() for each in path]
    return JsonResponse({"old": old, "new": new, "proof": hashes})


@require_GET
@limited("log", most=MOST_READS_A_MINUTE)
def keys(_request: HttpRequest) -> JsonResponse:
    """The public keys of the log and its witnesses."""
    return JsonResponse(public_keys())


@csrf_exempt
@require_POST
@limited("cosign", most=MOST_SIGNED_A_MINUTE)
def cosignatures(request: HttpRequest) -> HttpResponse:
    """Take in a checkpoint with a witness's line; 201 for a new one, 200 for one that was here."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return JsonResponse({"code": "file.too_large"}, status=TOO_LARGE)
    try:
        is_new = _keep(request.body.decode("utf-8", "replace"))
    except CosignatureRefused as refused:
        return JsonResponse({"code": refused.code}, status=REFUSED)
    return HttpResponse(status=CREATED if is_new else 200)


def _keep(text: str) -> bool:
    note = read_note(text)
    if note is None:
        raise CosignatureRefused
    signer, line = signer_of(note, signers(NoteKind.WITNESS))
    with scoped(Scope(actor=signer.ref)):
        return keep_cosignature(signer=signer, line=line, note=note)
