"""Readiness and metrics, answered before sessions, hosts and sign-in: probes have none of them."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone

from reliability.supervision.selectors.exposition import exposition
from reliability.supervision.selectors.readiness import readiness


class ProbeMiddleware:
    """/readyz: 200, or 503 with reasons. /metrics: for this machine, or whoever presents METRICS_TOKEN.

    /healthz is answered one layer further out, by reliability.web.bounds.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/readyz":
            return _ready()
        if request.path == "/metrics":
            return _metrics(request)
        return self.get_response(request)


def _ready() -> HttpResponse:
    checks = readiness(now=timezone.now())
    is_ready = all(check.is_well for check in checks)
    body = {"ready": is_ready, "checks": {check.name: check.reason or "ok" for check in checks}}
    response = JsonResponse(body, status=200 if is_ready else 503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django's flag: probes ask again and again
    return response


def _metrics(request: HttpRequest) -> HttpResponse:
    if not _may_read_metrics(request):
        return HttpResponse(
            "metrics are for this machine: set METRICS_TOKEN and send it as a bearer token\n",
            status=403,
            content_type="text/plain; charset=utf-8",
        )
    try:
        body, content_type = exposition(accept=request.headers.get("Accept", ""), now=timezone.now())
    except DatabaseError as error:
        return HttpResponse(f"the database does not answer: {error}\n", status=503, content_type="text/plain")
    return HttpResponse(body, content_type=content_type)


def _may_read_metrics(request: HttpRequest) -> bool:
    token: str = settings.METRICS_TOKEN
    presented = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token:
        return hmac.compare_digest(presented.encode(), token.encode())
    # Through a proxy everybody may look like this machine.
    if settings.BEHIND_PROXY or "X-Forwarded-For" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
