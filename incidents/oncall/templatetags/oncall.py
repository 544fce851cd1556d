"""`{% load oncall %}`: names, colours and clock times of shifts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.http import urlencode

from incidents.oncall.domain.grid import Piece
from incidents.oncall.domain.rota import Shift
from incidents.oncall.forms.schedule import LayerForm
from incidents.oncall.selectors.warnings import told_together
from reliability.access.models import User
from reliability.kit.instants import format_instant
from reliability.kit.typed_hours import hours_text

register = template.Library()
register.filter(told_together)


@register.filter
def of(mapping: Mapping[Any, Any], key: object) -> Any:
    """`{{ users|of:shift.user_id }}`: the value of a key, nothing when there is none."""
    return mapping.get(key, "")


@register.filter
def clock(value: datetime) -> str:
    """09:00 in the page's zone."""
    return f"{timezone.localtime(value):%H:%M}"


@register.filter
def moment(value: datetime) -> str:
    """Mon 2 Mar 09:00 in the page's zone."""
    return f"{timezone.localtime(value):%a %-d %b %H:%M}"


@register.filter
def hours(piece: Piece) -> str:
    """The hours of a piece within its day; a whole day has none, midnight at its end is 24:00."""
    if piece.is_whole_day:
        return ""
    end = clock(piece.end)
    return f"{clock(piece.start)} – {'24:00' if end == '00:00' else end}"


@register.simple_tag
def shift_query(shift: Shift | Piece) -> str:
    """`?start=…&end=…`: the shift in an address; of a gap, the gap."""
    return urlencode({"start": format_instant(shift.start), "end": format_instant(shift.end)})


@register.filter
def rotation_words(rotation: Mapping[str, Any]) -> str:
    """`every week since 2026-03-02 09:00`: a rotation as a sentence's end."""
    length, unit = rotation["length"], rotation["unit"]
    start = str(rotation["start"]).replace("T", " ")
    if unit == "custom":
        handoffs = ", ".join(f"{entry['weekday'].capitalize()} {entry['time']}" for entry in rotation["handoffs"])
        every = "at each of" if length == 1 else f"at every {length} of"
        return f"hands over {every} {handoffs}, since {start}"
    return f"every {unit} since {start}" if length == 1 else f"every {length} {unit}s since {start}"


@register.filter
def hours_words(restriction: Mapping[str, Any]) -> str:
    """A restriction in words: `Mon-Fri 09:00-17:00`."""
    return hours_text([restriction]).replace("mon-sun", "every day") or "always"


@register.filter
def initials(user: object) -> str:
    """The first letters of the first two words of a name."""
    return "".join(word[0] for word in str(user).split()[:2]).upper()


@register.filter
def people_rows(layer: LayerForm) -> list[int]:
    """The ids chosen in a layer, in order, and spare rows."""
    widget: Any = layer.fields["people"].widget
    chosen = [int(entry) for entry in layer["people"].value() or [] if str(entry).isdigit()]
    return [*chosen, *[0] * widget.spare]


@register.filter
def people_offered(layer: LayerForm) -> Sequence[User]:
    widget: Any = layer.fields["people"].widget
    people: Sequence[User] = widget.people
    return people
