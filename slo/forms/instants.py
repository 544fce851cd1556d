"""Instants and wall times that people type."""

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


def _picker() -> forms.TextInput:
    return forms.TextInput(attrs={"type": "datetime-local", "autocomplete": "off"})


class InstantField(forms.Field):
    """An instant in UTC, typed as wall time of the page's zone (or as RFC 3339)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", _picker())
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()[:TEXT_MAX]
        if not text:
            return None
        try:
            return instant_in(text, zone=_page_zone(), field="instant")
        except Invalid as error:
            raise forms.ValidationError(error.message) from error

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(_page_zone()).strftime(_FORMAT) if isinstance(value, datetime) else value


class WallTimeField(forms.Field):
    """A wall time without a zone, kept as ISO text with seconds: the zone is another field's."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", _picker())
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()[:TEXT_MAX]
        if not text:
            return ""
        try:
            return datetime.fromisoformat(text).replace(tzinfo=None).isoformat(timespec="seconds")
        except ValueError as error:
            raise forms.ValidationError(f"{text!r} is no date and time: write 2026-01-01 00:00") from error

    def prepare_value(self, value: Any) -> Any:
        return str(value).replace(" ", "T")[:16] if value else value


def _page_zone() -> ZoneInfo:
    zone: tzinfo = timezone.get_current_timezone()
    return zone if isinstance(zone, ZoneInfo) else ZoneInfo(UTC.tzname(None) or "UTC")
