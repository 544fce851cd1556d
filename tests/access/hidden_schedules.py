"""Schedules of the private team Payments, for the test of every address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.schedules.models import Firing
from tests.cast import (
    BEGINNING,
    Cast,
    ExperimentFactory,
    ExperimentScheduleFactory,
    ExperimentVersionFactory,
    ServiceFactory,
)

MARK = "hidden-treasure"


def hidden_schedules(cast: Cast) -> Mapping[str, dict[str, Any]]:
    """The arguments of addresses of schedules of experiments."""
    service = ServiceFactory(team=cast.payments, name=f"{MARK}-repeated")
    experiment = ExperimentFactory(team=cast.payments, service=service, slug=f"{MARK}-again", title=MARK)
    ExperimentVersionFactory(experiment=experiment)
    schedule = ExperimentScheduleFactory(
        team=cast.payments, experiment=experiment, owner=cast.editor, owner_name=MARK, reason=MARK
    )
    Firing.objects.create(
        schedule=schedule, due_at=BEGINNING, decided_at=BEGINNING, outcome="skipped", cause="missed", reason=MARK
    )
    return {"chaos/schedules/": {"pk": schedule.pk}}
