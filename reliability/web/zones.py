"""The time zone of a page: `?tz=Europe/Berlin`, or the person's own, or UTC."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from reliability.web.errors import Invalid

UTC_ZONE = ZoneInfo("UTC")


@cache
def zone_names() -> tuple[str, ...]:
    """Every IANA zone a person may choose, UTC first; aliases without a place are left out."""
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return ("UTC", *places)


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_named(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises Invalid, with the nearest name, for any other text."""
    if name in _known():
        return ZoneInfo(name)
    nearest = difflib.get_close_matches(name[:60], zone_names(), n=1, cutoff=0.6)
    hint = f": did you mean {nearest[0]}?" if nearest else ": write an IANA name such as Europe/Berlin, or UTC"
    raise Invalid(details=[{"field": "tz", "message": f"{name[:60]!r} is not a time zone{hint}"}])


def zone_of(request: HttpRequest) -> ZoneInfo:
    """The zone the address names, else the person's own, else UTC. Raises Invalid for an unknown name."""
    name = request.GET.get("tz", "").strip()
    if name:
        return zone_named(name)
    own = getattr(getattr(request, "user", None), "time_zone", "")
    return ZoneInfo(own) if own in _known() else UTC_ZONE


class PageZoneMiddleware:
    """Makes the page's zone Django's current one, so that templates and forms speak it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            zone = zone_of(request)
        except Invalid:
            zone = UTC_ZONE  # the picker says what is wrong with the name
        with timezone.override(zone):
            return self.get_response(request)
