"""Schedules as documents over the API, and the one answer to: who is on call?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.oncall.models import Override, Schedule, ScheduleVersion
from reliability.access.domain.caller import Role
from reliability.access.models import AuditEntry
from tests.cast import Cast, EscalationPolicyFactory, PolicyStepFactory, StepTargetFactory
from tests.oncall.rota import document, layer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PATH = "/api/v1/schedules/payments-primary"
WHO = "/api/v1/oncall/payments-primary"
EARLY = {"start": "2026-04-02", "end": "2026-04-01", "user": "editor@example.org"}
MARCH = "?shifts_from=2026-03-23T00:00:00Z&shifts_to=2026-04-14T00:00:00Z"


@pytest.fixture
def editor(cast: Cast, as_: Callable[[str], Client]) -> Client:
    return as_("editor")


def put(client: Client, body: dict[str, Any], query: str = "", path: str = PATH) -> Any:
    return client.put(path + query, data=body, content_type="application/json")


def told(answer: dict[str, Any]) -> list[str]:
    return [f"{shift['start'][5:16]} {shift['user'].split('@')[0]}" for shift in answer["shifts"]]


def test_a_document_makes_a_schedule_and_is_answered_with_its_final_shifts(cast: Cast, editor: Client) -> None:
    body = document(
        layer(cast.editor, cast.responder, priority=2),
        overrides=[{"start": "2026-04-01T09:00", "end": "2026-04-02T09:00", "user": cast.administrator.email}],
    )
    answer = put(editor, body, MARCH)
    assert answer.status_code == 201, answer.content
    assert told(answer.json()) == [
        "03-23T00:00 editor",
        "03-23T08:00 responder",
        "03-30T07:00 editor",  # summer time began on the 29th: still nine o'clock
        "04-01T07:00 administrator",
        "04-02T07:00 editor",
        "04-06T07:00 responder",
        "04-13T07:00 editor",
    ]
    assert answer.json()["gaps"] == []
    assert answer.json()["layers"][0]["rotation"]["participants"] == [cast.editor.email, cast.responder.email]


def test_sending_a_document_again_changes_nothing(cast: Cast, editor: Client, time_machine: Any) -> None:
    time_machine.move_to("2026-03-31T12:00:30Z", tick=False)  # warnings begin at the second of the answer
    override = {"start": "2026-04-01T09:00", "end": "2026-04-02T09:00", "user": cast.viewer.email, "reason": "leave"}
    body = document(layer(cast.editor, cast.responder), overrides=[override])
    first = put(editor, body, MARCH)
    audited = AuditEntry.objects.count()
    again = put(editor, body, MARCH)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert (ScheduleVersion.objects.count(), Override.objects.count()) == (1, 1)
    assert AuditEntry.objects.count() == audited


def test_utc_instants_and_local_times_name_the_same_moments(cast: Cast, editor: Client) -> None:
    local = put(editor, document(layer(cast.editor, cast.responder)), MARCH).json()
    utc = document(layer(cast.editor, cast.responder, start="2026-01-05T08:00:00Z"))
    again = put(editor, utc, MARCH)
    assert again.json()["shifts"] == local["shifts"]
    assert again.json()["revision"] == 1


def test_a_changed_rotation_holds_from_now_on_and_the_past_stays(cast: Cast, editor: Client, time_machine: Any) -> None:
    time_machine.move_to("2026-03-31T12:00:30Z", tick=False)
    put(editor, document(layer(cast.editor)))
    answer = put(editor, document(layer(cast.responder)), MARCH)
    assert told(answer.json()) == ["03-23T00:00 editor", "03-31T12:00 responder"]
    assert answer.json()["revision"] == 2
    chosen = {**document(layer(cast.viewer)), "effective_from": "2026-04-05T00:00:00Z"}
    assert told(put(editor, chosen, MARCH).json()) == [
        "03-23T00:00 editor",
        "03-31T12:00 responder",
        "04-05T00:00 viewer",
    ]


def test_declared_overrides_follow_the_document_and_those_made_by_hand_stay(cast: Cast, editor: Client) -> None:
    declared = {"start": "2030-04-01T09:00", "end": "2030-04-02T09:00", "user": cast.viewer.email}
    by_hand = {**declared, "start": "2030-05-01T09:00", "end": "2030-05-02T09:00"}
    put(editor, document(layer(cast.editor), overrides=[declared]))
    made = editor.post(f"{PATH}/overrides", data=by_hand, content_type="application/json")
    assert made.status_code == 201, made.content
    put(editor, document(layer(cast.editor)))
    assert len(editor.get(f"{PATH}/overrides").json()) == 2, "a document that does not speak of overrides leaves them"
    put(editor, document(layer(cast.editor), overrides=[]))
    left = editor.get(f"{PATH}/overrides").json()
    assert [(entry["start"], entry["is_declared"]) for entry in left] == [("2030-05-01T07:00:00Z", False)]


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"time_zone": "Europe/Berln"}, "time_zone", "did you mean Europe/Berlin"),
        ({"unit": "fortnight"}, "layers[0].rotation.unit", "hour, day, week, month, custom"),
        ({"length": 0}, "layers[0].rotation.length", "from 1 to 104"),
        ({"start": "tomorrow"}, "layers[0].rotation.start", "2026-03-02T09:00"),
        ({"participants": []}, "layers[0].rotation.participants", "at least one person"),
        ({"participants": ["nobody@example.org"]}, "layers[0].rotation.participants[0]", "active member"),
        ({"participants": ["outsider@example.org"]}, "layers[0].rotation.participants[0]", "active member"),
        ({"restrictions": [{"start": "25:00"}]}, "layers[0].restrictions[0].start", "09:00"),
        ({"restrictions": [{"weekdays": ["moonday"]}]}, "layers[0].restrictions[0].weekdays[0]", "mon, tue"),
        ({"overrides": [EARLY]}, "overrides[0].end", "later than start"),
        ({"overrides": [{**EARLY, "end": "2026-04-03", "user": "x@y.z"}]}, "overrides[0].user", "x@y.z"),
    ],
    ids=[
        "a misspelt zone", "an unknown unit", "no length", "no moment", "no people", "nobody", "one of another team",
        "no hour", "no weekday", "an override that ends early", "an override by nobody",
    ],
)  # fmt: skip
def test_a_mistake_names_its_path_and_what_to_write(
    cast: Cast, editor: Client, change: dict[str, Any], path: str, said: str
) -> None:
    top = {name: value for name, value in change.items() if name in ("time_zone", "overrides")}
    body = {**document(layer(cast.editor, **{k: v for k, v in change.items() if k not in top})), **top}
    answer = put(editor, body)
    assert answer.status_code == 422, answer.content
    details = answer.json()["error"]["details"]
    assert [detail["field"] for detail in details] == [path]
    assert answer.json()["error"]["message"] == f"{path}: {details[0]['message']}"
    assert said in details[0]["message"]
    assert not Schedule.objects.exists()


def test_two_who_edit_at_once_are_told_of_each_other(cast: Cast, editor: Client) -> None:
    put(editor, document(layer(cast.editor)))
    put(editor, {**document(layer(cast.responder)), "revision": 1})
    answer = put(editor, {**document(layer(cast.viewer)), "revision": 1})
    assert answer.status_code == 409
    assert "Editor changed this schedule" in answer.json()["error"]["message"]


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("responder", 403), ("outsider", 422), ("editor", 201)])
def test_only_editors_of_the_team_make_schedules(
    cast: Cast, as_: Callable[[str], Client], role: str, status: int
) -> None:
    assert put(as_(role), document(layer(cast.editor))).status_code == status


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("responder", 201), ("outsider", 404)])
def test_responders_override_and_others_do_not(
    cast: Cast, as_: Callable[[str], Client], editor: Client, role: str, status: int
) -> None:
    put(editor, document(layer(cast.editor)))
    body = {"start": "2030-04-01T09:00", "end": "2030-04-02T09:00", "user": cast.responder.email}
    answer = as_(role).post(f"{PATH}/overrides", data=body, content_type="application/json")
    assert answer.status_code == status, answer.content


def test_who_is_on_call_at_an_instant_and_until_when(cast: Cast, editor: Client) -> None:
    put(editor, document(layer(cast.editor, cast.responder)))
    answer = editor.get(f"{WHO}?at=2026-03-30T07:00:00Z").json()
    assert answer == {
        "schedule": "payments-primary",
        "title": "Payments primary",
        "at": "2026-03-30T07:00:00Z",
        "on_call": [{"email": cast.editor.email, "name": "Editor"}],
        "until": "2026-04-06T07:00:00Z",
    }
    assert editor.get(f"{WHO}?at=2026-03-30T06:59:59Z").json()["on_call"][0]["email"] == cast.responder.email
    assert editor.get(f"{WHO}?at=2025-12-31T00:00:00Z").json()["on_call"] == []


def test_a_period_is_answered_with_shifts_and_gaps(cast: Cast, editor: Client) -> None:
    office = [{"weekdays": ["mon", "tue"], "start": "09:00", "end": "17:00"}]
    put(editor, document(layer(cast.editor, restrictions=office)))
    answer = editor.get(f"{WHO}?from=2026-03-30T00:00:00Z&to=2026-04-01T00:00:00Z").json()
    assert [(shift["start"], shift["end"]) for shift in answer["shifts"]] == [
        ("2026-03-30T07:00:00Z", "2026-03-30T15:00:00Z"),
        ("2026-03-31T07:00:00Z", "2026-03-31T15:00:00Z"),
    ]
    assert [gap["start"][5:13] for gap in answer["gaps"]] == ["03-30T00", "03-30T15", "03-31T15"]


@pytest.mark.parametrize(
    "query",
    ["?from=2026-01-01T00:00:00Z", "?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
     "?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "?at=tuesday"],
    ids=["half a period", "a period that ends early", "more than two years", "no instant"],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(cast: Cast, editor: Client, query: str) -> None:
    put(editor, document(layer(cast.editor)))
    assert editor.get(WHO + query).status_code == 422


def test_a_schedule_that_a_policy_pages_by_is_not_deleted(cast: Cast, editor: Client) -> None:
    put(editor, document(layer(cast.editor)))
    policy = EscalationPolicyFactory(team=cast.payments, title="Checkout")
    target = StepTargetFactory(step=PolicyStepFactory(policy=policy), schedule=Schedule.objects.get())
    refused = editor.delete(PATH)
    assert refused.status_code == 409
    assert "Checkout" in refused.json()["error"]["message"]
    target.delete()
    assert editor.delete(PATH).status_code == 204
    assert editor.get(PATH).status_code == 404


def test_the_list_costs_the_same_queries_for_one_schedule_and_for_twenty(cast: Cast, editor: Client) -> None:
    counts = []
    for number in range(20):
        put(editor, document(layer(cast.editor, cast.responder)), path=f"/api/v1/schedules/rota-{number}")
        if number in (0, 19):
            with CaptureQueriesContext(connection) as queries:
                answer = editor.get("/api/v1/schedules")
            counts.append(len(queries))
    assert answer.json()["total"] == 20
    assert answer.json()["items"][0]["on_call"][0]["email"] in {cast.editor.email, cast.responder.email}
    assert counts[0] == counts[1] <= 10


def test_bounds_hold_at_the_bound(cast: Cast, editor: Client, settings: Any) -> None:
    settings.ONCALL_LAYERS_MAX = 2
    settings.ONCALL_PARTICIPANTS_MAX = 3
    settings.ONCALL_OVERRIDES_MAX = 1
    layers = [layer(cast.editor, name=f"L{number}") for number in range(3)]
    assert put(editor, document(*layers[:2])).status_code == 201
    assert put(editor, document(*layers)).status_code == 422
    assert put(editor, document(layer(*[cast.editor] * 3))).status_code == 200
    assert put(editor, document(layer(*[cast.editor] * 4))).status_code == 422
    override = {"start": "2030-04-01T09:00", "end": "2030-04-02T09:00", "user": cast.responder.email}
    codes = [editor.post(f"{PATH}/overrides", data=override, content_type="application/json").status_code for _ in "ab"]
    assert codes == [201, 409]


def test_versions_beyond_the_bound_are_forgotten_oldest_first(
    cast: Cast, editor: Client, settings: Any, time_machine: Any
) -> None:
    settings.ONCALL_VERSIONS_MAX = 3
    for hour in range(6):
        time_machine.move_to(f"2026-03-31T{hour:02}:00:00Z", tick=False)
        put(editor, document(layer(*[cast.editor, cast.responder][: 1 + hour % 2], name=f"L{hour}")))
    assert [version.definition["layers"][0]["name"] for version in ScheduleVersion.objects.all()] == ["L3", "L4", "L5"]


def test_a_token_of_the_team_may_do_it_too(cast: Cast, bearer: Callable[..., Client]) -> None:
    client = bearer(team=cast.payments, role=Role.EDITOR)
    body = {**document(layer(cast.editor))}
    del body["team"]
    assert put(client, body).status_code == 201, "its only team is meant"
    assert client.get(f"{WHO}").status_code == 200
