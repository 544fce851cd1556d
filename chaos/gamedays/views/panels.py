"""Game days on the page of an experiment, and in the search."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from chaos.experiments.models import Experiment
from chaos.gamedays.models import GameDay, Scenario
from chaos.gamedays.selectors.game_days import GameDayFilters, list_game_days
from chaos.gamedays.views.rows import badge_of, when_text
from chaos.runs.views.looks import badge_of as badge_of_run
from reliability.access.domain.caller import Caller
from reliability.access.requests import AccessRequest
from reliability.web.search import Hit

ROWS_MAX = 10


def days_of_experiment(*, request: AccessRequest, experiment: Experiment, now: datetime) -> dict[str, Any]:
    """Where it was, or will be, tried in company; the newest first."""
    readable = GameDay.objects.readable_by(request.caller)
    found = Scenario.objects.filter(experiment=experiment, game_day__in=readable).select_related("game_day", "run")
    rows = [
        (one, badge_of(one.game_day), when_text(one.game_day), badge_of_run(one.run) if one.run else "")
        for one in found.order_by("-game_day__starts_at", "-pk")[:ROWS_MAX]
    ]
    return {"rows": rows}


def game_days_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    """By words of their title."""
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    text = query.replace("\0", "").strip()
    if not text:
        return []
    found = list_game_days(caller=caller, filters=GameDayFilters(text=text))[:limit]
    return [
        Hit("Game day", one.title, reverse("game-day", args=[one.pk]), when_text(one), icon="flag") for one in found
    ]
