"""Form fields that every room may use."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from reliability.web.errors import Invalid
from reliability.web.timerange import instant_in

TEXT_MAX = 40
_FORMAT = "%Y-%m-%dT%H:%M"


def picker() -> forms.TextInput:
    """A browser's own picker of date and time."""
    return forms.TextInput(attrs={"type": "datetime-local", "autocomplete": "off"})


class InstantField(forms.Field):
    """An instant in UTC, typed as wall time of the page's zone (or as RFC 3339). zone: another one than the page's."""

    zone: ZoneInfo | None = None

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", picker())
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()[:TEXT_MAX]
        if not text:
            return None
        try:
            return instant_in(text, zone=self.zone or page_zone(), field="instant")
        except Invalid as error:
            raise forms.ValidationError(error.message) from error

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(self.zone or page_zone()).strftime(_FORMAT) if isinstance(value, datetime) else value


def page_zone() -> ZoneInfo:
    """The zone that the page tells times in."""
    zone: tzinfo = timezone.get_current_timezone()
    return zone if isinstance(zone, ZoneInfo) else ZoneInfo(UTC.tzname(None) or "UTC")
