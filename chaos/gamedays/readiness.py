"""What game days prove of the readiness of services: people rehearsed their failure lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse

from chaos.gamedays.domain.states import ScenarioState
from chaos.gamedays.models import GameDay, Scenario
from reliability.catalog.models import Service
from reliability.readiness.domain.answers import Answer, met, not_met
from reliability.readiness.domain.days import Day
from reliability.readiness.proofs import Proof, register_proof

WITHIN = timedelta(days=180)
_ELSEWHERE = "a game day of a team that you cannot see decides it"


def game_day_held(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
    """A scenario about the service was played on a game day that ended within 180 days."""
    wanted = {one.pk for one in services}
    rows = Scenario.objects.filter(
        Q(service__in=wanted) | Q(experiment__service__in=wanted),
        state=ScenarioState.ENDED.value,
        game_day__ended_at__lte=now,
    )
    newest: dict[int, GameDay] = {}
    for row in rows.select_related("game_day", "experiment").order_by("game_day__ended_at", "pk"):
        for service_id in (row.service_id, row.experiment.service_id if row.experiment else None):
            if service_id in wanted:
                newest[service_id] = row.game_day
    return {one.pk: _answer(newest.get(one.pk), one, now) for one in services}


def _answer(day: GameDay | None, service: Service, now: datetime) -> Answer:
    plan = f"{reverse('game-day-new')}?team={service.team.slug}"
    if day is None or day.ended_at is None:
        return not_met("no game day has rehearsed its failure", plan, step="Plan a game day")
    words = f"“{day}” on {day.ended_at:%Y-%m-%d}"
    if day.ended_at > now - WITHIN:
        url = reverse("game-day", args=(day.pk,))
        return met(words, url, team_ids={day.team_id}, elsewhere=_ELSEWHERE)
    words = f"{words}: more than {WITHIN.days} days ago"
    return not_met(words, plan, step="Plan a game day", team_ids={day.team_id}, elsewhere=_ELSEWHERE)


register_proof(
    Proof(
        slug="game-day-held",
        title="A game day rehearsed its failure in the last 180 days",
        day=Day.DAY_N,
        why="People who have seen it fail on purpose are calm when it does by itself.",
        source="SRE, chapter 28: Accelerating SREs to On-Call (disaster role playing)",
        source_url="https://sre.google/sre-book/accelerating-sre-on-call/",
        check=game_day_held,
        tiers=(1,),
        order=20,
    )
)
