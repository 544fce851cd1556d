"""Calendar feeds: whose they are, and what they hold."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Max, QuerySet

from incidents.oncall.domain.ical import CalendarShift, to_ical
from incidents.oncall.domain.rota import Shift, by_person, final_shifts
from incidents.oncall.models import CalendarFeed, Override, Schedule, ScheduleVersion
from incidents.oncall.selectors.rotas import Rota, rotas
from reliability.access.domain.caller import Caller
from reliability.access.models import User
from reliability.access.selectors.callers import caller_of_user
from reliability.access.selectors.secret_addresses import held_by
from reliability.kit.periods import Period
from reliability.web.errors import NotFound


def feeds_of(*, caller: Caller, schedule: Schedule | None = None) -> QuerySet[CalendarFeed]:
    """The caller's own feeds in force, newest first; with *schedule* only those of it."""
    feeds = held_by(model=CalendarFeed, caller=caller).select_related("schedule")
    return feeds.filter(schedule=schedule) if schedule else feeds


def calendar_of(*, feed: CalendarFeed, now: datetime) -> bytes:
    """The calendar of a feed: what its person may still read, within the days of the settings. Raises NotFound."""
    readable = Schedule.objects.readable_by(caller_of_user(user=feed.user))
    if feed.schedule is None:
        schedules = list(readable.order_by("title", "pk"))
        name = f"On call: {feed.user}"
    else:
        schedules = list(readable.filter(pk=feed.schedule_id))
        name = f"On call: {feed.schedule.title}"
        if not schedules:
            raise NotFound("the person of this calendar may not see the schedule any more")
    period = _period(now)
    found = _events(schedules, period, now, only_user_id=feed.user_id if feed.schedule is None else None)
    return to_ical(name=name, shifts=found, host=urlsplit(settings.PUBLIC_URL).hostname or "localhost")


def _period(now: datetime) -> Period:
    """Edges at the beginning of months, well outside of what is shown: a shift keeps its start, and so its UID."""
    start = now - timedelta(days=settings.ONCALL_FEED_DAYS_BACK + 62)
    end = now + timedelta(days=settings.ONCALL_FEED_DAYS_AHEAD)
    return Period(
        start.replace(day=1, hour=0, minute=0, second=0, microsecond=0),
        end.replace(day=1, hour=0, minute=0, second=0, microsecond=0),
    )


def _events(
    schedules: list[Schedule], period: Period, now: datetime, *, only_user_id: int | None
) -> list[CalendarShift]:
    known = {schedule.pk: schedule for schedule in schedules}
    shown_from = now - timedelta(days=settings.ONCALL_FEED_DAYS_BACK)
    changed = _changed_at(known)
    own = [
        (known[pk], shift, turn)
        for pk, rota in rotas(schedule_ids=known, period=period).items()
        for shift, turn in _with_turns(rota, period)
        if shift.end > shown_from and only_user_id in (None, shift.user_id)
    ]
    users = User.objects.in_bulk({shift.user_id for _, shift, _ in own})
    events = []
    for schedule, shift, turn in sorted(own, key=lambda entry: (entry[1].start, entry[0].pk)):
        person = str(users.get(shift.user_id, "somebody"))
        summary = f"On call: {schedule.title}" if only_user_id else f"{person}: {schedule.title}"
        url = f"{settings.PUBLIC_URL}/oncall/{schedule.slug}/"
        events.append(
            CalendarShift(
                schedule_id=schedule.pk,
                user_id=shift.user_id,
                start=shift.start,
                end=shift.end,
                turn_start=None if turn == period.start else turn,
                summary=summary,
                description=f"{person} is on call for {schedule.title}.\n{url}",
                url=url,
                changed_at=changed[schedule.pk],
            )
        )
    return events


def _with_turns(rota: Rota, period: Period) -> list[tuple[Shift, datetime]]:
    """The final shifts, each with the start of the turn whose first part it is, else with its own start."""
    final = by_person(final_shifts(versions=rota.versions, overrides=rota.overrides, period=period))
    if not rota.overrides:
        return [(shift, shift.start) for shift in final]
    turns: dict[int, list[Shift]] = defaultdict(list)
    for turn in by_person(final_shifts(versions=rota.versions, period=period)):
        turns[turn.user_id].append(turn)
    found, used = [], set()
    for shift in final:
        own = turns[shift.user_id]
        index = bisect_right(own, shift.start, key=lambda turn: turn.end)  # the first that ends later
        start = own[index].start if index < len(own) and own[index].start < shift.end else shift.start
        if (shift.user_id, start) in used:
            start = shift.start
        used.add((shift.user_id, start))
        found.append((shift, start))
    return found


def _changed_at(known: dict[int, Schedule]) -> dict[int, datetime]:
    """When the rota of each schedule was last written: the stamp of its events, so that the same bytes come again."""
    stamps = {pk: [schedule.updated_at] for pk, schedule in known.items()}
    versions = ScheduleVersion.objects.filter(schedule_id__in=known).order_by().values_list("schedule_id")
    overrides = Override.objects.filter(schedule_id__in=known).order_by().values_list("schedule_id")
    for pk, stamp in versions.annotate(Max("created_at")):
        stamps[pk].append(stamp)
    for pk, made, revoked in overrides.annotate(Max("created_at"), Max("revoked_at")):
        stamps[pk].extend(entry for entry in (made, revoked) if entry)
    return {pk: max(found).replace(microsecond=0) for pk, found in stamps.items()}
