"""Alerts: each once, joined by group, ended by their source."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.response.domain.alerts import AlertAction, AlertOutcome, Received
from incidents.response.domain.phases import Status
from incidents.response.domain.severity import Severity
from incidents.response.models import Alert, Incident
from incidents.response.services import alerts_ending, lifecycle, silences
from incidents.response.services.alerts import receive
from incidents.response.services.retention import forget_alerts
from reliability.web.errors import Unavailable
from tests.cast import Cast, ServiceFactory
from tests.racing import Race

MINUTE = timedelta(minutes=1)
Receive = Callable[..., Received]


@pytest.fixture
def tell(cast: Cast, now: datetime) -> Receive:
    """Receive an alert of Payments; the action is a trigger unless told otherwise."""

    def call(key: str = "disk", action: str = "trigger", **fields: Any) -> Received:
        wanted: dict[str, Any] = {
            "team_id": cast.payments.pk,
            "origin": "integration:1",
            "origin_name": "Alertmanager",
            "severity": Severity.SEV2,
            "title": f"{key} is full",
            "now": now,
        }
        return receive(**(wanted | fields), key=key, action=action)

    return call


def test_a_trigger_opens_an_incident_that_began_when_the_alert_did(tell: Receive, now: datetime) -> None:
    service = ServiceFactory(name="checkout")
    taken = tell(started_at=now - 7 * MINUTE, service_id=service.pk, description="98 % used")
    incident = Incident.objects.get()
    assert taken.outcome is AlertOutcome.OPENED
    assert (incident.started_at, incident.detected_at) == (now - 7 * MINUTE, now)
    assert incident.summary == "98 % used"
    assert [impact.service for impact in incident.impacted_services.all()] == [service]
    assert incident.escalation is not None
    assert incident.escalation.subject == f"incident:{incident.pk}"


def test_a_start_in_the_future_is_now(tell: Receive, now: datetime) -> None:
    tell(started_at=now + 5 * MINUTE)
    assert Incident.objects.get().started_at == now


def test_a_repeat_is_counted_by_one_update_and_nothing_else(tell: Receive, now: datetime) -> None:
    first = tell()
    with CaptureQueriesContext(connection) as queries:
        again = tell(now=now + MINUTE)
    assert (again.outcome, again.alert_id) == (AlertOutcome.REPEATED, first.alert_id)
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "UPDATE"]
    assert "payload" not in queries[0]["sql"]
    alert = Alert.objects.get()
    assert (alert.times_seen, alert.last_seen_at) == (2, now + MINUTE)


def test_a_trigger_after_the_end_opens_a_new_incident(tell: Receive, now: datetime) -> None:
    first = tell()
    assert tell(action="resolve", now=now + MINUTE).outcome is AlertOutcome.RESOLVED
    second = tell(now=now + 2 * MINUTE)
    assert second.outcome is AlertOutcome.OPENED
    assert second.incident_id != first.incident_id


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_the_end_of_an_alert_that_never_stands_still_is_to_be_sent_again(
    tell: Receive, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell()
    monkeypatch.setattr(alerts_ending, "_hold", lambda *stored: None)  # it went elsewhere each time
    with pytest.raises(Unavailable, match="send it again"):
        tell(action=action)
    assert Alert.objects.get().status == "firing"


def test_an_alert_that_became_worse_in_silence_opens_as_bad_as_it_is(tell: Receive, now: datetime) -> None:
    tell(severity=Severity.SEV4, silenced_by="maintenance", silenced_until=now + 10 * MINUTE)
    tell(severity=Severity.SEV1, now=now + 11 * MINUTE)
    assert (Alert.objects.get().severity, Incident.objects.get().severity) == (1, 1)


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_the_end_of_nothing_is_dropped(tell: Receive, action: str) -> None:
    assert tell(action=action).outcome is AlertOutcome.DROPPED
    assert not Alert.objects.exists()


def test_alerts_of_a_group_share_an_incident_until_the_last_one_ends(tell: Receive, now: datetime) -> None:
    first, second = tell("a", group_key="host"), tell("b", group_key="host", started_at=now - MINUTE)
    assert (second.outcome, second.incident_id) == (AlertOutcome.JOINED, first.incident_id)
    incident = Incident.objects.get()
    assert incident.started_at == now - MINUTE
    tell("a", action="resolve", group_key="host")
    incident.refresh_from_db()
    assert incident.status == Status.TRIGGERED
    tell("b", action="resolve", group_key="host", now=now + MINUTE)
    incident.refresh_from_db()
    assert (incident.status, incident.resolved_at) == (Status.RESOLVED, now + MINUTE)


def test_a_worse_alert_makes_its_incident_worse(tell: Receive) -> None:
    tell("a", group_key="host", severity=Severity.SEV4)
    tell("b", group_key="host", severity=Severity.SEV1)
    incident = Incident.objects.get()
    assert (incident.severity, incident.urgency) == (1, "urgent")


def test_a_repeat_that_is_worse_makes_its_incident_worse(tell: Receive) -> None:
    tell(severity=Severity.SEV4)
    assert tell(severity=Severity.SEV1).outcome is AlertOutcome.REPEATED
    assert Incident.objects.get().severity == 1


def test_a_severity_that_a_person_set_stays(cast: Cast, tell: Receive, now: datetime) -> None:
    incident_id = tell("a", group_key="host", severity=Severity.SEV2).incident_id
    assert incident_id is not None
    caller = cast.caller("responder")
    lifecycle.change_severity(caller=caller, incident_id=incident_id, severity=Severity.SEV4, now=now)
    tell("b", group_key="host", severity=Severity.SEV1)
    assert Incident.objects.get().severity == 4


def test_an_end_that_does_not_resolve_leaves_the_incident_open(tell: Receive) -> None:
    tell()
    tell(action="resolve", resolves_incident=False)
    assert Incident.objects.get().status == Status.TRIGGERED
    assert Alert.objects.get().status == Alert.Status.RESOLVED


def test_an_outside_acknowledgement_is_not_the_first_human_one(tell: Receive) -> None:
    tell()
    assert tell(action="acknowledge").outcome is AlertOutcome.ACKNOWLEDGED
    incident = Incident.objects.get()
    assert (incident.status, incident.acknowledged_at) == (Status.ACKNOWLEDGED, None)
    assert incident.acknowledged_by_name == "Alertmanager"


def test_an_alert_that_fires_again_shortly_after_reopens_where_the_setting_asks_for_it(
    tell: Receive, now: datetime, settings: Any
) -> None:
    settings.INCIDENT_REOPEN_MINUTES = 10
    first = tell()
    tell(action="resolve")
    soon = tell(now=now + 9 * MINUTE)
    assert (soon.outcome, soon.incident_id) == (AlertOutcome.REOPENED, first.incident_id)
    incident = Incident.objects.get()
    assert (incident.status, incident.reopened, incident.resolved_at) == (Status.TRIGGERED, 1, None)
    tell(action="resolve", now=now + 10 * MINUTE)
    assert tell(now=now + 21 * MINUTE).outcome is AlertOutcome.OPENED


def test_a_silenced_alert_is_kept_and_opens_when_the_silence_ends(tell: Receive, now: datetime) -> None:
    kept = tell(silenced_by="maintenance", silenced_until=now + MINUTE)
    assert (kept.outcome, kept.incident_id) == (AlertOutcome.SILENCED, None)
    assert kept.alert_id is not None
    assert tell(silenced_by="maintenance").outcome is AlertOutcome.REPEATED
    assert not Incident.objects.exists()
    silences.wake(alert_id=kept.alert_id, now=now + MINUTE)
    silences.wake(alert_id=kept.alert_id, now=now + MINUTE)
    assert Incident.objects.get().alerts.get().pk == kept.alert_id


def test_a_silenced_alert_that_ends_opens_nothing(tell: Receive, now: datetime) -> None:
    kept = tell(silenced_by="maintenance", silenced_until=now + MINUTE)
    assert kept.alert_id is not None
    assert tell(action="resolve").outcome is AlertOutcome.RESOLVED
    silences.wake(alert_id=kept.alert_id, now=now + MINUTE)
    assert not Incident.objects.exists()


def test_a_repeat_without_silence_opens(tell: Receive) -> None:
    kept = tell(silenced_by="maintenance")
    opened = tell()
    assert (opened.outcome, opened.alert_id) == (AlertOutcome.OPENED, kept.alert_id)


def test_a_late_repeat_of_an_episode_is_dropped_unless_a_person_ended_it(
    cast: Cast, tell: Receive, now: datetime
) -> None:
    tell("f:1", is_one_episode=True)
    tell("f:1", action="resolve")
    assert tell("f:1", is_one_episode=True).outcome is AlertOutcome.DROPPED
    opened = tell("f:2", is_one_episode=True)
    assert opened.incident_id is not None
    lifecycle.resolve(caller=cast.caller("responder"), incident_id=opened.incident_id, now=now)
    assert tell("f:2", is_one_episode=True).outcome is AlertOutcome.OPENED


def test_a_person_who_resolves_ends_the_alerts(cast: Cast, tell: Receive, now: datetime) -> None:
    opened = tell()
    assert opened.incident_id is not None
    lifecycle.resolve(caller=cast.caller("responder"), incident_id=opened.incident_id, now=now)
    assert Alert.objects.get().resolved_at == now


def test_two_keys_that_differ_only_at_their_end_stay_two(tell: Receive) -> None:
    assert tell("k" * 300 + "a").alert_id != tell("k" * 300 + "b").alert_id


def test_what_is_kept_of_an_alert_is_bounded(tell: Receive, settings: Any) -> None:
    settings.ALERT_PAYLOAD_BYTES_MAX = 100
    tell("small", payload={"a": "x" * 80})
    tell("large", payload={"a": "x" * 200}, title="t" * 400, links=[{"url": "javascript:alert(1)", "title": "x"}])
    assert Alert.objects.get(key="small").payload == {"a": "x" * 80}
    large = Alert.objects.get(key="large")
    assert "at most 100 are kept" in large.payload["left_out"]
    assert (len(large.title), large.links) == (255, [])


def _ten_times(tell: Receive, *keys: str, **fields: Any) -> list[Callable[[], Received]]:
    return [lambda key=key: tell(key, **fields) for key in keys]  # type: ignore[misc]  # bound at once


def test_told_by_ten_at_once_it_is_one_alert_and_one_incident(race: Race, tell: Receive) -> None:
    results = race(*_ten_times(tell, *["disk"] * 10))
    outcomes = sorted(result.outcome for result in results)
    assert outcomes == [AlertOutcome.OPENED, *[AlertOutcome.REPEATED] * 9]
    counted = race(lambda: (Alert.objects.count(), Incident.objects.count(), Alert.objects.get().times_seen))
    assert counted == [(1, 1, 10)]


def test_ten_alerts_of_a_group_at_once_open_one_incident(race: Race, tell: Receive) -> None:
    results = race(*_ten_times(tell, *[f"disk-{n}" for n in range(10)], group_key="host"))
    outcomes = sorted(result.outcome for result in results)
    assert outcomes == [*[AlertOutcome.JOINED] * 9, AlertOutcome.OPENED]
    assert race(lambda: (Alert.objects.count(), Incident.objects.count())) == [(10, 1)]


def test_the_last_ends_of_a_group_at_once_resolve_it_once(race: Race, tell: Receive, now: datetime) -> None:
    keys = [f"disk-{n}" for n in range(5)]
    for key in keys:
        tell(key, group_key="host")
    ends = [lambda key=key: tell(key, action=AlertAction.RESOLVE, now=now + MINUTE) for key in keys]
    results = race(*ends)
    assert {result.outcome for result in results} == {AlertOutcome.RESOLVED}
    assert race(lambda: Incident.objects.get().status) == [Status.RESOLVED]


def test_old_alerts_are_forgotten_and_those_of_incidents_keep_their_words(tell: Receive, now: datetime) -> None:
    tell("silenced", silenced_by="maintenance", payload={"a": 1})
    tell("opened", payload={"a": 1})
    for key in ("silenced", "opened"):
        tell(key, action="resolve")
    assert not forget_alerts(before=now)
    assert Alert.objects.count() == 2
    assert not forget_alerts(before=now + MINUTE)
    assert [(alert.key, alert.payload) for alert in Alert.objects.all()] == [("opened", {})]
