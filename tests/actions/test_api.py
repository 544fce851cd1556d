"""Action items over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chaos.experiments.models import Experiment
from incidents.actions.models import Action
from reliability.access.domain.caller import Role
from tests.cast import ActionFactory, Cast, ChannelFactory, IncidentFactory, SloFactory
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
Bearer = Callable[..., Client]
ACTIONS = "/api/v1/actions"


@pytest.fixture
def client(bearer: Bearer, cast: Cast) -> Client:
    return bearer(team=cast.payments, role=Role.RESPONDER)


def send(client: Client, method: str, path: str, body: dict[str, Any], status: int = 200) -> Any:
    answer = getattr(client, method)(path, body, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def test_an_action_is_written_changed_and_moved(client: Client, cast: Cast, experiment: Experiment) -> None:
    incident = IncidentFactory(team=cast.payments)
    body = {
        "team": "payments",
        "title": "Bound the pool",
        "incident": incident.pk,
        "owner_id": cast.editor.pk,
        "due_on": "2020-01-31",
        "proof": "experiment",
        "experiment": "gateway-silent",
    }
    made = send(client, "post", ACTIONS, body, 201)
    assert (made["state"], made["experiment"], made["source_kind"]) == ("open", "gateway-silent", "incident")
    assert (made["is_overdue"], made["owner"], made["revision"]) == (True, "Editor", 1)
    one = f"{ACTIONS}/{made['number']}"
    changed = send(client, "patch", one, {"due_on": None, "title": "Bound both", "revision": 1})
    assert (changed["due_on"], changed["title"], changed["experiment"]) == (None, "Bound both", "gateway-silent")
    send(client, "patch", one, {"title": "Late", "revision": 1}, 409)
    send(client, "post", f"{one}/state", {"state": "verified"}, 422)
    assert send(client, "post", f"{one}/state", {"state": "done"})["done_at"] is not None
    wrong = send(client, "post", f"{one}/state", {"state": "unproven"}, 422)
    assert wrong["error"]["details"][0]["field"] == "reason"
    send(client, "post", f"{one}/confirm", {"is_so": True, "words": "seen"}, 409)
    send(client, "post", f"{one}/notes", {"text": "in review"}, 204)
    closed = send(client, "post", f"{one}/state", {"state": "unproven", "reason": "nothing can show it"})
    assert (closed["state"], closed["state_reason"]) == ("unproven", "nothing can show it")
    notes = client.get(f"{one}/notes").json()["items"]
    assert [note["state"] or note["kind"] for note in notes] == ["unproven", "note", "done", "edit", "open"]
    assert client.get(one)["ETag"]


def test_names_that_lead_nowhere_are_mistakes_of_their_field(client: Client, cast: Cast) -> None:
    hidden = SloFactory(sli__source__team=cast.search)
    for field, value in {"slo": hidden.name, "experiment": "x", "service": "x", "incident": 99}.items():
        wrong = send(client, "post", ACTIONS, {"team": "payments", "title": "x", field: value}, 422)
        assert wrong["error"]["details"][0]["field"] == field


def test_lists_are_narrowed_and_ask_the_same_number_of_queries_for_any_number(client: Client, cast: Cast) -> None:
    today = timezone.now().date()
    late: Action = ActionFactory(team=cast.payments, title="Late", due_on=today - timedelta(days=2), owner=cast.editor)
    ActionFactory(team=cast.payments, title="Soon", due_on=today + timedelta(days=2), kind="detect")
    for query in ("overdue=true", "kind=prevent", f"owner_id={cast.editor.pk}", "q=late", "state=open&q=late"):
        assert [one["number"] for one in client.get(f"{ACTIONS}?{query}").json()["items"]] == [late.pk], query
    few = queries_of(client, ACTIONS)
    ActionFactory.create_batch(20, team=cast.payments, incident=IncidentFactory(team=cast.payments))
    assert queries_of(client, ACTIONS) == few <= 8


def test_a_team_chooses_when_it_is_reminded(bearer: Bearer, client: Client, cast: Cast) -> None:
    path = f"{ACTIONS}/settings/payments"
    assert client.get(path).json()["remind_days"] == 3
    body = {"remind_days": 1, "weekly_max": 2, "escalate_days": 5, "escalations_max": 1, "revision": 0}
    send(client, "put", path, body, 403)
    editor = bearer(team=cast.payments, role=Role.EDITOR)
    ChannelFactory(team=cast.payments, name="room")
    send(editor, "put", path, body | {"channel": "nowhere"}, 422)
    assert send(editor, "put", path, body | {"channel": "room"})["channel"] == "room"
    send(editor, "put", path, body, 409)
