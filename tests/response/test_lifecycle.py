"""From declared to closed: what each act leaves behind, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

import pytest

from incidents.paging.models import Escalation, Notification, QuietHours
from incidents.paging.services import escalations
from incidents.response.domain.phases import CloseReason, Phase, Status
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident, MilestoneChange
from incidents.response.services import lapses, lifecycle
from incidents.response.services.incidents import open_incident
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import AuditEntry
from reliability.outbox.models import Due, Fact
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast, ContactMethodFactory, EscalationPolicyFactory, PolicyStepFactory, StepTargetFactory
from tests.racing import Race

MINUTE = timedelta(minutes=1)
Declare = Callable[..., Incident]


def escalation_of(incident: Incident) -> Escalation:
    return Escalation.objects.get(subject=f"incident:{incident.pk}")


def facts() -> list[str]:
    return list(Fact.objects.filter(kind__startswith="Incident").order_by("pk").values_list("kind", flat=True))


def test_acknowledging_pauses_paging_and_makes_a_responder(cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    moved = lifecycle.acknowledge(caller=cast.caller("responder"), incident_id=incident.pk, now=now + MINUTE)
    incident.refresh_from_db()
    assert moved.is_changed
    assert (incident.status, incident.phase) == (Status.ACKNOWLEDGED, Phase.RESPONSE)
    assert (incident.acknowledged_at, incident.acknowledged_by_name) == (now + MINUTE, "Responder")
    assert escalation_of(incident).state == Escalation.State.PAUSED
    assert [(role.user.name, role.role) for role in incident.roles.all()] == [("Responder", "responder")]
    assert facts() == ["IncidentOpened", "IncidentAcknowledged"]
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")] == ["incident.open", "incident.acknowledge"]
    assert AuditEntry.objects.get(action="incident.acknowledge").changes["status"] == ["triggered", "acknowledged"]


def test_acknowledging_twice_says_who_has_already_and_joins(cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    lifecycle.acknowledge(caller=cast.caller("responder"), incident_id=incident.pk, now=now)
    again = lifecycle.acknowledge(caller=cast.caller("editor"), incident_id=incident.pk, now=now + MINUTE)
    assert (again.is_changed, again.message) == (False, "Responder has acknowledged this already.")
    incident.refresh_from_db()
    assert incident.acknowledged_at == now
    assert {role.user.name for role in incident.roles.all()} == {"Responder", "Editor"}
    assert facts().count("IncidentAcknowledged") == 1


def test_a_human_after_a_machine_is_the_first_who_acknowledges(cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    pager = Caller(name="Rota tool", roles={cast.payments.pk: Role.RESPONDER})
    lifecycle.acknowledge(caller=pager, incident_id=incident.pk, now=now)
    moved = lifecycle.acknowledge(caller=cast.caller("editor"), incident_id=incident.pk, now=now + MINUTE)
    assert (moved.is_changed, moved.message) == (True, "Acknowledged by Editor.")
    incident.refresh_from_db()
    assert (incident.acknowledged_at, incident.acknowledged_by_name) == (now + MINUTE, "Editor")


def test_taking_an_acknowledgement_back_pages_the_same_step_again(cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    caller = cast.caller("responder")
    lifecycle.acknowledge(caller=caller, incident_id=incident.pk, now=now)
    lifecycle.unacknowledge(caller=caller, incident_id=incident.pk, now=now + MINUTE)
    incident.refresh_from_db()
    assert (incident.status, incident.acknowledged_by_name) == (Status.TRIGGERED, "")
    assert incident.acknowledged_at == now  # the first human acknowledgement stays what it was
    assert escalation_of(incident).state in (Escalation.State.ACTIVE, Escalation.State.EXHAUSTED)
    lifecycle.acknowledge(caller=cast.caller("editor"), incident_id=incident.pk, now=now + 2 * MINUTE)
    incident.refresh_from_db()
    assert (incident.acknowledged_at, incident.acknowledged_by_name) == (now, "Editor")


def test_resolving_ends_paging_and_twice_is_once(cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    caller = cast.caller("responder")
    assert lifecycle.resolve(caller=caller, incident_id=incident.pk, now=now + MINUTE).is_changed
    assert not lifecycle.resolve(caller=caller, incident_id=incident.pk, now=now + 2 * MINUTE).is_changed
    incident.refresh_from_db()
    assert (incident.status, incident.phase) == (Status.RESOLVED, Phase.ANALYSIS)
    assert (incident.resolved_at, incident.acknowledged_at) == (now + MINUTE, None)
    assert escalation_of(incident).state == Escalation.State.ENDED


def test_reopening_begins_at_the_first_step_in_a_new_epoch(cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    caller = cast.caller("responder")
    before = escalation_of(incident).epoch
    lifecycle.close(caller=caller, incident_id=incident.pk, close_reason=CloseReason.FALSE_POSITIVE, now=now)
    moved = lifecycle.reopen(caller=caller, incident_id=incident.pk, now=now + MINUTE, reason="It is back.")
    incident.refresh_from_db()
    assert moved.is_changed
    assert (incident.status, incident.close_reason, incident.reopened) == (Status.TRIGGERED, "", 1)
    assert (incident.resolved_at, incident.closed_at) == (None, None)
    escalation = escalation_of(incident)
    assert (escalation.step, escalation.epoch > before) == (0, True)
    changed = MilestoneChange.objects.filter(milestone="resolved").order_by("pk").values_list("was_at", "is_at")
    assert list(changed) == [(None, now), (now, None)]


def test_closing_what_is_open_resolves_it_first(cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    lifecycle.close(
        caller=cast.caller("responder"), incident_id=incident.pk, close_reason=CloseReason.DUPLICATE, now=now
    )
    incident.refresh_from_db()
    assert (incident.status, incident.close_reason) == (Status.CLOSED, "duplicate")
    assert incident.resolved_at == incident.closed_at == now
    assert facts() == ["IncidentOpened", "IncidentResolved", "IncidentClosed"]


@pytest.mark.parametrize("act", [lifecycle.acknowledge, lifecycle.unacknowledge, lifecycle.escalate])
def test_what_is_over_is_not_acted_on(cast: Cast, declare: Declare, now: datetime, act: Callable[..., Any]) -> None:
    incident = declare()
    caller = cast.caller("responder")
    lifecycle.resolve(caller=caller, incident_id=incident.pk, now=now)
    with pytest.raises(Conflict, match="reopen it") as refused:
        act(caller=caller, incident_id=incident.pk, now=now)
    assert refused.value.reason == "resolved"


@pytest.mark.parametrize(("who", "refusal"), [("viewer", Forbidden), ("outsider", NotFound)])
def test_who_may_not_respond_changes_nothing(
    cast: Cast, declare: Declare, now: datetime, who: str, refusal: type[Exception]
) -> None:
    incident = declare()
    written = AuditEntry.objects.count()
    with pytest.raises(refusal):
        lifecycle.acknowledge(caller=cast.caller(who), incident_id=incident.pk, now=now)
    incident.refresh_from_db()
    assert (incident.status, AuditEntry.objects.count()) == (Status.TRIGGERED, written)


def test_whoever_was_paged_may_answer_and_nothing_else(cast: Cast, now: datetime) -> None:
    policy = EscalationPolicyFactory(team=cast.payments)
    StepTargetFactory(step=PolicyStepFactory(policy=policy, position=0), user=cast.outsider)
    ContactMethodFactory(user=cast.outsider)
    incident = open_incident(
        caller=cast.caller("responder"),
        team_id=cast.payments.pk,
        title="Slow",
        severity=Severity.SEV2,
        policy_id=policy.pk,
        now=now,
    )
    outsider = cast.caller("outsider")
    assert lifecycle.acknowledge(caller=outsider, incident_id=incident.pk, now=now).is_changed
    with pytest.raises(NotFound):
        lifecycle.edit(caller=outsider, incident_id=incident.pk, title="Mine", now=now)


def test_a_raised_severity_may_wake_people(cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare(severity=Severity.SEV4)
    caller = cast.caller("responder")
    lifecycle.change_severity(caller=caller, incident_id=incident.pk, severity=Severity.SEV1, now=now)
    incident.refresh_from_db()
    assert (incident.severity, incident.urgency, incident.revision) == (1, "urgent", 2)
    escalation = escalation_of(incident)
    assert (escalation.urgency, escalation.content["severity_word"]) == ("urgent", "Sev1")
    entry = incident.timeline.get(kind="severity")
    assert entry.text == "Severity raised from Sev4 to Sev1 by Responder."


def test_what_became_urgent_wakes_whom_quiet_hours_kept_asleep(cast: Cast, now: datetime) -> None:
    policy = EscalationPolicyFactory(team=cast.payments)
    StepTargetFactory(step=PolicyStepFactory(policy=policy, position=0), user=cast.editor)
    ContactMethodFactory(user=cast.editor)
    QuietHours.objects.create(user=cast.editor, start=time(10), end=time(14))  # it is noon
    caller = cast.caller("responder")
    incident = open_incident(
        caller=caller, team_id=cast.payments.pk, title="Slow", severity=Severity.SEV4, policy_id=policy.pk, now=now
    )
    pages = Notification.objects.filter(escalation=incident.escalation, purpose="page")
    assert pages.get().due_at == now + timedelta(hours=2)
    lifecycle.change_severity(caller=caller, incident_id=incident.pk, severity=Severity.SEV1, now=now)
    escalation = escalation_of(incident)
    assert [page.due_at for page in pages.filter(epoch=escalation.epoch, state="waiting")] == [now]


def test_an_edit_of_a_former_revision_is_refused(cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    caller = cast.caller("responder")
    lifecycle.edit(caller=caller, incident_id=incident.pk, title="Card payments fail", expected_revision=1, now=now)
    with pytest.raises(Conflict) as refused:
        lifecycle.edit(caller=caller, incident_id=incident.pk, title="Other", expected_revision=1, now=now)
    assert refused.value.reason == "changed_meanwhile"
    incident.refresh_from_db()
    assert (incident.title, incident.revision) == ("Card payments fail", 2)


def test_a_button_escalates_once_and_a_stale_one_says_so(cast: Cast, now: datetime) -> None:
    policy = EscalationPolicyFactory(team=cast.payments)
    for position, person in enumerate((cast.editor, cast.administrator, cast.responder)):
        ContactMethodFactory(user=person)
        StepTargetFactory(step=PolicyStepFactory(policy=policy, position=position), user=person)
    caller = cast.caller("responder")
    incident = open_incident(
        caller=caller, team_id=cast.payments.pk, title="Slow", severity=Severity.SEV2, policy_id=policy.pk, now=now
    )
    escalate = partial(lifecycle.escalate, caller=caller, incident_id=incident.pk, now=now)
    press = partial(escalate, epoch=escalation_of(incident).epoch, step=0)
    assert press().is_changed
    stale = press()
    assert (stale.is_changed, stale.message.startswith("Paging has moved on")) == (False, True)
    assert escalation_of(incident).step == 1
    assert escalate().is_changed
    assert escalation_of(incident).step == 2
    lifecycle.acknowledge(caller=caller, incident_id=incident.pk, now=now)
    assert escalate().message == "Responder is on it: take the acknowledgement back to page on."


def test_an_acknowledgement_that_lapsed_leaves_nobody_on_it(cast: Cast, now: datetime) -> None:
    policy = EscalationPolicyFactory(team=cast.payments, ack_timeout_minutes=10)
    StepTargetFactory(step=PolicyStepFactory(policy=policy, position=0), user=cast.editor)
    ContactMethodFactory(user=cast.editor)
    caller = cast.caller("responder")
    incident = open_incident(
        caller=caller, team_id=cast.payments.pk, title="Slow", severity=Severity.SEV2, policy_id=policy.pk, now=now
    )
    lifecycle.acknowledge(caller=caller, incident_id=incident.pk, now=now)
    escalations.go_on(escalation_id=escalation_of(incident).pk, now=now + 10 * MINUTE)
    due = Due.objects.get(kind=lapses.LAPSED)
    assert lapses.lapsed(incident_id=int(due.key), now=now + 10 * MINUTE)
    assert not lapses.lapsed(incident_id=int(due.key), now=now + 10 * MINUTE)
    incident.refresh_from_db()
    assert incident.status == Status.TRIGGERED


def test_acknowledging_between_the_lapse_and_its_notice_pauses_again(cast: Cast, now: datetime) -> None:
    policy = EscalationPolicyFactory(team=cast.payments, ack_timeout_minutes=10)
    StepTargetFactory(step=PolicyStepFactory(policy=policy, position=0), user=cast.editor)
    ContactMethodFactory(user=cast.editor)
    caller = cast.caller("responder")
    incident = open_incident(
        caller=caller, team_id=cast.payments.pk, title="Slow", severity=Severity.SEV2, policy_id=policy.pk, now=now
    )
    lifecycle.acknowledge(caller=caller, incident_id=incident.pk, now=now)
    escalations.go_on(escalation_id=escalation_of(incident).pk, now=now + 10 * MINUTE)
    lifecycle.acknowledge(caller=caller, incident_id=incident.pk, now=now + 11 * MINUTE)
    assert not lapses.lapsed(incident_id=incident.pk, now=now + 11 * MINUTE)
    assert escalation_of(incident).state == Escalation.State.PAUSED


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"service_ids": (999,)}, "services"),
        ({"policy_id": 999}, "policy"),
        ({"started_at": datetime.fromisoformat("2027-01-01T00:00:00Z")}, "started_at"),
    ],
    ids=["no title", "a long title", "an unknown service", "an unknown policy", "a start in the future"],
)
def test_a_declaration_with_a_mistake_says_where(declare: Declare, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        declare(**fields)
    assert [detail["field"] for detail in refused.value.details] == [field]
    assert not Incident.objects.exists()


def test_those_who_acknowledge_at_once_are_all_answered(
    race: Race, cast: Cast, declare: Declare, now: datetime
) -> None:
    incident = declare()
    callers = [cast.caller(name) for name in ("responder", "editor", "administrator")]
    moved = race(
        *(lambda caller=one: lifecycle.acknowledge(caller=caller, incident_id=incident.pk, now=now) for one in callers)
    )
    assert sorted(one.is_changed for one in moved) == [False, False, True]
    assert race(lambda: incident.roles.count()) == [3]


def test_no_page_waits_after_an_acknowledgement_that_races_the_next_step(race: Race, cast: Cast, now: datetime) -> None:
    """Fault 30, with both sides at the same instant."""
    policy = EscalationPolicyFactory(team=cast.payments)
    for position, person in enumerate((cast.editor, cast.administrator)):
        ContactMethodFactory(user=person)
        StepTargetFactory(step=PolicyStepFactory(policy=policy, position=position, delay_minutes=1), user=person)
    caller = cast.caller("responder")
    incidents = [
        open_incident(
            caller=caller, team_id=cast.payments.pk, title=f"n{n}", severity=Severity.SEV1, policy_id=policy.pk, now=now
        )
        for n in range(4)
    ]
    ids = {incident.pk: escalation_of(incident).pk for incident in incidents}
    later = now + MINUTE
    acts: list[Callable[[], Any]] = []
    for incident_id, escalation_id in ids.items():
        acts.append(lambda pk=incident_id: lifecycle.acknowledge(caller=caller, incident_id=pk, now=later))  # type: ignore[misc]  # bound at once
        acts.append(lambda pk=escalation_id: escalations.go_on(escalation_id=pk, now=later))  # type: ignore[misc]  # bound at once
    results = race(*acts)
    assert not [result for result in results if isinstance(result, Exception)]

    def queued() -> list[int]:
        return [
            notification.pk
            for notification in Notification.objects.filter(purpose="page", state="waiting").select_related(
                "escalation"
            )
            if notification.escalation and notification.epoch == notification.escalation.epoch
        ]

    assert race(queued) == [[]]
