"""Silences: alerts are kept without an incident, and open one when the silence ends while they still fire."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from incidents.intake.domain.events import Action, OutsideAlert, Parsed
from incidents.intake.domain.silences import Matcher, Operator
from incidents.intake.models import Integration, Silence
from incidents.intake.services import silences
from incidents.intake.services.receiving import take
from incidents.intake.services.silences import Wanted
from incidents.response.models import Alert, Incident
from incidents.response.services.silences import WAKE, wake
from reliability.access.models import AuditEntry
from reliability.outbox.models import Due
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast, IntegrationFactory

HOUR = timedelta(hours=1)
DISK = Matcher("alertname", Operator.IS, "DiskFull")


@pytest.fixture
def integration(cast: Cast) -> Integration:
    return IntegrationFactory(team=cast.payments)


def fire(integration: Integration, now: datetime, key: str = "a", **labels: str) -> str:
    alert = OutsideAlert(Action.TRIGGER, key, f"{key} fires", labels={"alertname": "DiskFull"} | labels)
    return take(integration=integration, parsed=Parsed(alerts=(alert,)), now=now).outcomes[0]


def silence(cast: Cast, now: datetime, **changes: object) -> Silence:
    wanted = {"start_at": now, "end_at": now + HOUR, "reason": "database move", "matchers": (DISK,)} | changes
    return silences.create(
        caller=cast.caller("responder"),
        team=cast.payments,
        wanted=Wanted(**wanted),  # type: ignore[arg-type]  # the changes of a test
        now=now,
    )


def test_a_silenced_alert_is_kept_without_an_incident(cast: Cast, integration: Integration, now: datetime) -> None:
    made = silence(cast, now)
    assert fire(integration, now) == "silenced"
    assert Alert.objects.get().silenced_by == f"silence {made.pk}: database move"
    assert not Incident.objects.exists()


def test_what_the_matchers_do_not_cover_opens_an_incident(cast: Cast, integration: Integration, now: datetime) -> None:
    silence(cast, now)
    assert fire(integration, now, alertname="Other") == "opened"


def test_it_can_be_narrowed_to_an_integration(cast: Cast, integration: Integration, now: datetime) -> None:
    silence(cast, now, matchers=(), integration=IntegrationFactory(team=cast.payments))
    assert fire(integration, now) == "opened"


def test_another_team_is_not_silenced(cast: Cast, now: datetime) -> None:
    silence(cast, now, matchers=())
    assert fire(IntegrationFactory(team=cast.search), now) == "opened"


def test_a_planned_one_does_not_silence_yet(cast: Cast, integration: Integration, now: datetime) -> None:
    silence(cast, now, start_at=now + HOUR, end_at=now + 2 * HOUR)
    assert fire(integration, now) == "opened"


def test_what_still_fires_at_the_end_opens_its_incident(cast: Cast, integration: Integration, now: datetime) -> None:
    silence(cast, now)
    fire(integration, now)
    row = Due.objects.get(kind=WAKE)
    assert row.due_at == now + HOUR
    wake(alert_id=int(row.key), now=now + HOUR)
    assert Incident.objects.count() == 1


def test_another_silence_keeps_it_silent(cast: Cast, integration: Integration, now: datetime) -> None:
    silence(cast, now)
    fire(integration, now)
    longer = silence(cast, now, end_at=now + 3 * HOUR)
    assert wake(alert_id=Alert.objects.get().pk, now=now + HOUR) == now + 3 * HOUR
    assert Alert.objects.get().silenced_by.startswith(f"silence {longer.pk}:")


def test_ended_by_hand_it_opens_what_it_hid(cast: Cast, integration: Integration, now: datetime) -> None:
    made = silence(cast, now)
    fire(integration, now)
    silences.expire(caller=cast.caller("responder"), silence=made, now=now + timedelta(minutes=1))
    assert Due.objects.get(kind=WAKE).due_at == now + timedelta(minutes=1)
    wake(alert_id=Alert.objects.get().pk, now=now + timedelta(minutes=1))
    assert Incident.objects.count() == 1
    assert set(AuditEntry.objects.filter(object_kind="silence").values_list("action", flat=True)) == {
        "silence.create",
        "silence.expire",
    }


def test_what_is_over_cannot_be_ended(cast: Cast, now: datetime) -> None:
    made = silence(cast, now)
    with pytest.raises(Conflict):
        silences.expire(caller=cast.caller("responder"), silence=made, now=now + 2 * HOUR)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"end_at": datetime(2026, 3, 2, 11).astimezone()}, "end_at"),
        ({"reason": "  "}, "reason"),
        ({"matchers": (Matcher("a", Operator.LIKE, "("),)}, "matchers"),
        ({"matchers": (Matcher("a", Operator.LIKE, "(a+)+$"),)}, "matchers"),
        ({"matchers": (DISK,) * 21}, "matchers"),
    ],
    ids=["the past", "no reason", "no pattern", "a pattern without end", "too many"],
)
def test_mistakes_are_named_at_their_field(cast: Cast, now: datetime, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        silence(cast, now, **changes)
    assert field in {detail["field"] for detail in refusal.value.details}


@pytest.mark.parametrize(("who", "refusal"), [("viewer", Forbidden), ("outsider", NotFound)])
def test_who_may_not_silence(cast: Cast, now: datetime, who: str, refusal: type[Exception]) -> None:
    wanted = Wanted(start_at=now, end_at=now + HOUR, reason="x")
    with pytest.raises(refusal):
        silences.create(caller=cast.caller(who), team=cast.payments, wanted=wanted, now=now)
