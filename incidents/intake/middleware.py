"""Alerts and calls of monitors are served before sessions, sign-in and the log of requests.

Their proof is a key of their own, which stands in some addresses: the log must not hold it. And ten thousand of them
in a minute should not each ask who is signed in.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve

log = structlog.get_logger(__name__)

# Only this room's addresses are searched: the others are hundreds.
_URLS = "incidents.intake.urls"
PREFIXES = ("/intake/", "/v2/", "/ping/", "/generic/2010-04-15/")


class IntakeMiddleware:
    """Calls views that are marked `is_intake`; everything else goes its usual way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIXES):
            return self.get_response(request)
        try:
            match = resolve(request.path_info, urlconf=_URLS)
        except Resolver404:
            return HttpResponse("there is no such address\n", status=404, content_type="text/plain; charset=utf-8")
        if not getattr(match.func, "is_intake", False):
            return self.get_response(request)
        with structlog.contextvars.bound_contextvars(request_id=request.headers.get("X-Request-Id", "")):
            return _answer(request, match.func, match.args, match.kwargs)


def _answer(
    request: HttpRequest, view: Callable[..., HttpResponseBase], args: tuple[object, ...], kwargs: dict[str, object]
) -> HttpResponseBase:
    try:
        response = view(request, *args, **kwargs)
    except (OperationalError, InterfaceError) as error:
        log.warning("intake_unavailable", view=view.__name__, error=str(error))
        response = HttpResponse("the database cannot take this now: come again\n", status=503)
        response["Retry-After"] = "5"
    except Exception:  # whatever it is, the sender gets an answer that makes it come again
        log.exception("intake_failed", view=view.__name__)
        response = HttpResponse("something went wrong on our side: come again\n", status=500)
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
