"""Where it is: the labels of an alert reach whoever is woken by it."""

from __future__ import annotations

from datetime import datetime

import pytest
import time_machine
from django.test import Client

from incidents.paging.services import links
from incidents.response.domain.labels import SHOWN_MAX, shown_labels
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident
from incidents.response.selectors.content import content_of
from incidents.response.services.alerts import receive
from tests.cast import Cast


def tell(cast: Cast, now: datetime, **fields: object) -> Incident:
    wanted = {
        "team_id": cast.payments.pk,
        "origin": "integration:1",
        "origin_name": "Alertmanager",
        "severity": Severity.SEV2,
        "title": "Disk is full",
        "key": "db1",
        "action": "trigger",
        "labels": {"instance": "db1:9100", "mount": "/var", "severity": "critical"},
        "now": now,
    }
    receive(**(wanted | fields))  # type: ignore[arg-type]  # the defaults of this file
    incident: Incident = Incident.objects.order_by("pk")[0]
    return incident


@pytest.mark.django_db
def test_whoever_is_told_reads_which_disk_of_which_machine(cast: Cast, now: datetime) -> None:
    incident = tell(cast, now)
    assert incident.escalation is not None
    assert incident.escalation.content["details"]["Labels"] == "instance=db1:9100, mount=/var"


@pytest.mark.django_db
def test_the_page_behind_the_link_says_where(client: Client, cast: Cast, now: datetime) -> None:
    incident = tell(cast, now)
    assert incident.escalation is not None
    address = f"/a/{links.sign(escalation=incident.escalation, user_id=cast.responder.pk, now=now)}/"
    with time_machine.travel(now, tick=False):
        page = client.get(address)
    assert "instance=db1:9100, mount=/var" in page.content.decode()


@pytest.mark.django_db
def test_the_incident_says_it_beside_each_alert(client: Client, cast: Cast, now: datetime) -> None:
    incident = tell(cast, now)
    client.force_login(cast.responder)
    assert '<span class="chip">instance=db1:9100</span>' in client.get(f"/incidents/{incident.pk}/").content.decode()


@pytest.mark.django_db
def test_several_alerts_of_one_incident_are_told_apart(cast: Cast, now: datetime) -> None:
    for machine in ("db1", "db2"):
        incident = tell(cast, now, key=machine, labels={"instance": machine}, group_key="disks")
    content = content_of(incident=incident)
    assert "- Disk is full (instance=db1)\n- Disk is full (instance=db2)" in content.text
    assert "Labels" not in content.details


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        pytest.param({"b": 2, "a": "1"}, ["a=1", "b=2"], id="by name"),
        pytest.param({"severity": "page", "runbook_url": "https://x", "a": ""}, [], id="none that says nothing new"),
        pytest.param({"a": "x" * 200}, [f"a={'x' * 79}…"], id="long values are cut"),
        pytest.param({f"l{n}": n for n in range(10, 40)}, [f"l{n}={n}" for n in range(10, 10 + SHOWN_MAX)], id="a few"),
    ],
)
def test_what_is_shown_of_labels(labels: dict[str, object], shown: list[str]) -> None:
    assert shown_labels(labels, origin="integration:3") == shown


def test_burn_alerts_and_monitors_say_it_in_their_own_words() -> None:
    assert shown_labels({"slo": "checkout", "condition": "page-1h"}, origin="slo:1") == []
