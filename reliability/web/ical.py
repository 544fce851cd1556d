"""A calendar as the answer of a secret address: read every hour by programs, 304 while it is the same."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse


def calendar_response(*, request: HttpRequest, content: bytes, filename: str) -> HttpResponse:
    """filename: what a browser saves it as."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = f'inline; filename="{filename}"'
    response["ETag"] = tag
    response["Cache-Control"] = "private, max-age=300"
    return response
