"""Swaps as far as they concern a caller."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from incidents.oncall.models import Schedule, Swap
from reliability.access.domain.caller import Caller, Role, Scope


def open_swaps(*, caller: Caller, now: datetime) -> QuerySet[Swap]:
    """Offers that the caller made, was made, or may take up; the next to begin first."""
    schedules = Schedule.objects.readable_by(caller)
    mine = Q(offered_by_id=caller.user_id) | Q(offered_to_id=caller.user_id)
    for_anybody = Q(offered_to=None, schedule__team_id__in=caller.team_ids(Role.RESPONDER))
    return (
        Swap.objects.filter(mine | for_anybody, schedule__in=schedules, state=Swap.State.OFFERED, start_at__gt=now)
        .select_related("schedule", "offered_by", "offered_to")
        .order_by("start_at", "pk")
    )


def swaps_of(*, caller: Caller, schedule: Schedule, state: str = "") -> QuerySet[Swap]:
    """Offers on a readable schedule, newest first: all of them for responders of its team, else those with oneself."""
    found = schedule.swaps.select_related("offered_by", "offered_to", "accepted_by").order_by("-created_at", "-pk")
    if not caller.may(schedule.team_id, Role.RESPONDER, scope=Scope.READ):
        person = caller.user_id or 0
        found = found.filter(Q(offered_by_id=person) | Q(offered_to_id=person) | Q(accepted_by_id=person))
    return found.filter(state=state) if state else found


def past_swaps(*, caller: Caller) -> QuerySet[Swap]:
    """What became of the offers that concerned the caller, newest first."""
    mine = Q(offered_by_id=caller.user_id) | Q(offered_to_id=caller.user_id) | Q(accepted_by_id=caller.user_id)
    return (
        Swap.objects.filter(mine, schedule__in=Schedule.objects.readable_by(caller))
        .exclude(state=Swap.State.OFFERED)
        .select_related("schedule", "offered_by", "offered_to", "accepted_by")
        .order_by("-created_at", "-pk")
    )
