"""The address that a telephone company's gateway asks: a document of VoiceXML for every turn of a call.

The gateway shows the token of its program, as HTTP Basic (what such gateways know) or as a bearer. The
place in the call travels with each question; no session, and nothing is logged but the place's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from xinnong.accounts.api_auth import program_of
from xinnong.accounts.middleware import scope_exempt
from xinnong.accounts.permissions import Permission
from xinnong.outreach.voice import call_at, next_turn
from xinnong.outreach.voicexml import MEDIA_TYPE, document

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST_BYTES: Final = 4_096
UNKNOWN, REFUSED, TOO_LARGE = 401, 403, 413
logger = structlog.get_logger("xinnong.voice")


@csrf_exempt  # no cookie opens anything here: the program's token does
@scope_exempt  # answers open the one window they need
@require_http_methods(["GET", "POST"])
def voice(request: HttpRequest) -> HttpResponse:
    """The first turn by GET; the next ones by POST with `call`, `keys` and `caller`."""
    program = program_of(request)
    if program is None:
        answer = HttpResponse(status=UNKNOWN)
        answer.headers["WWW-Authenticate"] = 'Basic realm="xinnong-voice", charset="UTF-8"'
        return answer
    if not program.can(Permission.CHECK_TEAMS):
        return HttpResponse(status=REFUSED)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return HttpResponse(status=TOO_LARGE)
    now = timezone.now()
    call, keys, caller = (request.POST.get(name, "") for name in ("call", "keys", "caller"))
    turn = next_turn(
        call_at(call), keys, caller=caller, now=now, today=timezone.localdate(now)
    )  # fmt: skip
    logger.info("voice", program=program.code, at=turn.call.at, ends=not turn.most)
    page = document(turn, address=reverse("outreach:voice"))
    answer = HttpResponse(page, content_type=MEDIA_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    return answer
