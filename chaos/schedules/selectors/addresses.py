"""Secret calendar addresses: whose they are, and what they hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet

from chaos.runs.calendar import Entry, Kind
from chaos.schedules.models import CalendarAddress
from chaos.schedules.selectors.calendar import Filters, entries
from reliability.access.domain.caller import Caller
from reliability.access.selectors.callers import caller_of_user
from reliability.access.selectors.secret_addresses import held_by
from reliability.kit.ical import IcalEvent, to_ical
from reliability.kit.periods import Period
from reliability.web.errors import NotFound

KINDS = frozenset({Kind.EXPERIMENT, Kind.GAME_DAY, Kind.TRIAL, Kind.BLACKOUT})
BACK, AHEAD = timedelta(days=31), timedelta(days=184)
_CATEGORIES = {
    Kind.EXPERIMENT: "Chaos experiment",
    Kind.GAME_DAY: "Game day",
    Kind.TRIAL: "Recovery trial due",
    Kind.BLACKOUT: "Blackout",
}


def addresses_of(*, caller: Caller) -> QuerySet[CalendarAddress]:
    """The caller's own in force, newest first."""
    return held_by(model=CalendarAddress, caller=caller).select_related("team")


def calendar_of(*, address: CalendarAddress, now: datetime) -> bytes:
    """What is planned, as far as its person may still read it. Raises NotFound when that is no more of the team."""
    caller = caller_of_user(user=address.user)
    if address.team is not None and not caller.may_read(address.team_id or 0):
        raise NotFound("the person of this calendar may not see the team any more")
    slug = address.team.slug if address.team else ""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    found = entries(caller=caller, period=Period(day - BACK, day + AHEAD), filters=Filters(team_slug=slug, kinds=KINDS))
    return to_ical(
        name=f"Chaos: {address.team or address.user}",
        product="Chaos",
        events=[_event(entry) for entry in found.entries if entry.uid],
        host=urlsplit(settings.PUBLIC_URL).hostname or "localhost",
    )


def _event(entry: Entry) -> IcalEvent:
    """UTC, to the second, never without a length: some calendars refuse that."""
    url = settings.PUBLIC_URL + entry.url if entry.url else ""
    category = _CATEGORIES[entry.kind]
    return IcalEvent(
        uid=entry.uid,
        start=entry.start.astimezone(UTC).replace(microsecond=0),
        end=max(entry.end, entry.start + timedelta(minutes=1)).astimezone(UTC).replace(microsecond=0),
        summary=f"{category}: {entry.title}",
        description="\n".join(part for part in (entry.note, url) if part),
        url=url,
        changed_at=entry.changed_at or entry.start,
        sequence=entry.revision,
        category=category,
        is_cancelled=entry.is_cancelled,
    )
