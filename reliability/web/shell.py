"""What base.html needs of a request, worked out only when the template asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

import structlog
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from reliability.web.banners import Banner, banners_for
from reliability.web.errors import Invalid
from reliability.web.navigation import Place, places
from reliability.web.timerange import DEFAULT, PRESETS, TimeRange
from reliability.web.zones import zone_names, zone_of

log = structlog.get_logger(__name__)

THEMES = ("system", "light", "dark")
THEME_COOKIE = "theme"
_RANGE_NAMES = ("range", "from", "to", "tz")


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the rail as this page shows it."""

    place: Place
    url: str
    is_here: bool
    count: int = 0


_TOOLS: list[str] = []


def register_tool(template: str) -> None:
    """Put a room's template into the top bar of every page. It costs no query: what it tells it loads later."""
    if template not in _TOOLS:
        _TOOLS.append(template)


def address_of(name: str) -> str:
    """The address of a view, or nothing while its room has none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def count_of(place: Place, request: HttpRequest) -> int:
    """What is open in the place; a count that fails is logged and left out, as a banner is."""
    if place.count is None:
        return 0
    try:
        return place.count(request)
    except Exception:
        log.exception("count_failed", place=place.slug)
        return 0


class Shell:
    """The shell of one page."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def is_signed_in(self) -> bool:
        user = getattr(self.request, "user", None)
        return bool(user and user.is_authenticated)

    @cached_property
    def entries(self) -> list[Entry]:
        """Rail entries; the chosen range and zone travel along."""
        suffix = f"?{self.range_query}" if self.range_query else ""
        return [
            Entry(place, place.path + suffix, place.holds(self.request.path), count_of(place, self.request))
            for place in places()
        ]

    @property
    def phone_entries(self) -> list[Entry]:
        """The bottom bar of a phone; the rest is under More."""
        return sorted((one for one in self.entries if one.place.is_prominent), key=lambda one: one.place.phone_order)

    @cached_property
    def range_query(self) -> str:
        return urlencode([(name, self.request.GET[name]) for name in _RANGE_NAMES if self.request.GET.get(name)])

    @cached_property
    def kept_query(self) -> list[tuple[str, str]]:
        """What else the address says (filters, ordering), kept when the range changes; the page number is not."""
        return [
            (name, value)
            for name, values in self.request.GET.lists()
            if name not in {*_RANGE_NAMES, "page"}
            for value in values
        ]

    @cached_property
    def banners(self) -> list[Banner]:
        return banners_for(self.request) if self.is_signed_in else []

    @cached_property
    def theme(self) -> str:
        chosen = self.request.COOKIES.get(THEME_COOKIE, "system")
        return chosen if chosen in THEMES else "system"

    @cached_property
    def _range_and_error(self) -> tuple[TimeRange | None, str]:
        default = getattr(self.request, "range_default", DEFAULT)
        try:
            return TimeRange.from_request(self.request, now=timezone.now(), default=default), ""
        except Invalid as error:
            return None, error.message

    @property
    def range(self) -> TimeRange | None:
        """The range that the page shows, or None when the address has a mistake: `range_error` says which."""
        return self._range_and_error[0]

    @property
    def range_error(self) -> str:
        return self._range_and_error[1]

    @cached_property
    def zone_name(self) -> str:
        try:
            return zone_of(self.request).key
        except Invalid:
            return "UTC"

    @property
    def tools(self) -> tuple[str, ...]:
        return tuple(_TOOLS)

    presets = PRESETS
    themes = THEMES

    @property
    def zone_names(self) -> tuple[str, ...]:
        return zone_names()

    @cached_property
    def profile_url(self) -> str:
        return address_of("profile")

    @cached_property
    def sign_out_url(self) -> str:
        return address_of("sign-out")


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor."""
    return {"shell": Shell(request)}
