"""Telling people of their shifts: once each, whatever happens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from incidents.oncall.handlers import ensure, tell_of_shifts
from incidents.oncall.models import Schedule
from incidents.oncall.selectors import oncall
from incidents.oncall.services import notices, overrides, schedules
from incidents.oncall.services.due import SHIFTS
from incidents.oncall.services.overrides import OverrideDraft
from reliability.kit.periods import Period
from reliability.outbox.models import Due, Fact
from tests.cast import Cast, ScheduleFactory
from tests.oncall.conftest import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def told(schedule: Schedule) -> list[tuple[str, int, str]]:
    facts = Fact.objects.filter(kind__startswith="Shift").order_by("pk")
    assert {fact.payload["schedule_id"] for fact in facts} <= {schedule.pk}
    return [(fact.kind, fact.payload["user_id"], fact.payload["start"]) for fact in facts]


def tell(schedule: Schedule, at: datetime) -> datetime | None:
    return tell_of_shifts(key=str(schedule.pk), payload={}, now=at)


def test_a_shift_is_told_when_it_begins_and_only_once(cast: Cast, schedule: Schedule) -> None:
    start = datetime.fromisoformat("2026-04-06T07:00:00+00:00")
    assert tell(schedule, NOW) == NOW + timedelta(days=1), "the current shift began before the schedule was written"
    assert told(schedule) == []
    for minutes in (0, 1, 59):
        tell(schedule, start + timedelta(minutes=minutes))
    assert told(schedule) == [("ShiftBegan", cast.responder.pk, "2026-04-06T07:00:00Z")]


def test_the_next_look_is_at_the_next_hand_over(schedule: Schedule) -> None:
    start = datetime.fromisoformat("2026-04-06T07:00:00+00:00")
    assert tell(schedule, start - HOUR) == start


def test_ahead_of_a_shift_its_person_is_told_that_it_comes(cast: Cast, schedule: Schedule) -> None:
    schedule.notice_minutes = 120
    schedule.save(update_fields=("notice_minutes",))
    start = datetime.fromisoformat("2026-04-06T07:00:00+00:00")
    assert tell(schedule, start - 3 * HOUR) == start - 2 * HOUR
    assert tell(schedule, start - 2 * HOUR) == start
    tell(schedule, start)
    assert [kind for kind, _, _ in told(schedule)] == ["ShiftComing", "ShiftBegan"]


def test_an_override_begins_a_shift_and_its_end_begins_the_next(cast: Cast, schedule: Schedule) -> None:
    period = Period(NOW + HOUR, NOW + 3 * HOUR)
    draft = OverrideDraft(period=period, user_id=cast.viewer.pk)
    overrides.create(caller=cast.caller("responder"), schedule=schedule, draft=draft, now=NOW)
    assert Due.objects.get(kind=SHIFTS, key=str(schedule.pk)).due_at == NOW, "the change is looked at at once"
    for hours in (0, 1, 2, 3, 4):
        tell(schedule, NOW + hours * HOUR)
    assert [(kind, user) for kind, user, _ in told(schedule)] == [
        ("ShiftBegan", cast.viewer.pk),
        ("ShiftBegan", cast.editor.pk),
    ]


def test_after_a_long_stop_only_the_shift_in_force_is_told(cast: Cast, schedule: Schedule) -> None:
    later = datetime.fromisoformat("2026-04-27T09:00:00+00:00")
    tell(schedule, later)
    assert told(schedule) == [("ShiftBegan", cast.editor.pk, "2026-04-27T07:00:00Z")]


def test_a_deleted_schedule_is_forgotten(cast: Cast, schedule: Schedule) -> None:
    schedules.delete(caller=cast.caller("editor"), schedule=schedule, now=NOW)
    assert tell(schedule, NOW) is None
    assert not Due.objects.filter(kind=SHIFTS).exists()


def test_a_schedule_without_its_row_gets_one_back(now: datetime, cast: Cast) -> None:
    made = ScheduleFactory(team=cast.payments)
    ensure(key="all", payload={}, now=now)
    ensure(key="all", payload={}, now=now)
    assert Due.objects.filter(kind=SHIFTS, key=str(made.pk)).count() == 1


def test_two_looks_at_once_tell_once(cast: Cast, schedule: Schedule, monkeypatch: Any) -> None:
    """The second reads the rota while the first has not written its notice yet: the row of the schedule is locked,
    and the constraint is the second net."""
    start = datetime.fromisoformat("2026-04-06T07:00:00+00:00")
    plain = oncall.shifts

    def in_between(**asked: Any) -> Any:
        found = plain(**asked)
        monkeypatch.setattr(notices, "shifts", plain)
        notices.tell(schedule_id=schedule.pk, now=start)
        return found

    monkeypatch.setattr(notices, "shifts", in_between)
    notices.tell(schedule_id=schedule.pk, now=start)
    assert len(told(schedule)) == 1
