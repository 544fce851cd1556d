"""A whole game day by the API, from the draft to the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries

from chaos.experiments.models import ExperimentVersion
from chaos.gamedays.models import GameDay
from chaos.runs.models import Agent, GuardPolicy
from tests.cast import Cast, GameDayFactory

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
DAYS = "/api/v1/chaos/game-days"


@pytest.fixture(autouse=True)
def _time_stands_still(now: datetime, time_machine: Any) -> None:
    time_machine.move_to(now, tick=False)


def send(client: Client, method: str, path: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
    answer = getattr(client, method)(path, body or {}, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def test_a_whole_day(
    as_: As,
    cast: Cast,
    version: ExperimentVersion,
    policy: GuardPolicy,
    agent: Agent,
    now: datetime,
    time_machine: Any,
) -> None:
    editor, responder, viewer = as_("editor"), as_("responder"), as_("viewer")
    plan: dict[str, Any] = {"team": "payments", "title": "Orders without payments", "zone": "Europe/Berlin"}
    made = send(editor, "post", DAYS, plan, 201)
    day = f"{DAYS}/{made['number']}"
    assert (made["state"], made["starts_at"], made["roles"][0]["kind"]) == ("draft", None, "owner")
    send(editor, "post", f"{day}/plan", status=422)
    plan |= {"starts_at": "2026-03-12T10:00:00Z", "length_minutes": 90, "revision": made["revision"]}
    assert send(editor, "put", day, {k: v for k, v in plan.items() if k != "team"})["revision"] == 2
    send(editor, "put", day, {k: v for k, v in plan.items() if k != "team"} | {"title": "Mine"}, 409)
    body = {"title": "Payments pause", "experiment": "orders-survive", "expected_minutes": 5}
    send(editor, "post", f"{day}/scenarios", body, 201)
    listed = send(editor, "post", f"{day}/scenarios", {"title": "By hand"}, 201)["scenarios"]
    first, second = (one["id"] for one in listed)
    moved = send(editor, "post", f"{day}/scenarios/{second}/move", {"position": 1})["scenarios"]
    assert [one["title"] for one in moved] == ["By hand", "Payments pause"]
    for kind in ("coordinator", "reporter"):
        send(responder, "post", f"{day}/roles", {"kind": kind, "person": cast.viewer.email})
    send(editor, "post", f"{day}/invitations", {"addresses": [cast.viewer.email, "guest@partner.example"]}, 201)
    assert send(editor, "post", f"{day}/plan")["state"] == "planned"
    answers = send(viewer, "post", f"{day}/invitations/answer", {"answer": "accepted", "comment": "with cake"})
    assert {one["name"]: one["answer"] for one in answers} == {"Viewer": "accepted", "guest@partner.example": "none"}
    event: Any = Calendar.from_ical(viewer.get(f"{day}/calendar.ics").content).walk("VEVENT")[0]
    assert event["DTSTART"].dt == datetime.fromisoformat("2026-03-12T10:00:00Z")
    named = {one["name"]: one["is_go"] for one in viewer.get(f"{day}/checks").json()}
    assert named["global_stop"] is True
    refused = send(responder, "post", f"{day}/start", status=409)["error"]
    assert refused["reason"] == "not_go"
    send(responder, "post", f"{day}/go", {"override_reason": "rehearsal"})
    assert send(responder, "post", f"{day}/start")["state"] == "live"
    begun = send(responder, "post", f"{day}/scenarios/{second}/begin")
    assert begun["scenarios"][0]["state"] == "running"
    time_machine.move_to(now + timedelta(seconds=45), tick=False)
    seen = send(responder, "post", f"{day}/observations", {"kind": "noticed", "text": "slow", "by": "Ada"}, 201)
    assert (seen["number"], seen["by"], seen["author"], seen["scenario"]) == (1, "Ada", "Responder", second)
    change = {"kind": "noticed", "text": "very slow", "at": seen["at"], "revision": 1}
    changed = send(responder, "put", f"{day}/observations/1", change)
    assert [one["text"] for one in changed["edits"]] == ["slow"]
    judged = {"held": "yes", "responded": "yes", "faults_gone": "yes"}
    ended = send(responder, "post", f"{day}/scenarios/{second}/end")
    send(
        responder,
        "put",
        f"{day}/scenarios/{second}/judgement",
        judged | {"revision": ended["scenarios"][0]["revision"]},
    )
    send(responder, "post", f"{day}/scenarios/{first}/skip", {"reason": "no time"})
    assert send(responder, "post", f"{day}/finish")["state"] == "wrapping_up"
    send(responder, "put", f"{day}/wrap-up", {"was_right": "yes", "went_well": "Ada"})
    send(responder, "post", f"{day}/findings", {"title": "No alert", "layer": "component"}, 201)
    follow_up = send(
        responder, "post", f"{day}/follow-ups", {"title": "Alert", "kind": "detect", "owner": cast.viewer.email}, 201
    )
    closed = send(responder, "post", f"{day}/close")
    assert (closed["state"], closed["score"]) == ("done", 1.0)
    send(responder, "post", f"{day}/corrections", {"text": "It was Bo"}, 204)
    record = viewer.get(f"{day}/record.md").content.decode()
    assert "very slow" in record
    assert record.endswith("It was Bo\n")
    one = f"/api/v1/chaos/follow-ups/{follow_up['id']}"
    assert send(responder, "post", f"{one}/close", {"state": "done"})["state"] == "done"
    send(responder, "post", f"{one}/close", {"state": "verified"}, 422)


def test_who_may_what(as_: As, planned: GameDay) -> None:
    day = f"{DAYS}/{planned.pk}"
    send(as_("outsider"), "post", f"{day}/go", status=404)
    send(as_("viewer"), "post", f"{day}/go", status=403)
    send(as_("responder"), "post", f"{day}/cancel", {"reason": "x"}, 403)
    send(as_("outsider"), "post", f"{day}/invitations/answer", {"answer": "accepted"}, 404)
    assert as_("outsider").get(f"{day}/invitations").status_code == 404
    assert as_("viewer").get(day).json()["title"] == planned.title


def test_the_list_filters_and_costs_the_same_whatever_is_in_it(
    as_: As, cast: Cast, planned: GameDay, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    viewer = as_("viewer")
    viewer.get(DAYS)
    for count in (0, 12):
        GameDayFactory.create_batch(count, team=cast.payments)
        with django_assert_num_queries(5):
            found = viewer.get(DAYS).json()
    assert found["total"] == 13
    (one,) = viewer.get(f"{DAYS}?state=planned&q=without").json()["items"]
    assert (one["title"], one["scenarios"], one["unanswered"]) == (planned.title, 2, 3)
    assert viewer.get(f"{DAYS}?from=2026-07-01T00:00:00Z").json()["total"] == 12
    assert viewer.get(f"{DAYS}?from=2026-07-01T00:00:00Z&to=2026-06-01T00:00:00Z").status_code == 422
    assert as_("outsider").get(DAYS).json()["total"] == 0
