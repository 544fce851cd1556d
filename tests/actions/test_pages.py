"""Action items in the browser: list, board, page, file, panels. Forms keep what was typed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chaos.experiments.models import Experiment
from chaos.gamedays.models import FollowUp
from chaos.runs.models import Run
from incidents.actions.models import Action
from incidents.response.models import ImpactedService
from tests.cast import ActionFactory, Cast, GameDayFactory, IncidentFactory, ServiceFactory, SloFactory
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
Write = Callable[..., Action]
LIST, BOARD = "/incidents/actions/", "/incidents/actions/board/"


@pytest.fixture
def closed(cast: Cast) -> Action:
    now = timezone.now()
    made: Action = ActionFactory(
        team=cast.payments, title="Old gateway", state="unproven", state_reason="it is switched off", closed_at=now
    )
    return made


def test_filters_stand_in_the_address_and_overdue_is_seen(as_: As, write: Write, cast: Cast, closed: Action) -> None:
    write(priority="high", proof="check", checker_id=cast.editor.pk)
    viewer = as_("viewer")
    mine = "q=pool&team=payments", "state=todo", "kind=prevent&priority=high", "proof=check", "due=overdue"
    for query in (*mine, f"owner={cast.responder.pk}"):
        page = viewer.get(f"{LIST}?{query}").content.decode()
        assert ("Bound the pool" in page, "Old gateway" in page) == (True, False), query
    page = viewer.get(f"{LIST}?state=closed").content.decode()
    assert ("Bound the pool" in page, "Closed without proof" in page, "it is switched off" in page) == (
        False,
        True,
        True,
    )
    assert "matches these filters" in viewer.get(f"{LIST}?kind=detect").content.decode()
    assert "Old gateway" in viewer.get(f"{LIST}?state=moon&kind=x&owner=me&incident=y&page=z").content.decode()
    assert "Bound the pool" not in as_("outsider").get(LIST).content.decode()


def test_an_empty_list_teaches_the_next_step(as_: As) -> None:
    assert "Write down the first" in as_("responder").get(LIST).content.decode()
    assert "Write down the first" not in as_("viewer").get(LIST).content.decode()


def test_the_file_is_safe_in_spreadsheets(as_: As, write: Write, closed: Action) -> None:
    write(title='=HYPERLINK("https://evil.example","x")', text="@x")
    answer = as_("viewer").get(f"{LIST.rstrip('/')}.csv?state=live")
    assert answer["Content-Type"].startswith("text/csv")
    header, row = csv.reader(io.StringIO(answer.content.decode()))
    cells = dict(zip(header, row, strict=True))
    assert cells["title"] == '\'=HYPERLINK("https://evil.example","x")'
    assert (cells["state"], cells["due"], cells["overdue"], cells["owner"]) == (
        "Open",
        "2026-03-12",
        "yes",
        "Responder",
    )


def test_lists_and_the_board_ask_the_same_number_of_queries_for_any_number(
    as_: As, write: Write, cast: Cast, experiment: Experiment
) -> None:
    viewer = as_("viewer")
    service, incident = ServiceFactory(team=cast.payments), IncidentFactory(team=cast.payments)
    write(proof="experiment", experiment_id=experiment.pk, service_id=service.pk, incident_id=incident.pk)
    few = {path: queries_of(viewer, path) for path in (LIST, BOARD, "/incidents/actions.csv")}
    for state in ("open", "in_progress", "done", "verified"):
        ActionFactory.create_batch(
            5,
            team=cast.payments,
            state=state,
            done_at=timezone.now(),
            closed_at=timezone.now(),
            service=service,
            incident=incident,
            owner=cast.editor,
            proof="experiment",
            experiment=experiment,
        )
    for path, queries in few.items():
        assert queries_of(viewer, path) == queries <= 26, path


def test_a_card_is_moved_by_its_button_and_the_board_is_shown_again(as_: As, write: Write, cast: Cast) -> None:
    action = write()
    responder = as_("responder")
    page = responder.get(f"{BOARD}?team=payments").content.decode()
    assert 'name="to" value="in_progress" data-move="on"' in page
    assert 'name="back" value="?team=payments"' in page
    sent = {"to": "in_progress", "revision": 1, "back": "?team=payments&next=https://evil.example"}
    moved = responder.post(f"{LIST}{action.pk}/move/", sent)
    assert (moved.status_code, moved["Location"]) == (302, f"{BOARD}?team=payments#action-{action.pk}")
    stale = responder.post(f"{LIST}{action.pk}/move/", {"to": "done", "revision": 1, "back": ""})
    assert stale.status_code == 422
    assert "Responder changed this at" in stale.content.decode()
    assert 'data-move="back"' not in as_("viewer").get(BOARD).content.decode()


def test_follow_ups_of_game_days_stand_on_the_board_to_be_read(as_: As, cast: Cast, now: datetime) -> None:
    day = GameDayFactory(team=cast.payments, title="Rates without their source")
    fields: dict[str, Any] = {"team": cast.payments, "game_day": day, "kind": "prevent"}
    made = FollowUp.objects.create(title="Serve the last rates", created_at=now, updated_at=now, **fields)
    page = as_("viewer").get(BOARD).content.decode()
    assert "Serve the last rates" in page
    assert f"/chaos/follow-ups/{made.pk}/" in page
    assert "Serve the last rates" not in as_("viewer").get(f"{BOARD}?kind=prevent").content.decode()
    assert "Serve the last rates" not in as_("outsider").get(BOARD).content.decode()


def test_an_action_is_written_from_an_incident_and_keeps_what_was_typed(as_: As, cast: Cast) -> None:
    service = ServiceFactory(team=cast.payments, name="checkout", title="Checkout")
    incident = IncidentFactory(team=cast.payments, title="Orders fail")
    ImpactedService.objects.create(incident=incident, service=service)
    responder = as_("responder")
    page = responder.get(f"/incidents/{incident.pk}/").content.decode()
    address = f"/incidents/actions/new/?incident={incident.pk}"
    assert page.count(address) == 2, "in the panel and in the menu"
    form = responder.get(address).content.decode()
    assert f"Incident #{incident.pk} Orders fail" in form
    assert '<option value="checkout" selected>' in form
    given: dict[str, Any] = {"title": "", "kind": "prevent", "priority": "high", "proof": "check"}
    given["text"] = "kept **words**"
    refused = responder.post(address, given)
    assert refused.status_code == 422
    for words in ("kept **words**", "say in a few words what is to be done"):
        assert words in refused.content.decode()
    given |= {"title": "Bound the pool", "owner": cast.responder.pk, "checker": cast.responder.pk}
    assert "is the owner: choose somebody else" in responder.post(address, given).content.decode()
    made = responder.post(address, given | {"checker": cast.editor.pk})
    action = Action.objects.get()
    assert made["Location"] == f"{LIST}{action.pk}/"
    assert (action.incident_id, action.source_kind, action.source_key) == (incident.pk, "incident", str(incident.pk))
    shown = responder.get(made["Location"]).content.decode()
    assert "<strong>words</strong>" in shown
    for path in (f"/incidents/{incident.pk}/", "/services/checkout/"):
        assert "Bound the pool" in responder.get(path).content.decode(), path
    assert "Bound the pool" in responder.get("/search/?q=bound+pool").content.decode()


def test_who_has_several_teams_says_whose_it_is(as_: As, cast: Cast) -> None:
    chief = as_("chief")
    assert "Whose action is it?" in chief.get("/incidents/actions/new/?title=Bound+it").content.decode()
    form = chief.get("/incidents/actions/new/?title=Bound+it&team=payments").content.decode()
    assert 'value="Bound it"' in form
    other = "/incidents/actions/new/?title=Bound+it&team="
    assert f'href="{other.replace("&", "&amp;")}">Another team does it' in form
    assert "Whose action is it?" in chief.get(other).content.decode()
    assert "Another team does it" not in as_("responder").get("/incidents/actions/new/").content.decode()
    assert as_("viewer").get("/incidents/actions/new/").status_code == 403


def test_the_page_offers_what_proves_it(
    as_: As,
    write: Write,
    done: Callable[[Action], Action],
    ended: Callable[..., Run],
    experiment: Experiment,
    cast: Cast,
    now: datetime,
) -> None:
    action = done(write(proof="experiment", experiment_id=experiment.pk))
    run = ended("aborted", now + timedelta(days=1))
    page = as_("responder").get(f"{LIST}{action.pk}/").content.decode()
    for address in (
        "/chaos/experiments/gateway-silent/run/",
        "/chaos/schedules/new/?experiment=gateway-silent",
        f"/chaos/runs/{run.pk}/",
    ):
        assert address in page
    checked = done(write(title="Look", proof="check", checker_id=cast.editor.pk))
    confirm = f"{LIST}{checked.pk}/confirm/"
    assert confirm not in as_("responder").get(f"{LIST}{checked.pk}/").content.decode()
    editor = as_("editor")
    assert confirm in editor.get(f"{LIST}{checked.pk}/").content.decode()
    refused = editor.post(confirm, {"words": "it is there"})
    assert "press one of the two buttons" in refused.content.decode()
    assert editor.post(confirm, {"words": "it is there", "is_so": "yes"}).status_code == 302
    checked.refresh_from_db()
    assert checked.state == "verified"


def test_an_action_is_edited_noted_and_closed_on_its_page(as_: As, write: Write) -> None:
    action, responder = write(), as_("responder")
    page = f"{LIST}{action.pk}/"
    given = {"title": "Bound both pools", "kind": "detect", "priority": "low", "proof": "none", "revision": 1}
    assert responder.post(f"{page}edit/", given).status_code == 302
    assert "after you opened it" in responder.post(f"{page}edit/", given).content.decode()
    assert responder.post(f"{page}notes/", {"text": " "}).status_code == 422
    responder.post(f"{page}notes/", {"text": "<script>alert(1)</script> in *review*"})
    shown = responder.get(page).content.decode()
    assert "<em>review</em>" in shown
    assert "<script>alert" not in shown
    refused = responder.post(f"{page}move/", {"to": "cancelled", "revision": 2})
    assert "say why it is not to be done" in refused.content.decode()
    assert responder.post(f"{page}move/", {"to": "cancelled", "revision": 2, "reason": "obsolete"}).status_code == 302
    assert responder.get(f"{page}edit/")["Location"] == page
    shown = responder.get(page).content.decode()
    assert "obsolete" in shown


def test_a_team_chooses_when_it_is_reminded(as_: As) -> None:
    editor, address = as_("editor"), "/incidents/actions/teams/payments/"
    given = {"remind_days": 1, "weekly_max": 2, "escalate_days": 0, "escalations_max": 1, "revision": 0}
    assert "write at least 1" in editor.post(address, given).content.decode()
    assert editor.post(address, given | {"escalate_days": 5}).status_code == 302
    assert 'value="5"' in editor.get(address).content.decode()
    assert as_("responder").get(address).status_code == 403


def test_an_open_action_tells_nothing_of_what_it_stands_on_in_a_private_team(as_: As, cast: Cast) -> None:
    mark = "hidden-treasure"
    service = ServiceFactory(team=cast.payments, name=mark)
    incident = IncidentFactory(team=cast.payments, title=mark)
    slo = SloFactory(sli__source__team=cast.payments, name=mark, title=mark)
    stands_on: dict[str, Any] = {"service": service, "incident": incident, "slo": slo, "proof": "slo", "slo_days": 3}
    source = {"source_kind": "incident", "source_key": str(incident.pk)}
    action = ActionFactory(
        team=cast.commons, title="Open to all", state="done", done_at=timezone.now(), **stands_on, **source
    )
    guest = as_("outsider")
    for path in (LIST, BOARD, "/incidents/actions.csv", f"{LIST}{action.pk}/", f"/api/v1/actions/{action.pk}"):
        page = guest.get(path).content.decode()
        assert "Open to all" in page, path
        assert mark not in page, path
    assert mark in as_("viewer").get(f"{LIST}{action.pk}/").content.decode()
    assert "Open to all" not in guest.get(f"{LIST}?service={mark}").content.decode()
