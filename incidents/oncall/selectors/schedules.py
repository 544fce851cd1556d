"""Schedules as lists and single ones, as far as a caller may see them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from incidents.oncall.models import Schedule, ScheduleVersion
from reliability.access.domain.caller import Caller
from reliability.web.errors import NotFound


def list_schedules(*, caller: Caller, text: str = "", team: str = "") -> QuerySet[Schedule]:
    """Readable schedules with their teams, by title; each argument given narrows them."""
    schedules: QuerySet[Schedule] = Schedule.objects.readable_by(caller).select_related("team")
    for word in text.split()[:8]:
        schedules = schedules.filter(Q(slug__icontains=word) | Q(title__icontains=word))
    if team:
        schedules = schedules.filter(team__slug=team)
    return schedules.order_by("title", "pk")


def schedule(*, caller: Caller, slug: str) -> Schedule:
    """One readable schedule with its team. Raises NotFound, for private ones of other teams, too."""
    found: Schedule | None = Schedule.objects.readable_by(caller).select_related("team").filter(slug=slug).first()
    if found is None:
        raise NotFound(f"there is no schedule {slug!r}, or it is not yours to see")
    return found


def newest_version(*, schedule: Schedule) -> ScheduleVersion | None:
    """The definition that an editor sees: of the version that takes effect last, be it in the future."""
    return schedule.versions.order_by("-effective_from", "-pk").first()


def versions_of(*, schedule: Schedule) -> QuerySet[ScheduleVersion]:
    """Every version, the newest first."""
    return schedule.versions.order_by("-effective_from", "-pk")


def named_users(*, schedule: Schedule) -> set[int]:
    """Everybody whom the newest definition or an override that still holds names."""
    newest = newest_version(schedule=schedule)
    named = {
        user_id
        for layer in (newest.definition["layers"] if newest else [])
        for user_id in layer["rotation"]["participants"]
    }
    open_ones = schedule.overrides.filter(revoked_at=None).values_list("user_id", "replaces_id")
    return named | {user_id for pair in open_ones for user_id in pair if user_id is not None}


def zones_of(*, schedule_ids: Iterable[int]) -> dict[int, str]:
    """The time zone of each schedule by its newest version: one query."""
    rows = ScheduleVersion.objects.filter(schedule_id__in=list(schedule_ids)).order_by("schedule_id", "effective_from")
    return dict(rows.values_list("schedule_id", "definition__time_zone"))
