"""Two that are one, and one that is two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from incidents.paging.models import Escalation
from incidents.response.domain.alerts import AlertOutcome
from incidents.response.domain.phases import Status
from incidents.response.domain.severity import Severity
from incidents.response.models import Alert, Incident
from incidents.response.services import lifecycle, roles
from incidents.response.services.alerts import receive
from incidents.response.services.roles import RoleName
from reliability.outbox.models import Fact
from reliability.web.errors import Conflict, Invalid, NotFound
from tests.cast import Cast, ServiceFactory
from tests.racing import Race

Declare = Callable[..., Incident]


@pytest.fixture
def fires(cast: Cast, now: datetime) -> Callable[..., Any]:
    def call(key: str, **fields: Any) -> Any:
        wanted: dict[str, Any] = {"team_id": cast.payments.pk, "severity": Severity.SEV2, "title": key, "now": now}
        return receive(**(wanted | fields), origin="integration:1", origin_name="AM", key=key, action="trigger")

    return call


def test_a_merged_incident_sends_alerts_services_and_people_to_its_target(
    cast: Cast, declare: Declare, fires: Callable[..., Any], now: datetime
) -> None:
    service = ServiceFactory(team=cast.payments)
    early = now - timedelta(hours=1)
    source = Incident.objects.get(
        pk=fires("a", group_key="host", service_id=service.pk, started_at=early, severity=Severity.SEV1).incident_id
    )
    target = declare(severity=Severity.SEV3)
    roles.take(caller=cast.caller("editor"), incident_id=source.pk, role=RoleName.COMMANDER, now=now)
    caller = cast.caller("responder")
    lifecycle.merge(caller=caller, incident_id=source.pk, into_id=target.pk, now=now, reason="Same outage.")
    source.refresh_from_db()
    target.refresh_from_db()
    assert (source.status, source.close_reason, source.merged_into) == (Status.CLOSED, "duplicate", target)
    assert (target.started_at, target.severity, target.alerts.count()) == (early, 1, 1)
    assert [impact.service for impact in target.impacted_services.all()] == [service]
    assert {(role.user.name, role.role) for role in target.roles.all()} == {("Editor", "responder")}
    assert source.roles.get().left_at == now
    assert Escalation.objects.get(subject=f"incident:{source.pk}").state == Escalation.State.ENDED
    assert "Same outage." in target.timeline.filter(kind="merge").get().text
    assert f"#{target.pk}" in source.timeline.filter(kind="merge").get().text
    assert Fact.objects.get(kind="IncidentMerged").payload["into_id"] == target.pk


def test_new_alerts_of_the_sources_group_go_to_the_target(
    cast: Cast, declare: Declare, fires: Callable[..., Any], now: datetime
) -> None:
    source_id, target = fires("a", group_key="host").incident_id, declare()
    caller = cast.caller("responder")
    lifecycle.merge(caller=caller, incident_id=source_id, into_id=target.pk, now=now)
    joined = fires("b", group_key="host")
    assert (joined.outcome, joined.incident_id) == (AlertOutcome.JOINED, target.pk)
    last = declare("Last")
    lifecycle.merge(caller=caller, incident_id=target.pk, into_id=last.pk, now=now)
    assert fires("c", group_key="host").incident_id == last.pk
    lifecycle.resolve(caller=caller, incident_id=last.pk, now=now)
    assert fires("d", group_key="host").outcome is AlertOutcome.OPENED


def test_what_was_merged_acts_no_more(cast: Cast, declare: Declare, now: datetime) -> None:
    source, target = declare("One"), declare("Two")
    caller = cast.caller("responder")
    lifecycle.merge(caller=caller, incident_id=source.pk, into_id=target.pk, now=now)
    for act in (lifecycle.acknowledge, lifecycle.reopen, lifecycle.resolve):
        with pytest.raises(Conflict, match=f"#{target.pk}"):
            act(caller=caller, incident_id=source.pk, now=now)
    with pytest.raises(Conflict):
        lifecycle.merge(caller=caller, incident_id=target.pk, into_id=source.pk, now=now)


def test_only_incidents_of_one_team_that_are_open_and_two_merge(cast: Cast, declare: Declare, now: datetime) -> None:
    one, other = declare("One"), declare("Other", caller=cast.caller("outsider"), team_id=cast.search.pk)
    caller = cast.caller("responder")
    with pytest.raises(Invalid):
        lifecycle.merge(caller=caller, incident_id=one.pk, into_id=one.pk, now=now)
    with pytest.raises(NotFound):
        lifecycle.merge(caller=caller, incident_id=one.pk, into_id=other.pk, now=now)
    with pytest.raises(Invalid):
        lifecycle.merge(caller=cast.caller("chief"), incident_id=one.pk, into_id=other.pk, now=now)


def test_two_that_merge_each_other_at_once_leave_one_open(
    race: Race, cast: Cast, declare: Declare, now: datetime
) -> None:
    one, two = declare("One").pk, declare("Two").pk
    caller = cast.caller("responder")
    results = race(
        lambda: lifecycle.merge(caller=caller, incident_id=one, into_id=two, now=now),
        lambda: lifecycle.merge(caller=caller, incident_id=two, into_id=one, now=now),
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Moved"]
    assert race(lambda: Incident.objects.filter(status=Status.TRIGGERED).count()) == [1]


def test_split_off_alerts_open_an_incident_that_pages(cast: Cast, fires: Callable[..., Any], now: datetime) -> None:
    source_id = fires("a", group_key="host", severity=Severity.SEV1).incident_id
    early = now - timedelta(minutes=5)
    split_id = fires("b", group_key="host", severity=Severity.SEV3, started_at=early).alert_id
    caller = cast.caller("responder")
    new = lifecycle.split(caller=caller, incident_id=source_id, alert_ids=[split_id], now=now)
    assert (new.title, new.severity, new.started_at, new.split_from_id) == ("b", 3, early, source_id)
    assert Escalation.objects.filter(subject=f"incident:{new.pk}").exists()
    assert Alert.objects.get(pk=split_id).incident_id == new.pk
    assert f"#{new.pk}" in Incident.objects.get(pk=source_id).timeline.filter(kind="merge").get().text
    left = Alert.objects.get(incident_id=source_id).pk
    with pytest.raises(Invalid, match="leave at least one"):
        lifecycle.split(caller=caller, incident_id=source_id, alert_ids=[left], now=now)
    with pytest.raises(Invalid, match="alerts of this incident"):
        lifecycle.split(caller=caller, incident_id=source_id, alert_ids=[split_id], now=now)
