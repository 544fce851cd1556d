"""Fault 30: acknowledging races the next step, a thousand times. What was acknowledged pages nobody any more."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db.models import F

from incidents.paging.models import Escalation, Notification
from incidents.paging.services import escalations
from incidents.response.domain.severity import Severity
from incidents.response.services import lifecycle
from incidents.response.services.incidents import open_incident
from tests import racing
from tests.cast import Cast, ContactMethodFactory, EscalationPolicyFactory, PolicyStepFactory, StepTargetFactory
from tests.racing import Race

pytestmark = pytest.mark.faults

ROUNDS = 1000
MINUTE = timedelta(minutes=1)


def test_no_page_is_queued_after_the_acknowledgement(
    race: Race, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(racing, "LINGER_SECONDS", 0)
    policy = EscalationPolicyFactory(team=cast.payments)
    for position, person in enumerate((cast.editor, cast.administrator)):
        ContactMethodFactory(user=person)
        StepTargetFactory(step=PolicyStepFactory(policy=policy, position=position, delay_minutes=1), user=person)
    caller = cast.caller("responder")

    def declare(n: int) -> tuple[int, int]:
        incident = open_incident(
            caller=caller,
            team_id=cast.payments.pk,
            title=f"Round {n}",
            severity=Severity.SEV1,
            policy_id=policy.pk,
            now=now,
        )
        return incident.pk, Escalation.objects.get(subject=f"incident:{incident.pk}").pk

    pairs = [declare(n) for n in range(ROUNDS)]
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
