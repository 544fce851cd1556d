"""The banner on every page while all chaos is stopped."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from chaos.runs.selectors.global_stop import in_force
from reliability.web.banners import Banner
from reliability.web.words import relative_text


def stop_banner(request: HttpRequest) -> Sequence[Banner]:
    """One query over an index of at most one row. The first page of chaos says it itself."""
    if request.path == reverse("chaos-home"):
        return []
    stop = in_force()
    if stop is None:
        return []
    since = relative_text(stop.began_at, now=timezone.now())
    words = f"All chaos is stopped, by {stop.by_name} {since}: {stop.reason}. No experiment runs or starts."
    return [Banner("warn", words, reverse("chaos-home"), "Look")]
