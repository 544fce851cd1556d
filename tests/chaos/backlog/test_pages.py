"""The backlog in the browser: the list says why, forms keep what was typed, one click makes an experiment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from chaos.backlog.domain.states import State
from chaos.backlog.models import Vulnerability
from chaos.backlog.services.scoring import score
from chaos.experiments.models import Experiment
from chaos.runs.models import Run
from reliability.catalog.models import Service
from tests.cast import Cast, ServiceFactory, SloFactory, TargetFactory, VulnerabilityFactory
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
Ended = Callable[..., Run]
TRY = "process-paused"
CELL = "/chaos/coverage/checkout/process/"


def scored(vulnerability: Vulnerability, now: datetime) -> Vulnerability:
    score(vulnerability=vulnerability, evidence=(), now=now)
    vulnerability.save()
    return vulnerability


def test_the_list_says_why_the_first_is_the_first(as_: As, feared: Vulnerability, cast: Cast, now: datetime) -> None:
    scored(feared, now)
    scored(VulnerabilityFactory(team=cast.payments, title="Seldom", times_a_year=0.01, scored_at=now), now)
    page = as_("viewer").get("/chaos/backlog/").content.decode()
    assert page.index("No time-out") < page.index("Seldom")
    assert "Why is this first?" in page
    assert "At stake: 2 × 0.25 × 30 × 1 × 0.5 = 7.5 weighted bad minutes a year." in page


def test_filters_stand_in_the_address(as_: As, feared: Vulnerability, cast: Cast) -> None:
    VulnerabilityFactory(team=cast.payments, title="Full disk", layer="node")
    viewer = as_("viewer")
    for query in ("q=no+time", "service=checkout", "layer=process", "team=payments&layer=process"):
        page = viewer.get(f"/chaos/backlog/?{query}").content.decode()
        assert ("No time-out" in page, "Full disk" in page) == (True, False), query
    assert "matches these filters" in viewer.get("/chaos/backlog/?state=mended").content.decode()
    assert "Full disk" in viewer.get("/chaos/backlog/?layer=moon&state=x&page=z").content.decode()


def test_the_list_asks_the_same_number_of_queries_for_any_number(
    as_: As, feared: Vulnerability, experiment: Experiment, ended: Ended, cast: Cast, now: datetime
) -> None:
    viewer = as_("viewer")
    few = queries_of(viewer, "/chaos/backlog/")
    for one in VulnerabilityFactory.create_batch(20, team=cast.payments, service=ServiceFactory(team=cast.payments)):
        one.evidence.create(run=ended(experiment, "held", now), has_deviated=False, at=now)
    assert queries_of(viewer, "/chaos/backlog/") == few <= 20


def test_an_empty_backlog_teaches_the_next_step(as_: As) -> None:
    assert "Record the first" in as_("responder").get("/chaos/backlog/").content.decode()
    assert "Record the first" not in as_("viewer").get("/chaos/backlog/").content.decode()


def test_a_vulnerability_is_recorded_from_a_hole_of_the_map_and_edited(as_: As, service: Service) -> None:
    responder = as_("responder")
    address = "/chaos/backlog/new/?service=checkout&layer=node&from=coverage"
    form = responder.get(address).content.decode()
    assert '<option value="node" selected>' in form
    assert '<option value="checkout" selected>' in form
    given = {
        "team": "payments",
        "title": "A full disk stops orders",
        "service": "checkout",
        "layer": "node",
        "hypothesis": "orders are lost",
        "times_a_year": "x",
        "users_percent": "100",
        "outage_minutes": "45",
        "hours_to_try": "1",
        "hours_to_mend": "8",
    }
    wrong = responder.post(address, given)
    assert wrong.status_code == 422
    assert "write a number from 0.01 to 1,000" in wrong.content.decode()
    assert "A full disk stops orders" in wrong.content.decode()
    made = responder.post(address, given | {"times_a_year": "0.5"})
    row = Vulnerability.objects.get()
    assert made.headers["Location"] == f"/chaos/backlog/{row.pk}/"
    assert (row.origin, row.times_a_year) == ("coverage", 0.5)
    edit = f"/chaos/backlog/{row.pk}/edit/"
    change = given | {"times_a_year": "3", "revision": str(row.revision)}
    assert responder.post(edit, change).status_code == 302
    stale = responder.post(edit, change | {"times_a_year": "4"})
    assert (stale.status_code, "after you opened it" in stale.content.decode()) == (422, True)


def test_states_notes_and_links_are_written_on_its_page(as_: As, feared: Vulnerability, experiment: Experiment) -> None:
    responder, page = as_("responder"), f"/chaos/backlog/{feared.pk}/"
    silent = responder.post(f"{page}state/", {"state": "accepted", "reason": ""})
    assert (silent.status_code, "say why" in silent.content.decode()) == (422, True)
    for address, data in (
        ("notes/", {"text": "the client retries three times"}),
        ("link/", {"experiment": experiment.slug}),
        ("state/", {"state": "accepted", "reason": "it goes away in May"}),
    ):
        assert responder.post(page + address, data).status_code == 302, address
    shown = responder.get(page).content.decode()
    for words in ("the client retries three times", "tries it", "it goes away in May", "Accepted"):
        assert words in shown
    assert responder.post(f"{page}unlink/{experiment.slug}/").status_code == 302
    assert not feared.experiments.exists()


def test_a_run_that_tries_it_and_has_not_ended_is_told(
    as_: As, feared: Vulnerability, experiment: Experiment, ended: Ended, now: datetime
) -> None:
    feared.experiments.add(experiment)
    going: dict[str, Any] = {"state": "running", "ended_at": None}
    over, dry = ended(experiment, "held", now), ended(experiment, "", now, mode="dry", **going)
    real = ended(experiment, "", now, **going)
    shown = as_("viewer").get(f"/chaos/backlog/{feared.pk}/").content.decode()
    assert "Under way" in shown
    told = [f'href="/chaos/runs/{run.pk}/">Run {run.pk} of' in shown for run in (over, dry, real)]
    assert told == [False, False, True]


def test_one_click_makes_an_experiment_that_tries_it(as_: As, feared: Vulnerability, service: Service) -> None:
    TargetFactory(team=service.team, service=service, slug="checkout-worker", kind="process")
    SloFactory(team=service.team, service=service, name="checkout-availability")
    editor, page = as_("editor"), f"/chaos/backlog/{feared.pk}/"
    assert "Make the experiment" in editor.get(page).content.decode()
    answer = editor.post(f"{page}try/{TRY}/", {"one_click": "1"})
    made = Experiment.objects.get(template=TRY)
    assert answer.headers["Location"] == f"/chaos/experiments/{made.slug}/"
    text = made.versions.get().text
    assert "checkout-worker" in text
    assert "checkout-availability" in text
    feared.refresh_from_db()
    assert (feared.state, list(feared.experiments.all())) == (State.TRYING, [made])


def test_what_is_lacking_is_asked_for_on_a_form(as_: As, feared: Vulnerability, service: Service) -> None:
    TargetFactory.create_batch(2, team=service.team, service=service, kind="process")
    chosen = service.chaos_targets.latest("pk")
    SloFactory(team=service.team, service=service, name="availability")
    editor, address = as_("editor"), f"/chaos/backlog/{feared.pk}/try/{TRY}/"
    assert "a choice among 2 targets" in editor.get(f"/chaos/backlog/{feared.pk}/").content.decode()
    lacking = editor.post(address, {"one_click": "1"})
    assert lacking.status_code == 422
    assert not Experiment.objects.exists()
    made = editor.post(address, {"service": "checkout", "targets": chosen.slug, "value-slo": "availability"})
    assert made.status_code == 302
    assert feared.experiments.count() == 1
    assert as_("responder").get(address).status_code == 403
    assert editor.get(f"/chaos/backlog/{feared.pk}/try/no-such-template/").status_code == 404


def test_a_hole_of_the_map_is_filled_in_one_click(as_: As, service: Service) -> None:
    TargetFactory(team=service.team, service=service, slug="checkout-worker", kind="process")
    assert "Needs address to look at or objective" in as_("editor").get(CELL).content.decode()
    SloFactory(team=service.team, service=service)
    answer = as_("editor").post(f"/chaos/coverage/checkout/process/try/{TRY}/", {"one_click": "1"})
    assert answer.status_code == 302
    assert "Planned" in as_("viewer").get(CELL).content.decode()


def test_an_open_teams_vulnerability_tells_nothing_of_a_private_service(
    as_: As, cast: Cast, service: Service, now: datetime
) -> None:
    """The service went to a private team after it was recorded."""
    made = VulnerabilityFactory(team=cast.commons, service=service, title="Shared fear", scored_at=now, payback=1)
    for address in ("/chaos/backlog/", f"/chaos/backlog/{made.pk}/"):
        page = as_("outsider").get(address).content.decode()
        assert ("Shared fear" in page, "Checkout" in page) == (True, False)
    assert "Shared fear" not in as_("outsider").get("/chaos/backlog/?service=checkout").content.decode()


def test_the_history_is_told_newest_first(
    as_: As, feared: Vulnerability, experiment: Experiment, ended: Ended, now: datetime
) -> None:
    for hours, text in ((1, "first words"), (2, "second words")):
        feared.notes.create(at=now + timedelta(hours=hours), text=text)
    feared.evidence.create(run=ended(experiment, "held", now), has_deviated=False, at=now)
    page = as_("viewer").get(f"/chaos/backlog/{feared.pk}/").content.decode()
    assert page.index("second words") < page.index("first words")
    assert "1 run held" in page
