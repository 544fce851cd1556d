"""`{% load status_page %}`: times on the clocks of a page, and tones of its states."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.status_page.domain.content import Content
from incidents.status_page.domain.filling import listed
from incidents.status_page.domain.states import ComponentState, Impact

register = template.Library()

_TONES = {
    ComponentState.OPERATIONAL: "good",
    ComponentState.UNKNOWN: "none",
    ComponentState.UNDER_MAINTENANCE: "info",
    ComponentState.DEGRADED_PERFORMANCE: "warn",
    ComponentState.PARTIAL_OUTAGE: "bad",
    ComponentState.MAJOR_OUTAGE: "bad",
}
_IMPACT_TONES = {Impact.NONE: "none", Impact.MINOR: "warn", Impact.MAJOR: "bad", Impact.CRITICAL: "bad"}


@register.filter
def state_tone(state: str) -> str:
    """good, warn, bad, info or none."""
    return _TONES[ComponentState(state)]


@register.filter
def state_words(state: str) -> str:
    return ComponentState(state).words if state else ""


@register.filter
def impact_tone(impact: str) -> str:
    return _IMPACT_TONES[Impact(impact)]


@register.filter
def names(content: Content, codes: Sequence[str]) -> str:
    """`{{ content|names:incident.components }}`: Checkout and Search."""
    return listed(content.names_of(codes))


@register.simple_tag
def wall(at: datetime, zone: str) -> SafeString:
    """`{% wall update.at page.zone %}`: 21 Nov 2026, 14:30 CET."""
    local = at.astimezone(ZoneInfo(zone))
    return _time(at, f"{local.day} {local:%b %Y, %H:%M %Z}")


@register.simple_tag
def wall_span(start: datetime, end: datetime, zone: str) -> SafeString:
    """From one to the other; the day is said once when it is the same."""
    first, last = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    until = f"{last:%H:%M %Z}" if first.date() == last.date() else f"{last.day} {last:%b %Y, %H:%M %Z}"
    begins = _time(start, f"{first.day} {first:%b %Y, %H:%M}")
    return format_html("{} to {}", begins, _time(end, until))


def _time(at: datetime, words: str) -> SafeString:
    utc = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return format_html('<time datetime="{}">{}</time>', utc, words)
