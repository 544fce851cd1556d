"""What GET answers is sent back unchanged; what people write who know other tools is understood or refused in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from incidents.oncall.models import Override, Schedule, ScheduleVersion
from reliability.access.models import AuditEntry
from tests.cast import Cast
from tests.oncall.rota import document, layer

pytestmark = pytest.mark.django_db
PATH = "/api/v1/schedules/payments-primary"
MARCH = "?shifts_from=2026-03-23T00:00:00Z&shifts_to=2026-04-14T00:00:00Z"


def put(client: Client, body: dict[str, Any], query: str = "", **headers: str) -> Any:
    return client.put(PATH + query, data=body, content_type="application/json", headers=headers)


@pytest.fixture
def editor(cast: Cast, now: Any, as_: Callable[[str], Client]) -> Client:
    return as_("editor")


def test_an_answer_sent_back_changes_nothing(cast: Cast, editor: Client) -> None:
    declared = {"start": "2026-04-01T09:00", "end": "2026-04-02T09:00", "user": cast.viewer.email, "reason": "leave"}
    office = [{"weekdays": ["mon"], "start": "22:00", "end": "06:00"}]
    custom: dict[str, Any] = {
        "unit": "custom",
        "handoffs": [{"weekday": "fri", "time": "17:00"}],
        "end": "2027-01-01T00:00",
    }
    layers = [
        layer(cast.editor, cast.responder, restrictions=office),
        {**layer(cast.editor, name="Other", **custom), "time_zone": "Australia/Lord_Howe"},
    ]
    put(editor, document(*layers, overrides=[declared]))
    by_hand = {**declared, "start": "2026-04-05T09:00", "end": "2026-04-06T09:00", "replaces": cast.editor.email}
    assert editor.post(f"{PATH}/overrides", data=by_hand, content_type="application/json").status_code == 201
    read = editor.get(PATH + MARCH).json()
    rows = (AuditEntry.objects.count(), ScheduleVersion.objects.count(), Override.objects.count())
    answer = put(editor, read, MARCH)
    assert answer.status_code == 200, answer.content
    assert answer.json() == read
    assert (AuditEntry.objects.count(), ScheduleVersion.objects.count(), Override.objects.count()) == rows


def test_an_override_by_hand_that_is_gone_is_not_made_again(cast: Cast, editor: Client) -> None:
    put(editor, document(layer(cast.editor)))
    by_hand = {"start": "2026-04-05T09:00", "end": "2026-04-06T09:00", "user": cast.viewer.email}
    made = editor.post(f"{PATH}/overrides", data=by_hand, content_type="application/json").json()
    read = editor.get(PATH).json()
    editor.delete(f"{PATH}/overrides/{made['id']}")
    answer = put(editor, read)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"] == "overrides[0]"


def test_a_document_of_another_address_is_refused(cast: Cast, editor: Client) -> None:
    answer = put(editor, {**document(layer(cast.editor)), "slug": "payments-second"})
    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (422, "slug")


def test_the_tag_of_what_was_read_guards_an_edit(cast: Cast, editor: Client) -> None:
    tag = put(editor, document(layer(cast.editor)))["ETag"]
    assert put(editor, document(layer(cast.responder)), **{"If-Match": tag}).status_code == 200
    assert put(editor, document(layer(cast.viewer)), **{"If-Match": tag}).status_code == 412


def test_a_change_ahead_sent_again_changes_nothing(cast: Cast, editor: Client) -> None:
    put(editor, document(layer(cast.editor)))
    ahead = {**document(layer(cast.responder)), "effective_from": "2026-04-05T00:00:00Z"}
    first = put(editor, ahead, MARCH).json()
    audited = AuditEntry.objects.count()
    assert put(editor, ahead, MARCH).json() == first
    assert AuditEntry.objects.count() == audited


@pytest.mark.parametrize(
    ("written", "unit"),
    [("weeks", "week"), ("Weekly", "week"), ("days", "day"), ("daily", "day"), ("hourly", "hour"), ("months", "month")],
)
def test_units_are_read_as_people_say_them(cast: Cast, editor: Client, written: str, unit: str) -> None:
    answer = put(editor, document(layer(cast.editor, unit=written)))
    assert answer.json()["layers"][0]["rotation"]["unit"] == unit


@pytest.mark.parametrize(
    ("written", "read"),
    [(["Monday", "FRI", "tues", "thurs"], ["mon", "tue", "thu", "fri"]), ([], None), (["weds"], ["wed"])],
)
def test_weekdays_are_read_as_people_say_them(
    cast: Cast, editor: Client, written: list[str], read: list[str] | None
) -> None:
    hours = [{"weekdays": written, "start": "9:00", "end": "17:00"}]
    answer = put(editor, document(layer(cast.editor, restrictions=hours)))
    every = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    assert answer.json()["layers"][0]["restrictions"] == [{"weekdays": read or every, "start": "09:00", "end": "17:00"}]


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"restrictions": [{"weekdays": [1]}]}, "layers[0].restrictions[0].weekdays[0]", "numbers mean different days"),
        ({"participants": [7]}, "layers[0].rotation.participants[0]", "must be an email address"),
        ({"participants": [{"email": "editor@example.org"}]}, "layers[0].rotation.participants[0]", "email address"),
    ],
    ids=["a weekday as a number", "a person as a number", "a person as an object"],
)
def test_what_could_mean_several_things_is_refused_in_words(
    cast: Cast, editor: Client, change: dict[str, Any], field: str, said: str
) -> None:
    answer = put(editor, document(layer(cast.editor, **change)))
    assert answer.status_code == 422
    [detail] = answer.json()["error"]["details"]
    assert detail["field"] == field
    assert said in detail["message"]


def test_somebody_deactivated_keeps_their_turns_when_something_else_is_edited(
    cast: Cast, editor: Client, as_: Callable[[str], Client]
) -> None:
    put(editor, document(layer(cast.editor, cast.responder, cast.viewer)))
    cast.responder.is_active = False
    cast.responder.save()
    read = editor.get(PATH).json()
    answer = put(editor, {**read, "description": "as before"})
    assert answer.status_code == 200, answer.content
    assert answer.json()["layers"] == read["layers"]
    assert ScheduleVersion.objects.count() == 1
    shown = editor.get("/oncall/payments-primary/edit/").content.decode()
    assert f'value="{cast.responder.pk}" selected' in shown
    override = {"start": "2026-04-05T09:00", "end": "2026-04-06T09:00", "user": cast.responder.email}
    refused = editor.post(f"{PATH}/overrides", data=override, content_type="application/json")
    assert refused.status_code == 422, "nobody would be paged"


def test_the_audit_trail_names_people_and_layers(cast: Cast, editor: Client) -> None:
    put(editor, document(layer(cast.editor), layer(cast.viewer, name="Backup", priority=0)))
    put(editor, document(layer(cast.editor, cast.responder), layer(cast.viewer, name="Backup", priority=0)))
    editor.delete(PATH)
    told = {entry.action: entry.changes for entry in AuditEntry.objects.filter(object_kind="schedule")}
    week = "1 week from 2026-01-05T09:00; priority"
    assert told["schedule.create"]["layer Backup"] == [None, f"Viewer; {week} 0"]
    assert told["schedule.update"] == {"layer Primary": [f"Editor; {week} 1", f"Editor, Responder; {week} 1"]}
    assert told["schedule.delete"]["layer Primary"] == [f"Editor, Responder; {week} 1", None]
    assert not Schedule.objects.exists()
