"""Game days as the calendar of chaos shows them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.urls import reverse

from chaos.gamedays.domain.bounds import LENGTH_MINUTES
from chaos.gamedays.domain.states import State
from chaos.gamedays.models import GameDay, Scenario
from chaos.runs.calendar import ENTRIES_MAX, Entry, Kind
from reliability.kit.periods import Period

_LONGEST = timedelta(minutes=LENGTH_MINUTES[1])
_OFF = (State.NO_GO, State.CANCELLED)


def entries_of(*, team_ids: Collection[int], period: Period) -> list[Entry]:
    """Those with a moment in *period*, cancelled ones, too, drafts not. Two queries."""
    rows = GameDay.objects.filter(team_id__in=team_ids, starts_at__lt=period.end, starts_at__gt=period.start - _LONGEST)
    days = list(rows.exclude(state=State.DRAFT).defer("record").order_by("starts_at", "pk")[:ENTRIES_MAX])
    services: dict[int, set[int]] = {}
    named = Scenario.objects.filter(game_day__in=[one.pk for one in days], service__isnull=False)
    for game_day_id, service_id in named.order_by().values_list("game_day_id", "service_id"):
        if service_id is not None:
            services.setdefault(game_day_id, set()).add(service_id)
    return [entry for one in days if (entry := _entry(one, services.get(one.pk, set()))) and entry.end > period.start]


def _entry(day: GameDay, service_ids: set[int]) -> Entry | None:
    if day.starts_at is None or day.ends_at is None:
        return None
    return Entry(
        kind=Kind.GAME_DAY,
        title=day.title,
        start=day.starts_at,
        end=day.ends_at,
        url=reverse("game-day", args=(day.pk,)),
        team_id=day.team_id,
        service_ids=frozenset(service_ids),
        state="" if State(day.state) in _OFF else f"game_day_{day.state}",
        note=State.NO_GO.words if day.state == State.NO_GO else "",
        uid=f"game-day-{day.pk}",
        changed_at=day.updated_at,
        revision=day.sequence,
        is_cancelled=State(day.state) in _OFF,
    )
