"""Schedules on the page of an experiment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from chaos.experiments.models import Experiment
from chaos.schedules.selectors.schedules import ScheduleFilters, list_schedules
from chaos.schedules.views.schedules import rows_of
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest

ROWS_MAX = 8


def schedules_of_experiment(*, request: AccessRequest, experiment: Experiment, now: datetime) -> dict[str, Any]:
    """When it runs by itself, and the button that makes it."""
    found = list_schedules(caller=request.caller, filters=ScheduleFilters(experiment_slug=experiment.slug))
    may_edit = request.caller.may(experiment.team_id, Role.EDITOR) and not experiment.is_archived
    return {
        "rows": rows_of(request, list(found[:ROWS_MAX])),
        "new_url": f"{reverse('chaos-schedule-new')}?experiment={experiment.slug}" if may_edit else "",
    }
