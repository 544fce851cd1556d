"""The banner of old numbers, on every page."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from reliability.access.domain.caller import Caller
from reliability.kit.durations import humanize_duration
from reliability.web.banners import Banner
from slo.selectors.staleness import Staleness, staleness_of


def stale_numbers(request: HttpRequest) -> Sequence[Banner]:
    """What a reader must know before trusting a figure: evaluation stands still, or sources do not answer."""
    now = timezone.now()
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    found = staleness_of(caller=caller, now=now)
    if found.unevaluated and found.oldest_evaluation_at:
        age = humanize_duration(now - found.oldest_evaluation_at)
        message = f"Evaluation stands still: {_objectives(found.unevaluated)} last judged up to {age} ago."
        return [Banner("bad", message, reverse("slo-list"), "Objectives")]
    if found.unmeasured:
        return [Banner("warn", _unmeasured(found), reverse("source-list"), "Sources")]
    return []


def _unmeasured(found: Staleness) -> str:
    return f"Telemetry is stale: nothing newer than 15 minutes for {_objectives(found.unmeasured)}."


def _objectives(count: int) -> str:
    return f"{count:,} objective{'' if count == 1 else 's'}"
