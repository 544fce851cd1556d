"""Wall times that people type. Instants are those of every room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from reliability.web.fields import TEXT_MAX, InstantField, picker

__all__ = ["InstantField", "WallTimeField"]


class WallTimeField(forms.Field):
    """A wall time without a zone, kept as ISO text with seconds: the zone is another field's."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", picker())
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
