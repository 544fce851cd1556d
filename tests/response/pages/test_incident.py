"""The single space of an incident: its parts, and what its buttons do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils.html import escape

from incidents.paging.models import Notification
from incidents.response.domain.phases import CloseReason
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident, IncidentRole
from incidents.response.services import lifecycle, roles
from incidents.response.services.alerts import receive
from incidents.response.views.incident import PARTS
from reliability.access.models import AuditEntry
from reliability.delivery.models import Change
from reliability.suspects.services import incidents as suspects
from tests.cast import AlertFactory, Cast, DependencyFactory, ServiceFactory, SloFactory

As = Callable[[str], Client]
Declare = Callable[..., Incident]
HTMX = {"HX-Request": "true"}


def url(incident: Incident, action: str = "") -> str:
    return f"/incidents/{incident.pk}/{action}"


@pytest.mark.parametrize("part", list(PARTS))
def test_each_part_refreshes_alone(as_: As, declare: Declare, part: str) -> None:
    answer = as_("viewer").get(url(declare(), f"?part={part}"), headers=HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()


def test_the_composer_stands_outside_of_every_part_that_refreshes(as_: As, declare: Declare) -> None:
    page = as_("responder").get(url(declare())).content.decode()
    before, _, rest = page.partition('id="composer"')
    assert before.count("<section") == before.count("</section>")
    assert 'id="timeline"' in rest


@pytest.fixture
def paged_viewer(cast: Cast, declare: Declare, now: datetime) -> Incident:
    """An incident for which the viewer was paged."""
    incident = declare()
    times = {"created_at": now, "due_at": now, "sent_at": now, "first_attempt_at": now}
    Notification.objects.create(
        key="p", idempotency_key="p", purpose="page", urgency="urgent", state="sent", user=cast.viewer,
        escalation=incident.escalation, place="Viewer: mail", place_key="mail:1", why="on call", **times,
    )  # fmt: skip
    return incident


def test_a_viewer_who_was_paged_answers_on_the_page_as_by_the_link(as_: As, paged_viewer: Incident) -> None:
    browser = as_("viewer")
    page = browser.get(url(paged_viewer)).content.decode()
    assert "You were paged." in page
    assert f'action="{url(paged_viewer, "acknowledge/")}"' in page
    assert "take command" not in page
    assert "composer" not in page
    assert browser.post(url(paged_viewer, "acknowledge/"), headers=HTMX).status_code == 204
    paged_viewer.refresh_from_db()
    assert (paged_viewer.status, paged_viewer.acknowledged_by_name) == ("acknowledged", "Viewer")
    page = browser.get(url(paged_viewer)).content.decode()
    assert f'action="{url(paged_viewer, "resolve/")}"' in page
    assert f'action="{url(paged_viewer, "unacknowledge/")}"' in page
    assert "mitigate/" not in page
    assert browser.post(url(paged_viewer, "resolve/"), headers=HTMX).status_code == 204
    assert 'id="next-action"' not in browser.get(url(paged_viewer)).content.decode()


def test_a_viewer_who_was_paged_takes_no_command(as_: As, paged_viewer: Incident) -> None:
    assert as_("viewer").post(url(paged_viewer, "acknowledge/"), {"takes_command": "yes"}).status_code == 403
    paged_viewer.refresh_from_db()
    assert paged_viewer.status == "triggered"


def test_a_viewer_reads_all_and_is_offered_nothing(as_: As, declare: Declare) -> None:
    page = as_("viewer").get(url(declare())).content.decode()
    assert "Checkout fails" in page
    assert "composer" not in page
    assert 'id="next-action"' not in page
    assert "Escalate now" not in page


@pytest.mark.parametrize(
    ("acts", "button"),
    [
        pytest.param([], "Acknowledge", id="nobody has it: acknowledge"),
        pytest.param(["acknowledge"], "Take command", id="nobody leads it: take command"),
        pytest.param(["acknowledge", "command"], "Users are fine again", id="users suffer: say when they no longer do"),
        pytest.param(["acknowledge", "command", "mitigate"], "Resolve", id="users are fine: resolve"),
    ],
)
def test_the_state_decides_which_step_is_next(as_: As, declare: Declare, acts: list[str], button: str) -> None:
    incident = declare()
    client = as_("responder")
    for act in acts:
        if act == "command":
            client.post(url(incident, "roles/take/"), {"role": "commander"})
        else:
            client.post(url(incident, f"{act}/"))
    page = client.get(url(incident, "?part=head")).content.decode()
    next_step = page[page.index("phone-action") : page.index("incident-others")]
    assert button in next_step


def test_a_button_answers_a_plain_form_with_the_page_and_htmx_with_a_refresh(as_: As, declare: Declare) -> None:
    first, second = declare(), declare()
    answer = as_("responder").post(url(first, "acknowledge/"))
    assert (answer.status_code, answer["Location"]) == (302, url(first))
    answer = as_("responder").post(url(second, "acknowledge/"), headers=HTMX)
    assert answer.status_code == 204
    assert "incident-changed" in answer["HX-Trigger"]
    for incident in (first, second):
        incident.refresh_from_db()
        assert incident.acknowledged_by_name == "Responder"


def test_acknowledging_may_take_command_in_the_same_act(as_: As, declare: Declare) -> None:
    incident = declare()
    as_("responder").post(url(incident, "acknowledge/"), {"takes_command": "yes"})
    assert incident.roles.filter(role=IncidentRole.Role.COMMANDER, user__name="Responder", left_at=None).exists()


def test_a_stale_escalate_button_does_nothing_and_says_so(as_: As, declare: Declare) -> None:
    incident = declare()
    assert incident.escalation is not None
    answer = as_("responder").post(url(incident, "escalate/"), {"epoch": 99, "step": 0}, headers=HTMX)
    assert "Paging has moved on" in answer["HX-Trigger"]
    before = incident.escalation.step
    incident.escalation.refresh_from_db()
    assert incident.escalation.step == before


def test_an_escalate_button_that_says_not_where_it_stood_is_refused(as_: As, declare: Declare) -> None:
    assert as_("responder").post(url(declare(), "escalate/"), {"epoch": "x", "step": ""}).status_code == 422


def test_the_severity_is_chosen_by_its_definition(as_: As, declare: Declare) -> None:
    incident = declare()
    page = as_("responder").get(url(incident, "severity/")).content.decode()
    assert all(escape(one.definition) in page for one in Severity)
    as_("responder").post(url(incident, "severity/"), {"severity": 1, "reason": "nobody can pay"})
    incident.refresh_from_db()
    assert incident.severity == Severity.SEV1
    assert "nobody can pay" in as_("viewer").get(url(incident, "?part=timeline")).content.decode()


def test_closing_asks_what_it_was_and_keeps_what_was_typed(as_: As, declare: Declare) -> None:
    incident = declare()
    answer = as_("responder").post(url(incident, "close/"), {"reason": "a drill"})
    assert answer.status_code == 422
    assert "a drill" in answer.content.decode()
    as_("responder").post(url(incident, "close/"), {"close_reason": "false_positive", "reason": "a drill"})
    incident.refresh_from_db()
    assert (incident.status, incident.close_reason) == ("closed", CloseReason.FALSE_POSITIVE)


def test_reopening_pages_anew(as_: As, cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    lifecycle.resolve(caller=cast.caller("responder"), incident_id=incident.pk, now=now)
    as_("responder").post(url(incident, "reopen/"), {"reason": "it is back"})
    incident.refresh_from_db()
    assert (incident.status, incident.reopened) == ("triggered", 1)


def test_two_editors_see_what_the_other_saved(as_: As, declare: Declare) -> None:
    incident = declare()
    form = {"title": "Mine", "summary": "", "revision": incident.revision}
    as_("editor").post(url(incident, "edit/"), form | {"title": "Theirs"})
    answer = as_("responder").post(url(incident, "edit/"), form)
    assert answer.status_code == 409
    assert "The title is now: Theirs" in answer.content.decode()
    assert 'value="Mine"' in answer.content.decode()
    incident.refresh_from_db()
    as_("responder").post(url(incident, "edit/"), form | {"revision": incident.revision})
    incident.refresh_from_db()
    assert incident.title == "Mine"


def test_merging_leads_to_the_one_that_stays(as_: As, declare: Declare) -> None:
    source, target = declare("Search fails"), declare("Checkout fails")
    assert "Checkout fails" in as_("responder").get(url(source, "merge/")).content.decode()
    answer = as_("responder").post(url(source, "merge/"), {"into": target.pk})
    assert answer["Location"] == url(target)
    page = as_("responder").get(url(source)).content.decode()
    assert f'href="{url(target)}"' in page
    for offered in (
        "Acknowledge</button>",
        'id="composer"',
        'id="take-scribe"',
        'id="edit-impact"',
        url(source, "severity/"),
    ):
        assert offered not in page, f"{offered} would be refused: it was merged"


def test_the_first_lines_of_a_long_summary_are_shown_and_the_rest_is_folded(as_: As, declare: Declare) -> None:
    lines = [f"Line {number} of an alert that answers all five questions." for number in range(9)]
    page = as_("viewer").get(url(declare(summary="\n".join(lines)), "?part=head")).content.decode()
    shown, _, behind_more = page.partition('id="summary-more"')
    assert lines[3] in shown
    assert lines[4] not in shown
    assert lines[8] in behind_more


def test_an_open_incident_that_resembles_this_one_says_that_it_is_open(as_: As, cast: Cast, declare: Declare) -> None:
    service = ServiceFactory(team=cast.payments, title="Checkout")
    declare("Pool exhausted", service_ids=[service.pk])
    page = as_("viewer").get(url(declare("Queue grows", service_ids=[service.pk]))).content.decode()
    assert "Triggered" in page[page.index('id="similar"') :]


def test_splitting_opens_another_incident_with_the_alerts_chosen(as_: As, cast: Cast, now: datetime) -> None:
    ids = [
        receive(
            team_id=cast.payments.pk, origin="integration:1", origin_name="Alertmanager", key=key, action="trigger",
            severity=Severity.SEV3, title=f"{key} is full", group_key="disks", now=now,
        )
        for key in ("db-1", "db-2")
    ]  # fmt: skip
    source = Incident.objects.get(alerts__key="db-1")
    answer = as_("responder").post(url(source, "split/"), {"alerts": [ids[1].alert_id], "title": "Disk of db-2"})
    new = Incident.objects.get(title="Disk of db-2")
    assert answer["Location"] == url(new)
    assert list(new.alerts.values_list("key", flat=True)) == ["db-2"]


def test_roles_are_taken_handed_over_and_laid_down(as_: As, cast: Cast, declare: Declare) -> None:
    incident = declare()
    as_("responder").post(url(incident, "roles/take/"), {"role": "scribe"})
    as_("responder").post(url(incident, "roles/hand-over/"), {"role": "scribe", "user": cast.editor.pk})
    held = incident.roles.filter(role="scribe", left_at=None)
    assert [role.user for role in held] == [cast.editor]
    as_("editor").post(url(incident, "roles/leave/"), {"role": "scribe"})
    assert not held.all().exists()
    assert as_("responder").post(url(incident, "roles/take/"), {"role": "emperor"}).status_code == 422


def test_a_role_goes_only_to_somebody_who_may_respond(as_: As, cast: Cast, declare: Declare) -> None:
    answer = as_("responder").post(url(declare(), "roles/hand-over/"), {"role": "scribe", "user": cast.viewer.pk})
    assert answer.status_code == 422


def test_a_milestone_is_moved_with_its_history_and_never_out_of_order(as_: As, declare: Declare, now: datetime) -> None:
    incident = declare()
    earlier = now - timedelta(minutes=30)
    as_("responder").post(
        url(incident, "milestones/started/"), {"at": f"{earlier:%Y-%m-%dT%H:%M}", "reason": "first call of a customer"}
    )
    incident.refresh_from_db()
    assert incident.started_at == earlier
    assert "first call of a customer" in as_("viewer").get(url(incident, "?part=milestones")).content.decode()
    late = f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    answer = as_("responder").post(url(incident, "milestones/started/"), {"at": late})
    assert answer.status_code == 422


def test_the_impact_is_named_and_shows_burn_changes_and_runbooks(
    as_: As, cast: Cast, declare: Declare, now: datetime
) -> None:
    gateway = ServiceFactory(team=cast.payments, title="Card gateway")
    service = ServiceFactory(team=cast.payments, title="Checkout", runbook_url="https://runbooks.example.org/checkout")
    DependencyFactory(service=service, needs=gateway)
    slo = SloFactory(team=cast.payments, title="Customers can pay", service=service)
    Change.objects.create(
        team=cast.payments, service=gateway, origin="integration:1", key="41", title="card-gateway 41 deployed",
        at=now - timedelta(minutes=9), received_at=now,
    )  # fmt: skip
    incident = declare()
    as_("responder").post(url(incident, "impact/"), {"services": [service.pk], "slos": [slo.pk]})
    suspects.follow(incident_id=incident.pk, now=now)
    page = as_("viewer").get(url(incident)).content.decode()
    assert "Customers can pay" in page
    assert "Burn rate around the incident" in page
    assert "card-gateway 41 deployed" in page
    assert "9 min before it began" in page
    assert 'href="https://runbooks.example.org/checkout"' in page
    as_("responder").post(url(incident, "impact/"), {})
    assert not incident.impacted_slos.exists()


def test_what_a_private_team_keeps_is_not_told_by_an_incident_of_an_open_one(
    as_: As, cast: Cast, declare: Declare
) -> None:
    service = ServiceFactory(team=cast.payments, title="Treasure", runbook_url="https://treasure.example.org/")
    slo = SloFactory(team=cast.payments, title="Treasure is safe", service=service)
    incident = declare(caller=cast.caller("chief"), team_id=cast.commons.pk, service_ids=[service.pk], slo_ids=[slo.pk])
    page = as_("outsider").get(url(incident)).content.decode()
    assert "reasure" not in page
    assert "1 private one of another team" in page


def test_who_was_told_stands_with_every_attempt_and_its_answer(as_: As, declare: Declare, now: datetime) -> None:
    incident = declare()
    assert incident.escalation is not None
    notification = incident.escalation.notifications.order_by("pk").first()
    assert notification is not None
    notification.tries.create(
        number=1, began_at=now, ended_at=now + timedelta(seconds=2), outcome="retry", status=451,
        reason="the server asks to wait", answer="451 4.7.1 Greylisted",
    )  # fmt: skip
    page = as_("viewer").get(url(incident, "?part=people")).content.decode()
    assert "the server asks to wait" in page
    assert "451 4.7.1 Greylisted" in page
    assert "Will retry" in page
    assert escape(notification.why) in page


def test_an_incident_that_resembles_a_former_one_says_why(as_: As, cast: Cast, declare: Declare) -> None:
    service = ServiceFactory(team=cast.payments, title="Checkout")
    former = declare("Pool exhausted", service_ids=[service.pk])
    page = as_("viewer").get(url(declare("Pool exhausted again", service_ids=[service.pk]))).content.decode()
    assert f"#{former.pk} Pool exhausted" in page
    assert "the same service: Checkout" in page


def test_the_service_shows_its_incidents_and_lets_declare(as_: As, cast: Cast, declare: Declare) -> None:
    service = ServiceFactory(team=cast.payments, name="checkout", title="Checkout")
    incident = declare(service_ids=[service.pk])
    page = as_("responder").get("/services/checkout/").content.decode()
    assert f'href="{url(incident)}"' in page
    assert "/incidents/new/?service=checkout" in page


def test_no_get_changes_anything(as_: As, cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    roles.take(caller=cast.caller("responder"), incident_id=incident.pk, role=IncidentRole.Role.SCRIBE, now=now)
    before = AuditEntry.objects.count()
    for action in ("", "severity/", "close/", "reopen/", "edit/", "merge/", "split/", "impact/", "roles/hand-over/"):
        assert as_("responder").get(url(incident, action)).status_code == 200
    assert AuditEntry.objects.count() == before


def test_with_nothing_to_merge_into_the_page_says_so(cast: Cast, client: Client, declare: Declare) -> None:
    incident = declare()
    client.force_login(cast.responder)
    page = client.get(f"/incidents/{incident.pk}/merge/").content.decode()
    assert "No other incident of Payments is open" in page


def test_an_incident_without_alerts_to_part_offers_no_split(
    as_: As, cast: Cast, declare: Declare, now: datetime
) -> None:
    incident = declare()
    assert "Split alerts off" not in as_("responder").get(url(incident)).content.decode()
    AlertFactory.create_batch(2, incident=incident, team=cast.payments)
    assert "Split alerts off" in as_("responder").get(url(incident)).content.decode()
