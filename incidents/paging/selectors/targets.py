"""The persons, schedules, teams and channels that steps name: which of them a caller may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from incidents.oncall.models import Schedule
from incidents.paging.domain.frozen import FrozenPolicy, TargetKind
from incidents.paging.selectors.people import visible_people
from reliability.access.domain.caller import Caller
from reliability.access.selectors.teams import readable_teams
from reliability.channels.models import Channel

HIDDEN_WORDS = {
    TargetKind.USER: "somebody of a team that you cannot see",
    TargetKind.SCHEDULE: "a schedule that you cannot see",
    TargetKind.TEAM: "a team that you cannot see",
    TargetKind.CHANNEL: "a channel that you cannot see",
}

Key = tuple[TargetKind, int]


def choices(*, caller: Caller, kind: TargetKind) -> QuerySet[Any]:
    """What the caller may name as a target of this kind. Accounts that are switched off are left out."""
    if kind is TargetKind.USER:
        return visible_people(caller=caller).filter(is_active=True)
    return _readable(caller, kind)


def visible_keys(*, caller: Caller, keys: Iterable[Key]) -> set[Key]:
    """Those of *keys* that the caller may see: at most one query for each kind."""
    wanted: dict[TargetKind, set[int]] = defaultdict(set)
    for kind, pk in keys:
        wanted[kind].add(pk)
    return {
        (kind, pk)
        for kind, pks in wanted.items()
        for pk in _readable(caller, kind).order_by().filter(pk__in=pks).values_list("pk", flat=True)
    }


def keys_of(frozen: FrozenPolicy) -> set[Key]:
    """Everything that a policy names."""
    steps = [*frozen.steps, *([frozen.last_resort] if frozen.last_resort else [])]
    return {(target.kind, target.id) for step in steps for target in step.targets}


def _readable(caller: Caller, kind: TargetKind) -> QuerySet[Any]:
    found: QuerySet[Any]
    if kind is TargetKind.USER:
        return visible_people(caller=caller)
    if kind is TargetKind.TEAM:
        return readable_teams(caller=caller).order_by("name", "pk")
    if kind is TargetKind.SCHEDULE:
        found = Schedule.objects.readable_by(caller).order_by("title", "pk")
    else:
        found = Channel.objects.readable_by(caller).defer("secrets").order_by("title", "pk")
    return found
