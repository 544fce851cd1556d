"""Fault 30: acknowledging races the next step, a thousand times. What was acknowledged pages nobody any more."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import F

from incidents.paging.models import Escalation, Notification
from incidents.paging.services import escalations
from incidents.paging.services.due_kinds import STEP
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident
from incidents.response.services import lifecycle
from incidents.response.services.incidents import open_incident
from reliability.outbox.models import Due
from tests import racing
from tests.cast import Cast, ContactMethodFactory, EscalationPolicyFactory, PolicyStepFactory, StepTargetFactory
from tests.racing import Race

pytestmark = pytest.mark.faults

ROUNDS = 1000
MINUTE = timedelta(minutes=1)


def copy_of(row: Any, **fields: Any) -> Any:
    values = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key
    }
    return type(row)(**(values | fields))


def copies_of(incident: Incident, number: int) -> list[Incident]:
    """More incidents that stand where this one does, each with its escalation, its first page and what is due.

    Opened by the service they take most of the time of the test, which is about what comes after.
    """
    escalation = incident.escalation
    assert escalation is not None
    page = escalation.notifications.get()
    due = Due.objects.get(kind=STEP, key=escalation.pk)
    incidents = Incident.objects.bulk_create(copy_of(incident, escalation_id=None) for _ in range(number))
    begun = Escalation.objects.bulk_create(copy_of(escalation, subject=f"incident:{one.pk}") for one in incidents)
    for one, own in zip(incidents, begun, strict=True):
        one.escalation = own
    Incident.objects.bulk_update(incidents, ["escalation"], batch_size=500)
    keys = [(own, f"{page.key}/{own.pk}") for own in begun]
    Notification.objects.bulk_create(
        copy_of(page, escalation_id=own.pk, key=key, idempotency_key=key) for own, key in keys
    )
    Due.objects.bulk_create(copy_of(due, key=str(own.pk)) for own in begun)
    return incidents


def test_no_page_is_queued_after_the_acknowledgement(
    race: Race, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(racing, "LINGER_SECONDS", 0)
    policy = EscalationPolicyFactory(team=cast.payments)
    for position, person in enumerate((cast.editor, cast.administrator)):
        ContactMethodFactory(user=person)
        StepTargetFactory(step=PolicyStepFactory(policy=policy, position=position, delay_minutes=1), user=person)
    caller = cast.caller("responder")

    incident = open_incident(
        caller=caller, team_id=cast.payments.pk, title="Race", severity=Severity.SEV1, policy_id=policy.pk, now=now
    )
    everything = [incident, *copies_of(incident, ROUNDS - 1)]
    pairs = [(one.pk, one.escalation.pk) for one in everything if one.escalation is not None]
    assert len(pairs) == ROUNDS
    gate = threading.Barrier(2, timeout=60)
    later = now + MINUTE

    def acknowledge() -> int:
        for incident_id, _ in pairs:
            gate.wait()
            lifecycle.acknowledge(caller=caller, incident_id=incident_id, now=later)
        return ROUNDS

    def escalate() -> int:
        for _, escalation_id in pairs:
            gate.wait()
            escalations.go_on(escalation_id=escalation_id, now=later)
        return ROUNDS

    assert race(acknowledge, escalate) == [ROUNDS, ROUNDS]

    def outcome() -> tuple[Counter[str], int]:
        states = Counter(Escalation.objects.values_list("state", flat=True))
        pages = Notification.objects.filter(purpose=Notification.Purpose.PAGE, state=Notification.State.WAITING)
        return states, pages.filter(epoch__gte=F("escalation__epoch")).count()

    def steps() -> Counter[int]:
        return Counter(Escalation.objects.values_list("step", flat=True))

    assert race(outcome) == [(Counter({Escalation.State.PAUSED: ROUNDS}), 0)]
    assert race(steps)[0].keys() == {0, 1}, "one side was always first: this was no race"
