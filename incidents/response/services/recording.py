"""Putting entries into a timeline, within its bounds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Greatest

from incidents.response.domain.entries import Kind, shortened
from incidents.response.models import Incident, TimelineEntry
from reliability.web.errors import Conflict


def record(
    *,
    incident_id: int,
    at: datetime,
    kind: Kind,
    text: str,
    author_name: str,
    now: datetime,
    author_id: int | None = None,
    is_human: bool = False,
    key: str = "",
    data: Mapping[str, Any] | None = None,
    is_new: bool = False,
) -> TimelineEntry | None:
    """Write one entry; the answer is None for those with a key, and when machines have filled their part.

    key: of a machine's entry, so that telling twice writes once. What people write has room of its own: a flood
    never keeps them from writing. is_new: the incident opens just now, and has room. Raises Conflict when people have
    filled theirs.
    """
    entry = TimelineEntry(
        incident_id=incident_id,
        at=at,
        recorded_at=now,
        kind=kind.value,
        key=key,
        author_id=author_id,
        author_name=author_name[:160],
        is_human=is_human,
        text=shortened(text, length_max=settings.TIMELINE_TEXT_MAX),
        data=dict(data or {}),
    )
    left = 1 if is_new else room_left(incident_id=incident_id, is_human=is_human)
    if left <= 0 and is_human:
        raise full()
    if left <= 0:
        entry.text, entry.kind, entry.data = "Further entries of machines are not kept: too many.", Kind.ALERT.value, {}
        entry.key = "full"
    if not entry.key:
        entry.save(force_insert=True)
        return entry
    TimelineEntry.objects.bulk_create([entry], ignore_conflicts=True)
    return None


def room_left(*, incident_id: int, is_human: bool) -> int:
    """How many entries of people, or of machines, the timeline takes on."""
    written = TimelineEntry.objects.filter(incident_id=incident_id, is_human=is_human).count()
    return int(settings.TIMELINE_ENTRIES_MAX) - written


def full() -> Conflict:
    return Conflict(
        f"the timeline holds {settings.TIMELINE_ENTRIES_MAX:,} entries of people: edit or remove some",
        reason="timeline_full",
    )


def touch(*, incident_id: int, now: datetime) -> None:
    """Note that something about the incident is new. Not an edit: the revision stays."""
    Incident.objects.filter(pk=incident_id).update(updated_at=Greatest(F("updated_at"), now))
