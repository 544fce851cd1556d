"""Reading the timeline of one incident: people and machines in one sequence of time."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import QuerySet

from incidents.response.domain.snapshots import chart_from_json
from incidents.response.models import Attachment, Incident, TimelineEntry
from reliability.access.domain.caller import Caller
from reliability.web.charts import Chart
from reliability.web.errors import NotFound


class Written(StrEnum):
    """By whom."""

    ALL = "all"
    PEOPLE = "people"
    SYSTEM = "system"


class Direction(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"


def entries(
    *,
    incident: Incident,
    written: Written = Written.ALL,
    direction: Direction = Direction.OLDEST,
    only_pinned: bool = False,
) -> QuerySet[TimelineEntry]:
    """Entries with revisions and attachments at hand: three queries for a page of any length.

    Ask `selectors.incidents.incident()` for the incident: it checks the caller.
    """
    found = TimelineEntry.objects.filter(incident=incident)
    if written is not Written.ALL:
        found = found.filter(is_human=written is Written.PEOPLE)
    if only_pinned:
        found = found.filter(is_pinned=True)
    order = ("at", "pk") if direction is Direction.OLDEST else ("-at", "-pk")
    return found.select_related("author").prefetch_related("revisions", "attachments").order_by(*order)


def entry(*, caller: Caller, incident: Incident, entry_id: int) -> TimelineEntry:
    """One entry of the incident. Raises NotFound."""
    found = entries(incident=incident).filter(pk=entry_id).first() if caller.may_read(incident.team_id) else None
    if found is None:
        raise NotFound(f"the incident has no entry {entry_id}")
    return found


def chart_of(*, attachment: Attachment) -> Chart:
    """The chart as it was when it was attached."""
    return chart_from_json(attachment.chart)
