"""The cadre's page for badges, which also opens and answers without network.

Nobody's data is in it. What it checks by is a file that the county signed; whoever publishes it writes
`county.xnb` and `keys.txt` (KEYID:HEX, one a line) into the folder of badges, `xinnong badge bundle
--publish` for one. Not signed by one of these keys, a bundle is taken by no phone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST_BUNDLE_BYTES: Final = 512 * 1024
MOST_KEYS_BYTES: Final = 4 * 1024
DECODER: Final = frozenset({"decode.js", "index.js"})
SCRIPT: Final = "text/javascript; charset=utf-8"


@require_GET
def check(request: HttpRequest) -> HttpResponse:
    """The page; the keys that bundles must be signed with stand in it."""
    said = _content(Path(settings.XINNONG_BADGES, "keys.txt"), MOST_KEYS_BYTES)
    keys = " ".join(said.decode("ascii", "replace").split()) if said else ""
    return render(request, "web/offline/check.html", {"keys": keys})


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the page on the phone."""
    return render(request, "web/offline/worker.js", content_type=SCRIPT)


@require_GET
def bundle(_request: HttpRequest) -> HttpResponse:
    """The county's bundle of the day. Raises 404 where none was published."""
    data = _content(Path(settings.XINNONG_BADGES, "county.xnb"), MOST_BUNDLE_BYTES)
    if data is None:
        raise Http404
    answer = HttpResponse(data, content_type="application/octet-stream")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@require_GET
def decoder(_request: HttpRequest, name: str) -> HttpResponse:
    """A part of the reader of codes, where it was installed."""
    if name not in DECODER:
        raise Http404
    found = _content(Path(settings.XINNONG_DECODER, name), MOST_BUNDLE_BYTES)
    if found is None:
        raise Http404
    answer = HttpResponse(found, content_type=SCRIPT)
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


def _content(path: Path, most: int) -> bytes | None:
    """The whole of a file that is not larger than it may be."""
    try:
        with path.open("rb") as file:
            found = file.read(most + 1)
    except OSError:
        return None
    return found if len(found) <= most else None
