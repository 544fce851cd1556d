"""The addresses of an API as Django patterns, with the envelope also for what ninja answers by itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.urls.resolvers import RoutePattern
from ninja import NinjaAPI

from reliability.web.api.docs import Reference
from reliability.web.api.envelope import error_response

View = Callable[..., HttpResponseBase]


def enveloped(view: View) -> View:
    """Answer a wrong method and an impossible address in the envelope. Sign-in is the endpoint's own matter."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "\x00" in request.path:
            return unknown_address(request)
        try:
            response = view(request, *args, **kwargs)
        except Http404:  # ninja's own pages; endpoints answer theirs in the envelope already
            return unknown_address(request)
        if isinstance(response, HttpResponseNotAllowed):
            allowed = ", ".join(sorted(response["Allow"].split(", ")))
            return error_response(
                status=405,
                reason="method_not_allowed",
                message=f"{request.method} is not possible here: use {allowed}",
                headers={"Allow": allowed},
            )
        return response

    wrapped.csrf_exempt = True  # type: ignore[attr-defined]  # Django's marker; the authentication checks CSRF for sessions
    wrapped.login_required = False  # type: ignore[attr-defined]  # Django's marker; a caller without a session gets 401, not a redirect
    return wrapped


def unknown_address(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    return error_response(
        status=404, reason="not_found", message="there is no such address in the API: /api/docs lists all of them"
    )


def api_patterns(api: NinjaAPI) -> tuple[list[URLPattern], str, str]:
    """What `include` takes: what explains *api*, each of its addresses, and the envelope for all others below it."""
    patterns, app_name, namespace = api.urls
    wrapped = [
        path(str(pattern.pattern), enveloped(pattern.callback), name=pattern.name)
        for pattern in patterns
        if isinstance(pattern, URLPattern) and isinstance(pattern.pattern, RoutePattern)
    ]
    return [*Reference(api).urls, *wrapped, re_path(r"", enveloped(unknown_address))], app_name, namespace
