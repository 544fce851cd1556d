"""Declaring an incident by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from incidents.response.models import Incident, IncidentRole
from tests.cast import Cast, EscalationPolicyFactory, PolicyStepFactory, ServiceFactory, SloFactory, StepTargetFactory

As = Callable[[str], Client]


@pytest.fixture
def policy(cast: Cast) -> object:
    """The default of Payments tells its editor."""
    policy = EscalationPolicyFactory(team=cast.payments, title="Payments primary", is_team_default=True)
    StepTargetFactory(step=PolicyStepFactory(policy=policy, position=0), user=cast.editor)
    return policy


def form(cast: Cast, **fields: object) -> dict[str, object]:
    return {"title": "Checkout answers 502", "severity": 1, "team": cast.payments.pk} | fields


@pytest.mark.usefixtures("policy")
def test_the_form_shows_each_definition_and_who_is_told_now(as_: As) -> None:
    page = as_("responder").get("/incidents/new/").content.decode()
    assert "Complete outage: users cannot use the service" in page
    assert "Payments primary" in page
    assert "Editor" in page[page.index("Who is told now") :]


def test_without_a_policy_it_says_that_administrators_are_told(as_: As, cast: Cast) -> None:
    page = as_("responder").get("/incidents/new/told/", {"team": cast.payments.pk}).content.decode()
    assert "No escalation policy holds for this team" in page
    assert "Administrator" in page


def test_a_title_and_a_severity_are_enough(as_: As, cast: Cast) -> None:
    answer = as_("responder").post("/incidents/new/", form(cast))
    incident = Incident.objects.get()
    assert answer["Location"] == f"/incidents/{incident.pk}/"
    assert (incident.title, incident.severity, incident.origin) == ("Checkout answers 502", 1, "person")


def test_who_declares_may_take_command_and_name_what_is_hit(as_: As, cast: Cast) -> None:
    service = ServiceFactory(team=cast.payments)
    slo = SloFactory(team=cast.payments)
    said = form(cast, takes_command="on", services=[service.pk], slos=[slo.pk], started_at="2026-03-02T11:30")
    as_("responder").post("/incidents/new/", said)
    incident = Incident.objects.get()
    assert incident.roles.get(role=IncidentRole.Role.COMMANDER).user == cast.responder
    assert incident.impacted_services.get().service == service
    assert incident.impacted_slos.get().slo == slo
    assert f"{incident.started_at:%H:%M}" == "11:30"


def test_mistakes_come_back_at_their_fields_with_what_was_typed(as_: As, cast: Cast) -> None:
    answer = as_("responder").post("/incidents/new/", form(cast, severity="", summary="502 since noon"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "choose how bad it is" in page
    assert 'value="Checkout answers 502"' in page
    assert "502 since noon" in page
    answer = as_("responder").post("/incidents/new/", form(cast, started_at="2026-03-02T12:30"))
    assert answer.status_code == 422
    assert "lies in the future" in answer.content.decode()
    assert not Incident.objects.exists()


def test_the_address_fills_in_service_and_team(as_: As, cast: Cast) -> None:
    service = ServiceFactory(team=cast.payments, name="checkout")
    page = as_("responder").get("/incidents/new/?service=checkout").content.decode()
    assert f'value="{service.pk}"' in page
    assert "checked" in page[page.index("Services") :]


def test_a_viewer_may_not_declare_and_nobody_for_another_team(as_: As, cast: Cast) -> None:
    assert as_("viewer").get("/incidents/new/").status_code == 403
    assert as_("viewer").post("/incidents/new/", form(cast)).status_code == 403
    answer = as_("outsider").post("/incidents/new/", form(cast))
    assert answer.status_code == 422
    assert "Payments" not in answer.content.decode()
    assert not Incident.objects.exists()


@pytest.mark.usefixtures("policy")
def test_the_preview_tells_an_outsider_nothing_of_another_teams_policy(as_: As, cast: Cast) -> None:
    page = as_("outsider").get("/incidents/new/told/", {"team": cast.payments.pk}).content.decode()
    assert "Payments primary" not in page
    assert "Choose a team" in page
