"""The timeline of a postmortem: taken over from the incident, selected, annotated, added to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from django.db import transaction

from incidents.postmortems.models import Postmortem, TimelineItem
from incidents.postmortems.services.changing import Change, changed, checked_text, locked
from incidents.response.domain.entries import Kind
from incidents.response.models import TimelineEntry
from reliability.access.domain.caller import Caller
from reliability.web.errors import Conflict, Invalid, NotFound

WRITTEN = "written"
ITEMS_MAX = 2_000
TEXT_LENGTH_MAX = 2_000
ANNOTATION_LENGTH_MAX = 4_000
# What the system says that a reader a year later needs; pages, alerts that repeat and edits are left for the choosing.
_TELLING = frozenset(
    {Kind.OPENED, Kind.STATUS, Kind.SEVERITY, Kind.MILESTONE, Kind.EXPERIMENT, Kind.MERGE, Kind.ATTACHMENT}
)


def take_over(*, postmortem: Postmortem) -> int:
    """Add what the incident's timeline has and this one has not; what is here is not touched. Returns how many.

    In a transaction that holds the postmortem. At most ITEMS_MAX items, the oldest.
    """
    if postmortem.incident is None:
        return 0
    room = ITEMS_MAX - postmortem.timeline.count()
    known = postmortem.timeline.exclude(origin_entry_id=None).values("origin_entry_id")
    entries = TimelineEntry.objects.filter(incident=postmortem.incident, removed_at=None)
    fresh = list(entries.exclude(pk__in=known).order_by("at", "pk")[: max(room, 0)])
    TimelineItem.objects.bulk_create(
        TimelineItem(
            postmortem=postmortem,
            at=entry.at,
            origin_entry_id=entry.pk,
            kind=entry.kind,
            is_human=entry.is_human,
            author_name=entry.author_name,
            text=entry.text[:TEXT_LENGTH_MAX],
            is_selected=entry.is_human or entry.is_pinned or entry.kind in _TELLING,
        )
        for entry in fresh
    )
    return len(fresh)


@transaction.atomic
def write(*, caller: Caller, postmortem: Postmortem, at: datetime, text: str, now: datetime) -> TimelineItem:
    """Something that the incident's timeline does not have. Raises NotFound, Forbidden, Invalid, Conflict when full."""
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    clean = _checked(text)
    _check_instant(at, now)
    most = ITEMS_MAX
    if row.timeline.count() >= most:
        raise Conflict(f"the timeline has {most:,} entries, which is the most: remove some", reason="too_many")
    item = TimelineItem.objects.create(
        postmortem=row, at=at, kind=WRITTEN, is_human=True, author_name=caller.name[:160], text=clean
    )
    _tell(caller, row, item, "", words_of(item), now)
    return item


@transaction.atomic
def edit(
    *,
    caller: Caller,
    postmortem: Postmortem,
    item_id: int,
    now: datetime,
    text: str | None = None,
    at: datetime | None = None,
    annotation: str | None = None,
    is_selected: bool | None = None,
    expected_revision: int | None = None,
) -> TimelineItem:
    """Change one; what is None stays. What it said before stays in the history.

    Raises NotFound, Forbidden, Invalid, and Conflict when somebody changed it since *expected_revision*.
    """
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    item = _item(row, item_id)
    if expected_revision is not None and item.revision != expected_revision:
        raise Conflict(
            f"somebody changed this entry after you opened it, it says now: {words_of(item)}",
            reason="changed_meanwhile",
        )
    before = words_of(item)
    if text is not None:
        item.text = _checked(text)
    if at is not None:
        _check_instant(at, now)
        item.at = at
    if annotation is not None:
        item.annotation = checked_text(field="annotation", text=annotation, most=ANNOTATION_LENGTH_MAX)
    if is_selected is not None:
        item.is_selected = is_selected
    _save(caller, row, item, before, now)
    return item


@transaction.atomic
def select(
    *, caller: Caller, postmortem: Postmortem, shown: Collection[int], selected: Collection[int], now: datetime
) -> int:
    """Of the items *shown* to the person those *selected* stand in the document, the others do not.

    What was added since is not touched. Returns how many changed.
    """
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    found = list(row.timeline.filter(removed_at=None, pk__in=list(shown)[:ITEMS_MAX]))
    changes = []
    for item in found:
        wanted = item.pk in selected
        if item.is_selected == wanted:
            continue
        before, item.is_selected = words_of(item), wanted
        item.revision += 1
        changes.append(_change(item, before))
    TimelineItem.objects.bulk_update(
        [item for item in found if any(change.key == str(item.pk) for change in changes)], ["is_selected", "revision"]
    )
    changed(caller=caller, postmortem=row, changes=changes, now=now)
    return len(changes)


@transaction.atomic
def remove(*, caller: Caller, postmortem: Postmortem, item_id: int, now: datetime) -> None:
    """Take away what was written here. Raises Conflict for what the incident has: that is not selected instead."""
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    item = _item(row, item_id)
    if item.origin_entry_id is not None:
        raise Conflict("it comes from the incident: leave it out of the document instead", reason="from_the_incident")
    before = words_of(item)
    item.removed_at = now
    item.save(update_fields=("removed_at",))
    _tell(caller, row, item, before, "", now)


def words_of(item: TimelineItem) -> str:
    """As its history has it."""
    left_out = "" if item.is_selected else " (left out)"
    note = f"\n{item.annotation}" if item.annotation else ""
    return f"{item.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC{left_out}\n{item.text}{note}"


def _item(row: Postmortem, item_id: int) -> TimelineItem:
    found = row.timeline.filter(pk=item_id, removed_at=None).first() if item_id < 2**63 else None
    if found is None:
        raise NotFound(f"the timeline has no entry {item_id}")
    return found


def _save(caller: Caller, row: Postmortem, item: TimelineItem, before: str, now: datetime) -> None:
    if words_of(item) == before:
        return
    item.revision += 1
    item.save(update_fields=("text", "at", "annotation", "is_selected", "revision"))
    _tell(caller, row, item, before, words_of(item), now)


def _tell(caller: Caller, row: Postmortem, item: TimelineItem, before: str, after: str, now: datetime) -> None:
    change = Change("timeline", f"Timeline {item.at:%H:%M:%S}", before, after, str(item.pk), item.revision)
    changed(caller=caller, postmortem=row, changes=[change], now=now)


def _change(item: TimelineItem, before: str) -> Change:
    return Change("timeline", f"Timeline {item.at:%H:%M:%S}", before, words_of(item), str(item.pk), item.revision)


def _checked(text: str) -> str:
    return checked_text(field="text", text=text, most=TEXT_LENGTH_MAX, needed="say what happened")


def _check_instant(at: datetime, now: datetime) -> None:
    if at > now + timedelta(minutes=5):
        raise Invalid(details=[{"field": "at", "message": "must not lie in the future: it is UTC"}])
