"""What people write into the timeline, change and take away; former words stay in the revisions."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from incidents.response.domain.entries import EDITABLE, Kind
from incidents.response.domain.snapshots import SnapshotError, chart_to_json
from incidents.response.models import Attachment, Incident, TimelineEntry, TimelineRevision
from incidents.response.services.locking import locked, require_responder
from incidents.response.services.recording import record, touch
from incidents.response.services.timeline_import import import_entries
from reliability.access.domain.caller import Caller
from reliability.access.services import audit
from reliability.web.charts import Chart
from reliability.web.errors import Conflict, Invalid, NotFound

__all__ = ["attach", "change", "comment", "edit", "import_entries", "pin", "record", "remove", "unpin"]


@transaction.atomic
def comment(
    *, caller: Caller, incident_id: int, text: str, now: datetime, at: datetime | None = None, via: str = ""
) -> TimelineEntry:
    """Write what somebody saw or did, at *at* (default now). Raises Invalid for no text or an instant ahead."""
    incident = locked(caller=caller, incident_id=incident_id)
    return _write(caller=caller, incident=incident, kind=Kind.COMMENT, text=text, at=at or now, now=now, via=via)


@transaction.atomic
def attach(
    *, caller: Caller, incident_id: int, chart: Chart, now: datetime, title: str = "", text: str = ""
) -> TimelineEntry:
    """Keep a chart as it is now. Raises Invalid when it is too large."""
    incident = locked(caller=caller, incident_id=incident_id)
    try:
        document = chart_to_json(chart=chart, bytes_max=settings.ATTACHMENT_BYTES_MAX)
    except SnapshotError as error:
        raise Invalid(details=[{"field": "chart", "message": str(error)}]) from error
    name = (title.strip() or chart.title)[:200]
    entry = _write(
        caller=caller,
        incident=incident,
        kind=Kind.ATTACHMENT,
        text=text.strip() or f"Kept the chart {name}.",
        at=now,
        now=now,
    )
    Attachment.objects.create(entry=entry, title=name, chart=document, created_at=now)
    return entry


@transaction.atomic
def edit(
    *,
    caller: Caller,
    entry_id: int,
    now: datetime,
    text: str | None = None,
    at: datetime | None = None,
    expected_text: str | None = None,
) -> TimelineEntry:
    """Change the words, the instant, or both of what a person wrote. The former ones become a revision.

    expected_text: what the editor had read. Raises Conflict when it says something else meanwhile, or when a machine
    wrote it.
    """
    entry = _own_words(caller=caller, entry_id=entry_id)
    if expected_text is not None and entry.text != expected_text:
        raise Conflict(
            "somebody changed this entry after you opened it: compare both and save again", reason="changed_meanwhile"
        )
    text, instant = _checked(entry.text if text is None else text), _not_ahead(at or entry.at, now)
    if (text, instant) == (entry.text, entry.at):
        return entry
    before = entry.text
    _keep_revision(entry=entry, caller=caller, now=now)
    entry.text, entry.at, entry.edited_at = text, instant, now
    entry.save(update_fields=("text", "at", "edited_at"))
    _audit(caller=caller, action="timeline.edit", entry=entry, now=now, changes={"text": [before, text]})
    return entry


@transaction.atomic
def change(
    *,
    caller: Caller,
    entry_id: int,
    now: datetime,
    text: str | None = None,
    at: datetime | None = None,
    is_pinned: bool | None = None,
    expected_text: str | None = None,
) -> None:
    """Several changes of one entry, all of them or none; what is None stays. Raises what edit and pin raise."""
    if text is not None or at is not None:
        edit(caller=caller, entry_id=entry_id, text=text, at=at, expected_text=expected_text, now=now)
    if is_pinned is not None:
        _set_pin(caller=caller, entry_id=entry_id, is_pinned=is_pinned, now=now)


def pin(*, caller: Caller, entry_id: int, now: datetime) -> TimelineEntry:
    """Show the entry above the timeline, whoever wrote it."""
    return _set_pin(caller=caller, entry_id=entry_id, is_pinned=True, now=now)


def unpin(*, caller: Caller, entry_id: int, now: datetime) -> TimelineEntry:
    return _set_pin(caller=caller, entry_id=entry_id, is_pinned=False, now=now)


@transaction.atomic
def remove(*, caller: Caller, entry_id: int, now: datetime, reason: str = "") -> TimelineEntry:
    """Take away the words and charts of what a person wrote; that there was an entry stays. Twice is once."""
    entry = _own_words(caller=caller, entry_id=entry_id, even_removed=True)
    if entry.removed_at is not None:
        return entry
    _keep_revision(entry=entry, caller=caller, now=now)
    entry.removed_at, entry.is_pinned = now, False
    entry.text = f"Removed by {caller.name[:160]}."
    entry.save(update_fields=("removed_at", "is_pinned", "text"))
    _audit(caller=caller, action="timeline.remove", entry=entry, now=now, reason=reason)
    return entry


@transaction.atomic
def _set_pin(*, caller: Caller, entry_id: int, is_pinned: bool, now: datetime) -> TimelineEntry:
    entry = _locked_entry(caller=caller, entry_id=entry_id)
    if entry.removed_at is not None:
        raise Conflict("the entry was removed", reason="removed")
    if entry.is_pinned != is_pinned:
        entry.is_pinned = is_pinned
        entry.save(update_fields=("is_pinned",))
        action = "timeline.pin" if is_pinned else "timeline.unpin"
        _audit(caller=caller, action=action, entry=entry, now=now)
    return entry


def _write(
    *, caller: Caller, incident: Incident, kind: Kind, text: str, at: datetime, now: datetime, via: str = ""
) -> TimelineEntry:
    entry = record(
        incident_id=incident.pk,
        at=_not_ahead(at, now),
        kind=kind,
        text=_checked(text),
        author_id=caller.user_id,
        author_name=caller.name,
        is_human=True,
        data={"via": via} if via else {},
        now=now,
    )
    if entry is None:  # pragma: no cover  only entries with a key are not written
        raise AssertionError
    touch(incident_id=incident.pk, now=now)
    _audit(caller=caller, action=f"timeline.{kind.value}", entry=entry, now=now)
    return entry


def _locked_entry(*, caller: Caller, entry_id: int) -> TimelineEntry:
    entry = TimelineEntry.objects.select_for_update(no_key=True).filter(pk=entry_id).first()
    if entry is None:
        raise NotFound("there is no such entry, or it is not yours to see")
    require_responder(caller=caller, incident=entry.incident)
    return entry


def _own_words(*, caller: Caller, entry_id: int, even_removed: bool = False) -> TimelineEntry:
    entry = _locked_entry(caller=caller, entry_id=entry_id)
    if entry.kind not in EDITABLE:
        raise Conflict("this is what the platform saw: it stays as it is; write a comment beside it", reason="system")
    if entry.removed_at is not None and not even_removed:
        raise Conflict("the entry was removed", reason="removed")
    return entry


def _keep_revision(*, entry: TimelineEntry, caller: Caller, now: datetime) -> None:
    TimelineRevision.objects.create(
        entry=entry, at=entry.at, text=entry.text, edited_at=now, editor_name=caller.name[:160]
    )


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(details=[{"field": "text", "message": "is empty: write what was seen or done"}])
    if len(text) > settings.TIMELINE_TEXT_MAX:
        message = f"has {len(text):,} letters, at most {settings.TIMELINE_TEXT_MAX:,}: shorten it or write several"
        raise Invalid(details=[{"field": "text", "message": message}])
    return text


def _not_ahead(at: datetime, now: datetime) -> datetime:
    if at > now:
        raise Invalid(details=[{"field": "at", "message": "lies in the future: a timeline tells what has happened"}])
    return at


def _audit(
    *,
    caller: Caller,
    action: str,
    entry: TimelineEntry,
    now: datetime,
    changes: dict[str, list[str]] | None = None,
    reason: str = "",
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="incident",
        object_name=f"#{entry.incident_id} {entry.incident.title}",
        team_id=entry.incident.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
