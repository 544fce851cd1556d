"""The reference id of a request: what a person quotes and the log lines carry."""

from __future__ import annotations

import uuid

import structlog
from django.http import HttpRequest


def reference_of(request: HttpRequest) -> str:
    """The id in the log lines of this request; a fresh one, kept with the request, when logging has none."""
    bound = structlog.contextvars.get_contextvars().get("request_id")
    if bound:
        return str(bound)
    known: str | None = getattr(request, "reference", None)
    if known is None:
        known = str(uuid.uuid4())
        request.reference = known  # type: ignore[attr-defined]  # kept for the second page part that asks
    return known
