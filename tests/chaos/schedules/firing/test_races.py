"""Two workers, or a worker and a person, at one schedule in the same instant."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chaos.experiments.models import Experiment
from chaos.runs.models import Run
from chaos.schedules.models import Firing, Schedule
from chaos.schedules.services import firing, schedules
from chaos.schedules.services.drafts import ScheduleDraft
from reliability.outbox.models import Due
from tests.cast import Cast
from tests.racing import Race

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def schedule(cast: Cast, experiment: Experiment, now: datetime) -> Schedule:
    draft = ScheduleDraft(cron="0 * * * *")
    return schedules.create(caller=cast.caller("editor"), experiment=experiment, draft=draft, now=now)


def test_two_workers_ask_for_one_run(schedule: Schedule, now: datetime, race: Race) -> None:
    def look() -> datetime | None:
        return firing.look(schedule_id=schedule.pk, now=now + HOUR)

    assert race(look, look) == [now + 2 * HOUR] * 2
    assert race(lambda: (Run.objects.count(), Firing.objects.count())) == [(1, 1)]


def test_who_pauses_it_while_it_fires_ends_with_one_row_and_nothing_due(
    schedule: Schedule, cast: Cast, now: datetime, race: Race
) -> None:
    def pause() -> bool:
        paused = schedules.pause(caller=cast.caller("editor"), schedule=schedule, reason="not now", now=now + HOUR)
        return paused.is_paused

    looked, is_paused = race(lambda: firing.look(schedule_id=schedule.pk, now=now + HOUR), pause)
    assert is_paused
    ((outcome, count, due),) = race(
        lambda: (Firing.objects.get().outcome, Run.objects.count(), Due.objects.filter(kind=firing.FIRE).count())
    )
    assert (looked, outcome, count) in [(now + 2 * HOUR, "requested", 1), (None, "skipped", 0)]
    assert due == 0
