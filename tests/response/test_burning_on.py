"""A burn that goes on after a person resolved its incident: said at once, and paged again later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.paging.models import Escalation
from incidents.response import handlers
from incidents.response.domain.phases import CloseReason, Status
from incidents.response.models import Alert, Incident
from incidents.response.services import lifecycle
from incidents.response.services.burning_watch import STILL_BURNING
from reliability.access.domain.caller import SYSTEM
from reliability.outbox.models import Due
from slo.models import BurnAlert, Slo
from tests.cast import Cast, EscalationPolicyFactory, ServiceFactory, SliFactory, SloFactory
from tests.response.burns import payload_of

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WARNING = "Orders work still burns: the rule will not page again until it has ended and fired anew."
Fire = Callable[..., BurnAlert]


@pytest.fixture
def slo(cast: Cast) -> Slo:
    EscalationPolicyFactory(team=cast.payments, slug="default", is_team_default=True)
    service = ServiceFactory(team=cast.payments, name="checkout")
    made: Slo = SloFactory(
        sli=SliFactory(team=cast.payments, service=service), team=cast.payments, service=service, title="Orders work"
    )
    return made


@pytest.fixture
def fire(slo: Slo) -> Fire:
    def call(at: datetime, condition: str = "page-1h") -> BurnAlert:
        alert = BurnAlert.objects.create(
            slo=slo, condition=condition, title="Burns", severity=2, urgency="urgent", fired_at=at
        )
        handlers.burn_alert_fired(fact_id=alert.pk, payload=payload_of(alert, at=at), now=at)
        return alert

    return call


def end(alert: BurnAlert, *, now: datetime) -> None:
    BurnAlert.objects.filter(pk=alert.pk).update(resolved_at=now)
    handlers.burn_alert_resolved(fact_id=-alert.pk, payload=payload_of(alert, at=now), now=now)


def look(*, now: datetime) -> datetime | None:
    """What is due by *now*, done; when it is to be done again."""
    row = Due.objects.get(kind=STILL_BURNING)
    assert row.due_at <= now
    return handlers.resolution_to_look_at(key=row.key, payload=row.payload, now=now)


def test_a_resolution_says_that_it_burns_on_and_when_it_pages_again(fire: Fire, now: datetime, cast: Cast) -> None:
    fire(now)
    incident = Incident.objects.get()
    moved = lifecycle.resolve(caller=cast.caller("responder"), incident_id=incident.pk, now=now, reason="Rolled back.")
    assert moved.warning.startswith(WARNING)
    assert f"If it still fires at {now + HOUR:%H:%M} UTC, this incident is reopened and pages." in moved.warning
    entry = incident.timeline.filter(kind="status").latest("pk")
    assert entry.text == f"Resolved by Responder. Rolled back. {moved.warning}"
    assert Due.objects.get(kind=STILL_BURNING).due_at == now + HOUR


def test_what_fires_on_an_hour_later_is_reopened_and_pages_from_the_first_step(
    fire: Fire, now: datetime, cast: Cast
) -> None:
    alert = fire(now)
    incident = Incident.objects.get()
    lifecycle.resolve(caller=cast.caller("responder"), incident_id=incident.pk, now=now)
    ended_in_epoch = Escalation.objects.get(subject=f"incident:{incident.pk}").epoch
    assert look(now=now + HOUR) is None
    incident.refresh_from_db()
    assert (incident.status, incident.reopened, incident.resolved_at) == (Status.TRIGGERED, 1, None)
    again = Escalation.objects.get(subject=f"incident:{incident.pk}")
    assert (again.state, again.step, again.epoch > ended_in_epoch) == (Escalation.State.ACTIVE, 0, True)
    text = "Reopened by Burn alerts. Orders work still burns, 1 h after it was resolved."
    assert incident.timeline.filter(kind="status").latest("pk").text == text
    assert incident.alerts.get().status == Alert.Status.FIRING
    # Run twice it reopens once; and the end of the burn ends the incident, as if nobody had resolved it.
    assert look(now=now + HOUR + MINUTE) is None
    end(alert, now=now + 2 * HOUR)
    incident.refresh_from_db()
    assert (incident.status, incident.reopened) == (Status.RESOLVED, 1)


def test_each_resolution_is_looked_at_an_hour_later(fire: Fire, now: datetime) -> None:
    fire(now)
    incident = Incident.objects.get()
    lifecycle.resolve(caller=SYSTEM, incident_id=incident.pk, now=now)
    lifecycle.reopen(caller=SYSTEM, incident_id=incident.pk, now=now + 10 * MINUTE)
    assert incident.alerts.get().status == Alert.Status.FIRING
    lifecycle.resolve(caller=SYSTEM, incident_id=incident.pk, now=now + 30 * MINUTE)
    assert Due.objects.get(kind=STILL_BURNING).due_at == now + HOUR + 30 * MINUTE
    look(now=now + HOUR + 30 * MINUTE)
    incident.refresh_from_db()
    assert incident.reopened == 2


def test_what_has_ended_meanwhile_stays_resolved(fire: Fire, now: datetime) -> None:
    alert = fire(now)
    incident = Incident.objects.get()
    lifecycle.resolve(caller=SYSTEM, incident_id=incident.pk, now=now)
    end(alert, now=now + 20 * MINUTE)
    assert look(now=now + HOUR) is None
    incident.refresh_from_db()
    assert incident.status == Status.RESOLVED


def test_what_is_about_to_end_is_given_five_minutes(fire: Fire, now: datetime) -> None:
    alert = fire(now)
    lifecycle.resolve(caller=SYSTEM, incident_id=Incident.objects.get().pk, now=now)
    BurnAlert.objects.filter(pk=alert.pk).update(calm_since=now + HOUR - MINUTE)
    assert look(now=now + HOUR) == now + HOUR + 5 * MINUTE
    assert Incident.objects.get().status == Status.RESOLVED


def test_while_another_incident_of_the_objective_is_open_nobody_is_paged_twice(fire: Fire, now: datetime) -> None:
    fire(now)
    first = Incident.objects.get()
    lifecycle.resolve(caller=SYSTEM, incident_id=first.pk, now=now)
    fire(now + 10 * MINUTE, "page-6h")
    second = Incident.objects.exclude(pk=first.pk).get()
    assert look(now=now + HOUR) == now + 2 * HOUR
    lifecycle.resolve(caller=SYSTEM, incident_id=second.pk, now=now + HOUR + MINUTE)
    handlers.resolution_to_look_at(key=str(first.pk), payload={"reopened": 0}, now=now + 2 * HOUR)
    first.refresh_from_db()
    assert first.status == Status.TRIGGERED


@pytest.mark.parametrize(
    ("reason", "is_reopened"),
    [(CloseReason.REAL, True), (CloseReason.FALSE_POSITIVE, False), (CloseReason.DUPLICATE, False)],
    ids=["real", "a false positive", "a duplicate"],
)
@pytest.mark.parametrize("resolves_first", [True, False], ids=["after its resolution", "at once"])
def test_closed_as_what_it_is_it_is_looked_at_again_or_not(
    fire: Fire, now: datetime, reason: CloseReason, is_reopened: bool, resolves_first: bool
) -> None:
    fire(now)
    incident = Incident.objects.get()
    if resolves_first:
        lifecycle.resolve(caller=SYSTEM, incident_id=incident.pk, now=now)
    moved = lifecycle.close(caller=SYSTEM, incident_id=incident.pk, close_reason=reason, now=now)
    assert ("pages nobody any more" in moved.message) is not is_reopened
    assert Due.objects.filter(kind=STILL_BURNING).exists() is is_reopened
    handlers.resolution_to_look_at(key=str(incident.pk), payload={"reopened": 0}, now=now + HOUR)
    incident.refresh_from_db()
    assert (incident.status == Status.TRIGGERED) is is_reopened


def test_the_setting_moves_the_look_or_takes_it_away(fire: Fire, now: datetime, settings: Any) -> None:
    settings.INCIDENT_REALERT_MINUTES = 0
    fire(now)
    incident = Incident.objects.get()
    assert lifecycle.resolve(caller=SYSTEM, incident_id=incident.pk, now=now).warning == WARNING
    assert not Due.objects.filter(kind=STILL_BURNING).exists()
    lifecycle.reopen(caller=SYSTEM, incident_id=incident.pk, now=now)
    settings.INCIDENT_REALERT_MINUTES = 5
    lifecycle.resolve(caller=SYSTEM, incident_id=incident.pk, now=now)
    assert Due.objects.get(kind=STILL_BURNING).due_at == now + 5 * MINUTE


def test_an_incident_that_nothing_burns_in_resolves_without_a_word(fire: Fire, now: datetime) -> None:
    alert = fire(now)
    end(alert, now=now + MINUTE)
    incident = Incident.objects.get()
    assert incident.status == Status.RESOLVED
    assert incident.timeline.filter(kind="status").latest("pk").text == (
        "Resolved by Burn alerts. Its last alert is over."
    )
    assert not Due.objects.filter(kind=STILL_BURNING).exists()


def test_the_page_asks_once_more_before_it_resolves_what_burns_on(
    cast: Cast, client: Client, fire: Fire, now: datetime
) -> None:
    alert = fire(now)
    incident = Incident.objects.get()
    client.force_login(cast.responder)
    path = f"/incidents/{incident.pk}/resolve/"
    page = client.get(f"/incidents/{incident.pk}/").content.decode()
    assert f'<a class="button" href="{path}">Resolve</a>' in page
    asked = client.get(path).content.decode()
    assert WARNING in asked
    assert "Resolve it all the same" in asked
    answer = client.post(path, {"reason": "A known load test."}, follow=True)
    assert WARNING in answer.content.decode()
    incident.refresh_from_db()
    assert incident.status == Status.RESOLVED
    assert "A known load test." in incident.timeline.filter(kind="status").latest("pk").text
    end(alert, now=now)
    lifecycle.reopen(caller=SYSTEM, incident_id=incident.pk, now=now)
    page = client.get(f"/incidents/{incident.pk}/").content.decode()
    assert f'href="{path}"' not in page
    assert "all the same" not in client.get(path).content.decode()


def test_the_button_of_an_open_page_is_told_in_a_banner(cast: Cast, client: Client, fire: Fire, now: datetime) -> None:
    fire(now)
    incident = Incident.objects.get()
    client.force_login(cast.responder)
    answer = client.post(f"/incidents/{incident.pk}/resolve/", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert "still burns" in answer.headers["HX-Trigger"]
