"""The demo's schedule: made once, in the name of somebody who may, and due on the next Tuesday."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chaos.runs.calendar import Kind
from chaos.schedules.models import Schedule
from chaos.schedules.selectors.calendar import Filters, entries
from chaos.schedules.services import firing
from reliability.access.models import User
from reliability.access.selectors.callers import caller_of_user
from reliability.demo.services.load import EMAIL
from reliability.demo.services.schedules import load_schedules
from reliability.kit.periods import Period
from tests.demo.loaded.conftest import NOW

TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.mark.usefixtures("with_rates")
def test_it_is_made_once_stands_in_the_calendar_and_fires() -> None:
    for _ in range(2):
        load_schedules(now=NOW)
    schedule = Schedule.objects.get()
    assert (schedule.owner_name, schedule.next_at) == ("Dev Patel", TUESDAY)
    found = entries(
        caller=caller_of_user(user=User.objects.get(email=EMAIL)),
        period=Period(NOW, datetime(2026, 12, 2, tzinfo=UTC)),
        filters=Filters(kinds=frozenset({Kind.EXPERIMENT})),
    )
    assert [entry.title for entry in found.entries] == ["Rates come a little late"] * 2
    firing.look(schedule_id=schedule.pk, now=TUESDAY)
    fired = schedule.firings.get()
    assert (fired.outcome, fired.reason) == ("requested", "in time")
    schedule.delete()
    load_schedules(now=NOW)
    assert not Schedule.objects.exists()
