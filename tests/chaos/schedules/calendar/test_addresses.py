"""Secret addresses of the chaos calendar, as a calendar reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from chaos.schedules.models import Blackout, CalendarAddress
from chaos.schedules.services import blackouts
from reliability.access.models import AuditEntry, Membership
from tests.cast import (
    BlackoutFactory,
    Cast,
    ExperimentFactory,
    ExperimentScheduleFactory,
    GameDayFactory,
    TrialFactory,
)

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def make(client: Client, slug: str = "") -> str:
    """The path of a new address, as the page shows it once."""
    answer = client.post("/chaos/calendar/addresses/", {"team": slug})
    return "/" + re.search(r"chaos/calendar/feeds/[\w-]+\.ics", answer.content.decode())[0]  # type: ignore[index]  # it is there


def events(client: Client, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return {str(event["UID"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


@pytest.fixture
def freeze(cast: Cast) -> Blackout:
    made: Blackout = BlackoutFactory(
        team=cast.payments, title="Sale; big, and “long”", start_at=NOW, end_at=NOW + timedelta(days=2)
    )
    return made


def test_what_is_planned_is_read_without_signing_in(cast: Cast, as_: As, client: Client, freeze: Blackout) -> None:
    ExperimentScheduleFactory(experiment=ExperimentFactory(team=cast.payments, title="Slow payments"))
    BlackoutFactory(team=cast.search, title="Theirs", start_at=NOW, end_at=NOW + timedelta(days=2))
    found = events(client, make(as_("editor"), cast.payments.slug))
    titles = {str(event["SUMMARY"]) for event in found.values()}
    assert titles == {"Blackout: Sale; big, and “long”", "Chaos experiment: Slow payments"}
    (blackout,) = [event for uid, event in found.items() if uid.startswith(f"blackout-{freeze.pk}@")]
    assert (blackout["DTSTART"].dt, blackout["DTEND"].dt) == (NOW, NOW + timedelta(days=2))
    planned = [event for event in found.values() if "Slow payments" in event["SUMMARY"]]
    assert len(planned) > 150
    assert all(event["DTSTART"].dt < event["DTEND"].dt for event in planned)
    assert CalendarAddress.objects.get().last_read_at == NOW


def test_game_days_and_recovery_trials_stand_in_it(cast: Cast, as_: As, client: Client) -> None:
    day = GameDayFactory(team=cast.payments, title="Summer", state="planned", starts_at=NOW + timedelta(days=3))
    trial = TrialFactory(experiment=ExperimentFactory(team=cast.payments, title="Restore"), due_at=NOW)
    found = events(client, make(as_("editor"), cast.payments.slug))
    assert {uid.split("@")[0]: str(event["SUMMARY"]) for uid, event in found.items()} == {
        f"game-day-{day.pk}": "Game day: Summer",
        f"trial-{trial.pk}-{int(NOW.timestamp())}": "Recovery trial due: Restore",
    }


def test_a_change_keeps_the_uid_and_raises_the_sequence(cast: Cast, as_: As, client: Client, freeze: Blackout) -> None:
    path = make(as_("editor"))
    (before,) = events(client, path).values()
    later = NOW + timedelta(minutes=5)
    draft = blackouts.draft_of(blackout=freeze)
    moved = {"start": NOW + timedelta(hours=1), "end": NOW + timedelta(hours=2)}
    blackouts.edit(
        caller=cast.caller("editor"), blackout=freeze, draft=type(draft)(**{**_fields(draft), **moved}), now=later
    )
    (after,) = events(client, path).values()
    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert (after["LAST-MODIFIED"].dt, after["DTSTAMP"].dt) == (later, later)
    assert after["DTSTART"].dt == NOW + timedelta(hours=1)
    blackouts.delete(caller=cast.caller("editor"), blackout=freeze, now=later)
    assert events(client, path) == {}


def _fields(draft: Any) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in type(draft).__slots__}


def test_it_holds_what_its_person_may_read_until_it_is_revoked(
    cast: Cast, as_: As, client: Client, freeze: Blackout
) -> None:
    editor = as_("editor")
    path, own = make(editor, cast.payments.slug), make(editor)
    Membership.objects.filter(user=cast.editor).delete()
    assert client.get(path).status_code == 404
    assert events(client, own) == {}
    address = CalendarAddress.objects.get(team=None)
    assert editor.post(f"/chaos/calendar/addresses/{address.pk}/revoke/").status_code == 302
    assert client.get(own).status_code == 404
    revoked = AuditEntry.objects.get(action="calendar_address.revoke")
    assert (revoked.object_kind, revoked.object_name) == ("calendar_address", f"{address.hint}… every team")
