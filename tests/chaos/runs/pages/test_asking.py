"""Asking for a run: the guards' answer first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from chaos.experiments.models import ExperimentVersion
from chaos.runs.domain.states import State
from chaos.runs.models import Agent, GuardDecision, GuardPolicy, Run
from chaos.runs.services import global_stop
from reliability.access.models import AuditEntry
from reliability.outbox.models import Due
from slo.models import Slo
from tests.cast import Cast

As = Callable[[str], Client]
PATH = "/chaos/experiments/orders-survive/run/"
pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def _ready(policy: GuardPolicy, agent: Agent, slo: Slo) -> None:
    """All that the guards ask for."""


@pytest.mark.usefixtures("_ready")
def test_the_guards_say_go_before_anybody_confirms_and_nothing_of_it_stays(as_: As) -> None:
    client = as_("responder")
    before = AuditEntry.objects.count(), Due.objects.count()
    page = client.get(PATH).content.decode()
    assert "They let it go." in page
    assert "burns 0" in page
    assert (Run.objects.count(), GuardDecision.objects.count()) == (0, 0)
    assert (AuditEntry.objects.count(), Due.objects.count()) == before


@pytest.mark.usefixtures("_ready")
def test_what_they_object_to_stands_first_with_its_reason(as_: As, cast: Cast, now: datetime) -> None:
    global_stop.begin(caller=cast.caller("responder"), reason="payments are down", now=now)
    page = as_("responder").get(PATH).content.decode()
    assert "They let it go." not in page
    assert page.index("payments are down") < page.index("Approval")


@pytest.mark.usefixtures("_ready")
def test_confirming_makes_the_run_and_leads_to_its_page(as_: As) -> None:
    answer = as_("responder").post(PATH, {"mode": "real", "when": "now", "reason": "new time-out", "act": "run"})
    run = Run.objects.get()
    assert answer["Location"] == f"/chaos/runs/{run.pk}/"
    assert (run.mode, run.reason, run.state, run.requested_by_name) == (
        "real",
        "new time-out",
        State.WAITING,
        "Responder",
    )


@pytest.mark.usefixtures("_ready")
def test_later_needs_an_instant_and_takes_it_in_the_pages_zone(as_: As) -> None:
    client = as_("responder")
    assert client.post(PATH, {"mode": "dry", "when": "later", "act": "run"}).status_code == 422
    typed = {"mode": "dry", "when": "later", "not_before": "2026-03-03T10:00", "act": "run"}
    assert client.post(f"{PATH}?tz=Europe/Berlin", typed).status_code == 302
    run = Run.objects.get()
    assert f"{run.not_before:%Y-%m-%d %H:%M}" == "2026-03-03 09:00"
    assert run.mode == "dry"


@pytest.mark.usefixtures("_ready")
def test_asking_the_guards_again_asks_for_nothing(as_: As) -> None:
    page = as_("responder").post(PATH, {"mode": "dry", "when": "now", "act": "ask"}).content.decode()
    assert "They let it go." in page
    assert not Run.objects.exists()


def test_without_an_agent_it_would_wait_and_the_page_says_how_to_start_one(
    as_: As, policy: GuardPolicy, slo: Slo
) -> None:
    page = as_("responder").get(PATH).content.decode()
    assert "It would wait" in page
    assert "manage.py chaos agent" in page


def test_a_document_that_cannot_run_is_refused_with_its_places(as_: As, version: ExperimentVersion) -> None:
    text = version.text.replace("chaos.injectors.process", "os")
    ExperimentVersion.objects.filter(pk=version.pk).update(text=text, document=version.document)
    page = as_("responder").get(PATH).content.decode()
    assert "It cannot be asked for." in page
    assert "method[0].provider.module" in page


def test_a_viewer_may_not_ask(as_: As) -> None:
    assert as_("viewer").get(PATH).status_code == 403
    assert as_("outsider").get(PATH).status_code == 404
