"""What a blackout tells the guards of a run."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from chaos.runs.blockers import Blocker
from chaos.runs.models import Run
from chaos.schedules.selectors.blackouts import BlackoutTime, affecting
from chaos.schedules.selectors.entries import address_of
from reliability.catalog.models import Service

SHOWN = 5


def blackouts_of(*, run: Run, at: datetime) -> list[Blocker]:
    """A blocker for each blackout that holds: for the run's team, its service, and the services of its targets.

    They pass: the run waits until the last of them ends. A run under way is not asked about.
    """
    of_run = Q(pk=run.service_id) | Q(chaos_targets__runs__run=run)
    services = dict(Service.objects.filter(of_run).order_by().values_list("pk", "team_id"))
    team_ids = {run.team_id, *services.values()}
    found = affecting(team_ids=team_ids, service_ids=services, at=at)
    last = sorted(found, key=lambda one: one.period.end, reverse=True)
    return [Blocker(_words(one), address_of(one), is_temporary=True, until=one.period.end) for one in last[:SHOWN]]


def _words(one: BlackoutTime) -> str:
    whose = "of the installation " if one.team_id is None else ""
    where = f" (calendar {one.feed.title})" if one.feed else ""
    return f"the blackout {whose}“{one.title}”{where} holds until {one.period.end:%Y-%m-%d %H:%M} UTC"
