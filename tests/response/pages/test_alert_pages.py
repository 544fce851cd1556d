"""The pages of alerts, and the figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from incidents.response.domain.severity import Severity
from incidents.response.models import Alert, Incident
from incidents.response.services import lifecycle
from incidents.response.services.alerts import receive
from incidents.response.views.alerts import AlertQuery
from incidents.response.views.lines import silence_url
from tests.cast import AlertFactory, Cast

As = Callable[[str], Client]
Declare = Callable[..., Incident]


@pytest.fixture
def alert(cast: Cast, now: datetime) -> Alert:
    """Seen twice."""
    for _ in range(2):
        receive(
            team_id=cast.payments.pk, origin="integration:1", origin_name="Alertmanager", key="fp-1", action="trigger",
            severity=Severity.SEV2, title="Disk of db-1 is full", labels={"alertname": "DiskFull", "severity": "page"},
            payload={"status": "firing", "annotations": {"summary": "<b>99 %</b>"}}, now=now,
        )  # fmt: skip
    return Alert.objects.get(key="fp-1")


def test_a_row_tells_origin_times_seen_and_incident(as_: As, alert: Alert) -> None:
    page = as_("viewer").get("/alerts/").content.decode()
    assert "Disk of db-1 is full" in page
    assert "Alertmanager" in page
    assert "2×" in page
    assert f'href="/incidents/{alert.incident_id}/"' in page


def test_a_silenced_alert_says_by_what(as_: As, cast: Cast) -> None:
    AlertFactory(team=cast.payments, title="Disk of db-2", silenced_by="maintenance of db-2")
    page = as_("viewer").get("/alerts/?status=silenced").content.decode()
    assert "silenced: maintenance of db-2" in page
    assert "Silenced" in page


@pytest.mark.parametrize(
    ("query", "is_listed"),
    [
        pytest.param("status=firing", True, id="its status keeps it"),
        pytest.param("status=resolved", False, id="another status drops it"),
        pytest.param("team=search", False, id="another team drops it"),
        pytest.param("q=DISK", True, id="words in any case find it"),
        pytest.param("q=fp-1", True, id="its key finds it"),
        pytest.param("incident=999999", False, id="another incident drops it"),
        pytest.param("status=nonsense&incident=x&q=%00", True, id="unknown values break no old link"),
    ],
)
def test_the_address_filters(as_: As, alert: Alert, query: str, is_listed: bool) -> None:
    answer = as_("viewer").get(f"/alerts/?{query}")
    assert answer.status_code == 200
    assert (f'id="alert-{alert.pk}"' in answer.content.decode()) is is_listed


def test_one_alert_shows_what_was_sent_as_text(as_: As, alert: Alert) -> None:
    page = as_("viewer").get(f"/alerts/{alert.pk}/").content.decode()
    assert "&lt;b&gt;99 %&lt;/b&gt;" in page
    assert "alertname=DiskFull" in page
    assert as_("outsider").get(f"/alerts/{alert.pk}/").status_code == 404


def test_silence_this_fills_the_form_with_what_tells_the_alert_from_others(alert: Alert) -> None:
    said = parse_qs(urlsplit(silence_url(alert, team_slug="payments")).query)
    assert said["team"] == ["payments"]
    assert said["matchers"] == ["alertname = DiskFull"]


def test_without_alerts_the_page_teaches_how_they_come_in(as_: As) -> None:
    assert "Connect Alertmanager" in as_("viewer").get("/alerts/").content.decode()


def test_the_number_of_queries_does_not_grow_with_the_list(
    as_: As, cast: Cast, alert: Alert, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_("viewer")
    client.get("/alerts/?team=payments")
    with django_assert_num_queries(11):
        client.get("/alerts/?team=payments")
    for _ in range(9):
        AlertFactory(team=cast.payments)
    with django_assert_num_queries(11):
        client.get("/alerts/?team=payments")


def test_the_filter_of_alerts_knows_when_it_narrows() -> None:
    assert not AlertQuery().is_filtered
    assert AlertQuery(status="firing").is_filtered


def test_figures_stand_with_n_their_definition_and_what_is_left_out(
    as_: As, cast: Cast, declare: Declare, now: datetime
) -> None:
    caller = cast.caller("responder")
    for minutes in (2, 4, 12):
        at = now - timedelta(days=2)
        incident = declare(now=at, started_at=at - timedelta(minutes=10))
        lifecycle.acknowledge(caller=caller, incident_id=incident.pk, now=at + timedelta(minutes=minutes))
        lifecycle.resolve(caller=caller, incident_id=incident.pk, now=at + timedelta(minutes=30))
    never = declare(now=now - timedelta(days=1))
    lifecycle.resolve(caller=caller, incident_id=never.pk, now=now)
    page = as_("viewer").get("/incidents/figures/?range=7d").content.decode()
    mtta = page[page.index('id="figure-mtta"') : page.index('id="figure-mttr"')]
    assert "4 min" in mtta
    assert "n = <strong>3</strong>" in mtta
    assert "1 never acknowledged by a person" in mtta
    assert "From detection to the first acknowledgement by a person" in mtta
    assert "By severity" in page


def test_figures_of_another_range_or_severity_have_no_incident(as_: As, declare: Declare) -> None:
    declare()
    for query in ("?from=2026-01-01T00:00&to=2026-02-01T00:00", "?severity=5"):
        page = as_("viewer").get(f"/incidents/figures/{query}").content.decode()
        assert "0 incidents detected" in page, query
    assert "0 incidents detected" in as_("outsider").get("/incidents/figures/").content.decode()


def test_a_range_with_a_mistake_is_refused_by_name(as_: As) -> None:
    answer = as_("viewer").get("/incidents/figures/?range=fortnight")
    assert answer.status_code == 422
