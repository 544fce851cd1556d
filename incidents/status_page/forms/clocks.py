"""Instants of a status page's forms, typed and shown on its own clocks, as the public reads them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from reliability.web.fields import InstantField


class OnPageClocks(forms.Form):
    """zone: of the status page. An instant that is sent back as it was shown stays as it was, to the second."""

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, InstantField):
                field.zone = ZoneInfo(zone)
                field.help_text = f"{field.help_text} On the clocks of {zone}."

    def clean(self) -> dict[str, Any]:
        """The hour that clocks repeat in autumn has one way to be written: what nobody changed is not moved by it."""
        cleaned = super().clean() or {}
        for name, field in self.fields.items():
            if not isinstance(field, InstantField) or cleaned.get(name) is None:
                continue
            before = self.get_initial_for_field(field, name)
            if before is not None and self[name].data == field.prepare_value(before):
                cleaned[name] = before
        return cleaned
