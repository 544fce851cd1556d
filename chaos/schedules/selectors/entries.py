"""What this room and the runs below it put into the calendar."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse

from chaos.runs.calendar import ENTRIES_MAX, Entry, Kind
from chaos.runs.domain.states import OPEN, Mode, State
from chaos.runs.models import Run
from chaos.schedules.selectors.blackouts import BlackoutTime, times_within
from chaos.schedules.selectors.schedules import Upcoming, upcoming
from reliability.kit.periods import Period


def planned(*, team_ids: Collection[int], period: Period) -> list[Entry]:
    """What schedules are to start, each until its deadline at the latest."""
    return [_of_upcoming(one) for one in upcoming(teams=team_ids, period=period)[:ENTRIES_MAX]]


def runs(*, team_ids: Collection[int], period: Period) -> list[Entry]:
    """Runs that were, are and wait. One query. Of one that has not ended, the end is its deadline."""
    found = (
        Run.objects.filter(team_id__in=team_ids, not_before__lt=period.end)
        .filter(Q(not_before__gte=period.start) | Q(ended_at__gt=period.start) | Q(ended_at=None))
        .exclude(state=State.WAITING.value, not_before__lt=period.start)
        .select_related("experiment")
        .only(
            "state", "verdict", "mode", "team_id", "service_id", "not_before", "started_at", "ended_at", "deadline_at",
            "experiment__title", "waits_for",
        )
        .order_by("-not_before", "-pk")
    )  # fmt: skip
    return [entry for entry in map(_of_run, found[:ENTRIES_MAX]) if _meets(entry, period)]


def blackouts(*, team_ids: Collection[int], period: Period) -> list[Entry]:
    """Our own and those of feeds, those of the installation among them."""
    found = times_within(team_ids=team_ids, period=period, most=ENTRIES_MAX)
    return [_of_blackout(one) for one in found[:ENTRIES_MAX]]


def _meets(entry: Entry, period: Period) -> bool:
    return entry.start < period.end and (entry.end > period.start or entry.start >= period.start)


def _of_upcoming(one: Upcoming) -> Entry:
    schedule = one.schedule
    experiment = schedule.experiment
    changed_at = max(schedule.updated_at, experiment.updated_at)
    return Entry(
        kind=Kind.EXPERIMENT,
        title=experiment.title,
        start=one.starts_at,
        end=one.starts_at + timedelta(seconds=experiment.deadline_seconds),
        url=reverse("experiment-detail", args=(experiment.slug,)),
        team_id=schedule.team_id,
        service_ids=_only(experiment.service_id),
        state="paused" if schedule.is_paused else "",
        note="dry run" if schedule.mode == Mode.DRY.value else "",
        uid=f"schedule-{schedule.pk}-{int(one.at.timestamp())}",
        changed_at=changed_at,
        revision=schedule.revision + experiment.revision,
    )


def _of_run(run: Run) -> Entry:
    start = run.started_at or run.not_before
    is_open = State(run.state) in OPEN
    end = run.ended_at or (run.deadline_at if is_open and run.started_at else None) or start
    return Entry(
        kind=Kind.RUN,
        title=run.experiment.title,
        start=start,
        end=max(end, start),
        url=reverse("run-detail", args=(run.pk,)),
        team_id=run.team_id,
        service_ids=_only(run.service_id),
        state=run.state if is_open else run.verdict,
        note=run.waits_for if run.state == State.WAITING.value else "dry run" if run.mode == Mode.DRY.value else "",
    )


def _of_blackout(one: BlackoutTime) -> Entry:
    return Entry(
        kind=Kind.BLACKOUT,
        title=one.title,
        start=one.period.start,
        end=one.period.end,
        url=address_of(one),
        team_id=one.team_id,
        service_ids=one.service_ids,
        is_whole_days=one.is_whole_days,
        note=f"from {one.feed.title}" if one.feed else "",
        uid=one.uid,
        changed_at=one.changed_at,
        revision=one.revision,
    )


def _only(service_id: int | None) -> frozenset[int]:
    return frozenset() if service_id is None else frozenset({service_id})


def address_of(one: BlackoutTime) -> str:
    """The page of the blackout, or of the calendar it comes from."""
    if one.blackout is not None:
        return reverse("blackout-detail", args=(one.blackout.pk,))
    return reverse("blackout-feed", args=(one.feed.pk,)) if one.feed else ""
