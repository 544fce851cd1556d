"""From a burning budget to messages, more than once: a burn that a person resolved too early pages again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.response import handlers
from incidents.response.models import Incident
from incidents.response.services import lifecycle
from incidents.response.services.burning_watch import STILL_BURNING
from reliability.outbox.models import Due
from slo.models import BurnAlert
from tests.cast import Cast, PolicyStepFactory, ServiceFactory, SliFactory, SloFactory, StepTargetFactory
from tests.paging.engine.conftest import MINUTE, Clock, Receivers, person_with, policy_of
from tests.response.burns import payload_of

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def fire(cast: Cast, clock: Clock) -> BurnAlert:
    service = ServiceFactory(team=cast.payments)
    slo = SloFactory(sli=SliFactory(team=cast.payments, service=service), team=cast.payments, service=service)
    return fire_anew(slo.pk, clock)


def fire_anew(slo_id: int, clock: Clock) -> BurnAlert:
    alert = BurnAlert.objects.create(
        slo_id=slo_id, condition="page-1h", title="Burns", severity=2, urgency="urgent", fired_at=clock.now
    )
    handlers.burn_alert_fired(fact_id=alert.pk, payload=payload_of(alert, at=clock.now), now=clock.now)
    return alert


def resolve(cast: Cast, clock: Clock) -> None:
    incident = Incident.objects.latest("pk")
    lifecycle.resolve(caller=cast.caller("editor"), incident_id=incident.pk, now=clock.now)


def paged(receivers: Receivers) -> list[str]:
    return [event for to, event in receivers.told if to == "Responder: Phone"]


@pytest.fixture(autouse=True)
def _policy(cast: Cast) -> None:
    policy = policy_of([person_with(cast.responder, "Phone")], team=cast.payments, is_team_default=True)
    StepTargetFactory(step=PolicyStepFactory(policy=policy, position=1), user=cast.editor)


def test_what_burns_on_after_it_was_resolved_is_paged_again(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    fire(cast, clock)
    clock.run(MINUTE)
    resolve(cast, clock)
    clock.run(59 * MINUTE)
    assert paged(receivers) == ["trigger", "resolve"]
    clock.run(MINUTE)
    row = Due.objects.get(kind=STILL_BURNING)
    handlers.resolution_to_look_at(key=row.key, payload=row.payload, now=clock.now)
    clock.run(MINUTE)
    assert paged(receivers) == ["trigger", "resolve", "reopen"]
    assert len({entry.message.idempotency_key for entry in receivers.sent}) == len(receivers.sent)


def test_a_rule_that_ended_and_fires_anew_is_paged_again(cast: Cast, clock: Clock, receivers: Receivers) -> None:
    alert = fire(cast, clock)
    clock.run(MINUTE)
    resolve(cast, clock)
    BurnAlert.objects.update(resolved_at=clock.now)
    handlers.burn_alert_resolved(fact_id=-1, payload=payload_of(alert, at=clock.now), now=clock.now)
    clock.run(10 * MINUTE)
    fire_anew(alert.slo_id, clock)
    clock.run(MINUTE)
    assert paged(receivers) == ["trigger", "resolve", "trigger"]
    assert Incident.objects.count() == 2
