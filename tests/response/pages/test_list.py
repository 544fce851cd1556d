"""The list of incidents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from incidents.response.domain.phases import CloseReason
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident, IncidentRole
from incidents.response.services import lifecycle, roles
from tests.cast import Cast, ServiceFactory

As = Callable[[str], Client]
Declare = Callable[..., Incident]


def test_before_the_first_incident_the_page_teaches_the_ways_to_one(as_: As) -> None:
    page = as_("responder").get("/incidents/").content.decode()
    assert "No incident yet" in page
    assert "Connect Alertmanager" in page
    assert "Declare an incident" in page


def test_the_worst_open_one_comes_first_and_resolved_ones_have_their_tab(
    as_: As, cast: Cast, declare: Declare, now: datetime
) -> None:
    over = declare("Search is slow", severity=Severity.SEV1)
    lifecycle.resolve(caller=cast.caller("responder"), incident_id=over.pk, now=now)
    declare("Receipts are late", severity=Severity.SEV4)
    worst = declare("Checkout answers 502", severity=Severity.SEV1)
    lifecycle.acknowledge(caller=cast.caller("responder"), incident_id=worst.pk, now=now)
    page = as_("viewer").get("/incidents/").content.decode()
    assert page.index("Checkout answers 502</a>") < page.index("Receipts are late</a>")
    assert "Search is slow</a>" not in page
    assert "Search is slow</a>" in as_("viewer").get("/incidents/?status=resolved").content.decode()


def test_a_row_names_commander_and_who_has_it(as_: As, cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    caller = cast.caller("responder")
    lifecycle.acknowledge(caller=caller, incident_id=incident.pk, now=now)
    roles.take(caller=caller, incident_id=incident.pk, role=IncidentRole.Role.COMMANDER, now=now)
    page = as_("viewer").get("/incidents/").content.decode()
    assert 'data-label="Commander">Responder</td>' in page
    assert "Responder has it" in page


@pytest.mark.parametrize(
    ("query", "is_listed"),
    [
        pytest.param("", True, id="no filter keeps it"),
        pytest.param("severity=2", True, id="its own severity keeps it"),
        pytest.param("severity=1", False, id="only worse ones drop it"),
        pytest.param("severity=3", True, id="a milder severity keeps worse ones"),
        pytest.param("team=payments", True, id="its team keeps it"),
        pytest.param("team=search", False, id="another team drops it"),
        pytest.param("service=checkout", True, id="its service keeps it"),
        pytest.param("service=stock", False, id="another service drops it"),
        pytest.param("q=CHECKOUT+fails", True, id="words of the title in any case find it"),
        pytest.param("q=nothing-like-it", False, id="other words drop it"),
        pytest.param("status=triggered", True, id="its status keeps it"),
        pytest.param("status=acknowledged", False, id="another status drops it"),
        pytest.param("since=1d", True, id="a period that holds it keeps it"),
        pytest.param("severity=9&status=nonsense&since=x&person=x&page=x", True, id="unknown values break no old link"),
        pytest.param("q=%00", True, id="a null byte is no filter"),
    ],
)
def test_the_address_filters(as_: As, cast: Cast, declare: Declare, query: str, is_listed: bool) -> None:
    service = ServiceFactory(team=cast.payments, name="checkout")
    incident = declare("Checkout fails", service_ids=[service.pk])
    answer = as_("viewer").get(f"/incidents/?{query}")
    assert answer.status_code == 200
    assert (f'id="incident-{incident.pk}"' in answer.content.decode()) is is_listed


def test_a_person_filters_by_the_roles_held(as_: As, cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    lifecycle.acknowledge(caller=cast.caller("responder"), incident_id=incident.pk, now=now)
    mark = f'id="incident-{incident.pk}"'
    assert mark in as_("viewer").get(f"/incidents/?person={cast.responder.pk}").content.decode()
    assert mark not in as_("viewer").get(f"/incidents/?person={cast.editor.pk}").content.decode()


def test_an_outsider_sees_neither_rows_nor_counts_nor_banner(as_: As, declare: Declare) -> None:
    declare("Secret of Payments", severity=Severity.SEV1)
    page = as_("outsider").get("/incidents/").content.decode()
    assert "Secret of Payments" not in page
    assert "No incident yet" in page
    assert "rail-count" not in page


def test_htmx_gets_the_table_alone(as_: As, declare: Declare) -> None:
    declare()
    part = as_("viewer").get("/incidents/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "Checkout fails" in part.content.decode()


def test_the_number_of_queries_does_not_grow_with_the_list(
    as_: As, cast: Cast, declare: Declare, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_("viewer")

    def one_more() -> None:
        service = ServiceFactory(team=cast.payments)
        incident = declare(service_ids=[service.pk], severity=Severity.SEV3)
        lifecycle.acknowledge(caller=cast.caller("responder"), incident_id=incident.pk, now=now)

    one_more()
    declare(severity=Severity.SEV3)
    client.get("/incidents/")
    with django_assert_num_queries(18):
        client.get("/incidents/")
    for _ in range(8):
        one_more()
        declare(severity=Severity.SEV3)
    with django_assert_num_queries(18):
        client.get("/incidents/")


def test_a_list_of_many_is_paged(as_: As, cast: Cast, declare: Declare, now: datetime) -> None:
    for number in range(51):
        incident = declare(f"Incident {number}", now=now - timedelta(hours=number))
        lifecycle.close(
            caller=cast.caller("responder"), incident_id=incident.pk, close_reason=CloseReason.REAL, now=now
        )
    page = as_("viewer").get("/incidents/?status=closed").content.decode()
    assert "1–50 of 51" in page
    assert "Incident 50</a>" not in page
    assert "Incident 50</a>" in as_("viewer").get("/incidents/?status=closed&page=2").content.decode()


def test_open_severe_ones_stand_in_the_banner_of_every_page_but_their_own(as_: As, declare: Declare) -> None:
    incident = declare("Checkout answers 502", severity=Severity.SEV1)
    banner = f"Sev1: Checkout answers 502 (#{incident.pk}), nobody has acknowledged it."
    assert banner in as_("viewer").get("/services/").content.decode()
    assert banner not in as_("viewer").get(f"/incidents/{incident.pk}/").content.decode()
    assert banner not in as_("viewer").get("/incidents/").content.decode()  # which begins with it
    assert banner in as_("viewer").get("/incidents/?status=closed").content.decode()


def test_search_finds_an_incident_by_number_and_by_words(as_: As, declare: Declare) -> None:
    incident = declare("Checkout answers 502")
    for words in (f"#{incident.pk}", "answers 502"):
        assert f"/incidents/{incident.pk}/" in as_("viewer").get("/search/", {"q": words}).content.decode()
        assert f"/incidents/{incident.pk}/" not in as_("outsider").get("/search/", {"q": words}).content.decode()


def test_the_bottom_bar_of_a_phone_has_incidents_on_call_objectives(as_: As) -> None:
    page = as_("viewer").get("/incidents/").content.decode()
    bar = page[page.index('class="bottom-bar"') : page.index("menu-up")]
    titles = [title for title in ("Incidents", "On call", "Objectives", "Overview", "Services") if title in bar]
    assert titles == ["Incidents", "On call", "Objectives"]
    assert bar.index("Incidents") < bar.index("On call") < bar.index("Objectives")
