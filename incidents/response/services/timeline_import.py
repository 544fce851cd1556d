"""Events that are told late: pasted lines, CSV or JSON, put at the instants they name and marked as imported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from incidents.response.domain.entries import Kind
from incidents.response.domain.late import LateEvent
from incidents.response.models import TimelineEntry
from incidents.response.services.locking import locked
from incidents.response.services.recording import full, room_left, touch
from reliability.access.domain.caller import Caller
from reliability.access.services import audit
from reliability.web.errors import Invalid


@transaction.atomic
def import_entries(
    *, caller: Caller, incident_id: int, events: Sequence[LateEvent], now: datetime, source: str = ""
) -> list[TimelineEntry]:
    """Write all of *events* or none; one that stands there already (same instant and words) is left out.

    source: where they come from, in words. Read text with incidents.response.domain.late. Raises Invalid with the
    index of each mistake, Conflict when the timeline is full.
    """
    incident = locked(caller=caller, incident_id=incident_id)
    _check(events=events, now=now)
    known = set(
        TimelineEntry.objects.filter(incident=incident, kind=Kind.IMPORT.value, removed_at=None)
        .order_by()
        .values_list("at", "text")
    )
    fresh = list(dict.fromkeys(event for event in events if (event.at, event.text) not in known))
    if room_left(incident_id=incident.pk, is_human=True) < len(fresh):
        raise full()
    data = {"imported": True, **({"source": source[:200]} if source else {})}
    rows = TimelineEntry.objects.bulk_create(
        TimelineEntry(
            incident=incident,
            at=event.at,
            recorded_at=now,
            kind=Kind.IMPORT.value,
            author_id=caller.user_id,
            author_name=caller.name[:160],
            is_human=True,
            text=event.text,
            data=data,
        )
        for event in fresh
    )
    touch(incident_id=incident.pk, now=now)
    audit.record(
        caller=caller,
        action="timeline.import",
        object_kind="incident",
        object_name=f"#{incident.pk} {incident.title}",
        team_id=incident.team_id,
        now=now,
        changes={"entries": [0, len(rows)]},
        reason=source,
    )
    return rows


def _check(*, events: Sequence[LateEvent], now: datetime) -> None:
    if not events:
        raise Invalid(details=[{"field": "events", "message": "are empty: one line per event, an instant and words"}])
    if len(events) > settings.TIMELINE_IMPORT_MAX:
        message = f"are {len(events):,}, at most {settings.TIMELINE_IMPORT_MAX:,} at once: send them in parts"
        raise Invalid(details=[{"field": "events", "message": message}])
    details = []
    for index, event in enumerate(events):
        if event.at > now:
            details.append({"index": index, "field": "at", "message": f"row {index + 1} lies in the future"})
        if len(event.text) > settings.TIMELINE_TEXT_MAX:
            message = f"row {index + 1} has more than {settings.TIMELINE_TEXT_MAX:,} letters: shorten it"
            details.append({"index": index, "field": "text", "message": message})
    if details:
        raise Invalid(details=details[:100])
