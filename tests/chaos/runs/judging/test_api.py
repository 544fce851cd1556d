"""Runs, the stop, policies and resilience by the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from chaos.runs.domain.states import State
from chaos.runs.domain.verdict import RunEnd, StopKind
from chaos.runs.models import GuardPolicy, Run
from chaos.runs.services import guards
from chaos.runs.services.concluding import conclude
from tests.cast import Cast, ChannelFactory, RunFactory

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _time_stands_still(now: datetime, time_machine: Any) -> None:
    time_machine.move_to(now, tick=False)


def post(client: Client, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    return client.post(f"/api/v1/chaos/{path}", body or {}, content_type="application/json", headers=headers)


def put(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.put(f"/api/v1/chaos/{path}", body, content_type="application/json")


def get(client: Client, path: str) -> Any:
    return client.get(f"/api/v1/chaos/{path}")


def test_a_run_is_asked_for_once_for_each_key(as_: As, run: Run) -> None:
    responder, body = as_("responder"), {"experiment": "orders-survive", "reason": "before the sale"}
    first = post(responder, "runs", body, idempotency_key="k1")
    assert first.status_code == 201, first.content
    again = post(responder, "runs", body, idempotency_key="k1")
    assert again.json()["number"] == first.json()["number"]
    assert Run.objects.count() == 2
    found = first.json()
    assert (found["origin"], found["state"], found["team"], found["service"]) == (
        "api",
        "waiting",
        "payments",
        "orders",
    )


def test_a_key_with_another_body_is_refused(as_: As, run: Run, now: datetime, time_machine: Any) -> None:
    responder = as_("responder")
    post(responder, "runs", {"experiment": "orders-survive"}, idempotency_key="k1")
    time_machine.move_to(now + timedelta(seconds=1), tick=False)
    answered = post(responder, "runs", {"experiment": "orders-survive", "mode": "dry"}, idempotency_key="k1")
    assert (answered.status_code, answered.json()["error"]["reason"]) == (422, "idempotency_key_reused")
    repeated = post(responder, "runs", {"experiment": "orders-survive"}, idempotency_key="k1")
    assert repeated.headers["Idempotency-Replayed"] == "true"


def test_a_viewer_asks_for_nothing_and_a_strangers_experiment_is_a_mistake(as_: As, run: Run) -> None:
    assert post(as_("viewer"), "runs", {"experiment": "orders-survive"}).status_code == 403
    answered = post(as_("outsider"), "runs", {"experiment": "orders-survive"})
    assert (answered.status_code, answered.json()["error"]["details"][0]["field"]) == (422, "experiment")


def test_the_list_is_filtered_and_costs_the_same_whatever_its_length(
    as_: As, run: Run, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    viewer = as_("viewer")
    RunFactory.create_batch(5, version=run.version, mode="dry")
    get(viewer, "runs")
    with django_assert_num_queries(5):
        found = get(viewer, "runs?team=payments&service=orders&state=waiting").json()
    assert found["total"] == 6
    RunFactory.create_batch(20, version=run.version)
    with django_assert_num_queries(5):
        get(viewer, "runs?team=payments&service=orders&state=waiting")
    assert get(viewer, "runs?mode=dry").json()["total"] == 5
    assert get(viewer, "runs?verdict=held").json()["total"] == 0
    assert get(viewer, "runs?q=survive&experiment=orders-survive").json()["total"] == 26
    assert get(viewer, "runs?state=gone").status_code == 422
    assert get(as_("outsider"), "runs").json()["total"] == 0


def test_a_run_that_waits_is_stopped_at_once(as_: As, run: Run) -> None:
    answered = post(as_("responder"), f"runs/{run.pk}/stop", {"reason": "not now"})
    assert answered.status_code == 200, answered.content
    assert (answered.json()["state"], answered.json()["verdict"]) == ("ended", "aborted")
    assert "not now" in answered.json()["verdict_reasons"][0]
    assert post(as_("responder"), f"runs/{run.pk}/stop").status_code == 409


def test_approving_is_for_persons(as_: As, bearer: Callable[..., Client], run: Run) -> None:
    assert post(as_("administrator"), f"runs/{run.pk}/approve").json()["is_approved"]
    assert post(as_("responder"), f"runs/{run.pk}/approve").status_code == 403
    assert post(as_("editor"), f"runs/{run.pk}/decline").status_code == 422
    answered = post(as_("editor"), f"runs/{run.pk}/decline", {"reason": "peak hour"})
    assert (answered.json()["person"], answered.json()["is_approved"]) == ("Editor", False)


def test_what_guards_said_is_read_with_its_numbers(as_: As, run: Run, now: datetime) -> None:
    guards.before(run=run, now=now)
    found = {one["name"]: one for one in get(as_("viewer"), f"runs/{run.pk}/guards").json()}
    assert found["error_budget"]["answer"] == "go"
    assert found["error_budget"]["data"]["left"] == {"orders": 1.0}


def test_the_log_is_read_on_from_the_last_number(as_: As, run: Run, log: Any, now: datetime) -> None:
    for second in range(5):
        log(now + timedelta(seconds=second), "during")
    viewer = as_("viewer")
    first = get(viewer, f"runs/{run.pk}/events?limit=3").json()
    assert [one["number"] for one in first["items"]] == [1, 2, 3]
    rest = get(viewer, f"runs/{run.pk}/events?after={first['last']}").json()
    assert ([one["number"] for one in rest["items"]], rest["last"]) == ([4, 5], 5)


def test_journal_and_report_of_an_ended_run(as_: As, run: Run, now: datetime) -> None:
    viewer = as_("viewer")
    missing = get(viewer, f"runs/{run.pk}/journal")
    assert (missing.status_code, missing.json()["error"]["reason"]) == (404, "no_journal")
    Run.objects.filter(pk=run.pk).update(state=State.UNDOING, started_at=now)
    end = RunEnd(fence=0, stop=StopKind.PERSON, stop_reason="by Ada", journal={"status": "interrupted"})
    conclude(run=run, end=end, now=now)
    assert get(viewer, f"runs/{run.pk}/journal").json() == {"status": "interrupted"}
    report = get(viewer, f"runs/{run.pk}/report")
    assert report.headers["Content-Type"] == "text/markdown; charset=utf-8"
    text = report.content.decode()
    assert text.startswith(f"# Run {run.pk}: Orders survive\n\n**Aborted**\n\n- stopped by a person: by Ada\n")
    assert text == get(viewer, f"runs/{run.pk}/report").content.decode()


def test_any_responder_stops_all_chaos_and_only_who_pressed_or_the_chief_lifts_it(
    as_: As, run: Run, cast: Cast
) -> None:
    assert get(as_("viewer"), "stop").json()["is_in_force"] is False
    assert post(as_("viewer"), "stop", {"reason": "?"}).status_code == 403
    assert post(as_("outsider"), "stop", {"reason": "smoke"}).json()["is_in_force"] is True
    assert get(as_("viewer"), "stop").json()["reason"] == "smoke"
    assert post(as_("responder"), "stop/lift").status_code == 403
    assert post(as_("outsider"), "stop/lift").json()["is_in_force"] is False
    post(as_("outsider"), "stop", {"reason": "smoke again"})
    assert post(as_("chief"), "stop/lift").json()["lifted_by"] == str(cast.chief)


def test_a_policy_is_written_read_and_taken_away(as_: As, run: Run, cast: Cast, policy: GuardPolicy) -> None:
    ChannelFactory(team=cast.payments, name="orders-room")
    editor, viewer = as_("editor"), as_("viewer")
    assert get(viewer, "policies/services/orders").json()["origin"] == "team"
    body = {"approvals_needed": 1, "channels": ["orders-room"], "people": [cast.viewer.email]}
    written = put(editor, "policies/services/orders", body)
    assert written.status_code == 200, written.content
    found = written.json()
    assert (found["origin"], found["approvals_needed"], found["channels"]) == ("service", 1, ["orders-room"])
    assert found["people"] == [cast.viewer.email]
    assert written.headers["ETag"] == f'"{found["revision"]}"'
    stale = put(editor, "policies/services/orders", {"notice_minutes": 5, "revision": 7})
    assert stale.status_code == 409
    assert put(viewer, "policies/services/orders", {}).status_code == 403
    assert get(viewer, "policies").json()["total"] == 2
    assert editor.delete("/api/v1/chaos/policies/services/orders").status_code == 204
    assert editor.delete("/api/v1/chaos/policies/teams/payments").status_code == 204
    assert get(viewer, "policies/services/orders").json()["origin"] == "defaults"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"spend_most": 2}, "spend_most"),
        ({"approvals_needed": 6}, "approvals_needed"),
        ({"channels": ["nobodys"]}, "channels"),
        ({"people": ["outsider@example.org"]}, "people"),
    ],
)
def test_a_policy_with_a_mistake_names_the_field(as_: As, run: Run, body: dict[str, Any], field: str) -> None:
    answered = put(as_("editor"), "policies/teams/payments", body)
    assert (answered.status_code, answered.json()["error"]["details"][0]["field"]) == (422, field)


def test_resilience_tells_what_was_never_tried(
    as_: As, run: Run, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ended = {"state": "ended", "verdict": "held", "started_at": now, "ended_at": now}
    RunFactory(version=run.version, score=0.5, **ended)
    RunFactory(version=run.version, score=None, **ended)
    RunFactory(version=run.version, score=1.0, mode="dry", **ended)
    viewer = as_("viewer")
    get(viewer, "resilience")
    with django_assert_num_queries(6):
        (found,) = get(viewer, "resilience?team=payments").json()["items"]
    assert (found["service"], found["score"], found["runs"]) == ("orders", 0.5, 1)
    layers = {one["layer"]: one["score"] for one in found["layers"]}
    assert layers["component"] == 0.5
    assert layers["zone"] is None
    assert found["coverage"] == pytest.approx(1 / len(layers))
    assert get(as_("outsider"), "resilience/orders").status_code == 404
