"""Faults: what nobody expected gets an id that the person sees and the log explains."""

from __future__ import annotations

import secrets
import sys

import structlog
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist, loader

from xinnong.config.problems import is_api, problem
from xinnong.web.text_size import text_size_of

logger = structlog.get_logger("xinnong.faults")


def record(where: str) -> str:
    """Log the exception being handled and return the id to show."""
    fault = secrets.token_hex(4)
    logger.error("fault", fault=fault, where=where, exc_info=sys.exc_info())
    return fault


def server_error(request: HttpRequest) -> HttpResponse:
    """Handle a fault in a page: a plain page with the fault id, in the reader's text size."""
    fault = record(request.resolver_match.view_name if request.resolver_match else "unresolved")
    if is_api(request):
        return problem(500, "fault", fault=fault)
    try:
        shown = {"fault": fault, "text_size": text_size_of(request)}
        body = str(loader.render_to_string("500.html", shown))
    except TemplateDoesNotExist:
        body = f"系统出错了，编号 {fault}。Something went wrong, reference {fault}."
    return HttpResponse(body, status=500)
