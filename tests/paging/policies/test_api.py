"""Escalation policies over the API and from files: one document, brought about as a whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from incidents.oncall.declared import declared_kinds
from incidents.oncall.models import Schedule
from incidents.paging.models import EscalationPolicy
from reliability.access.domain.caller import Role
from reliability.access.models import AuditEntry
from reliability.channels.models import Channel
from reliability.web.errors import Invalid
from tests.cast import Cast, ContactMethodFactory, ScheduleFactory, ServiceFactory
from tests.paging.policies.conftest import rota
from tests.queries import queries_of

PATH = "/api/v1/escalation-policies/payments-urgent"
Bearer = Callable[..., Client]


@pytest.fixture
def document(cast: Cast, schedule: Schedule, channel: Channel) -> dict[str, Any]:
    ServiceFactory(team=cast.payments, name="checkout")
    return {
        "title": "Payments, urgent",
        "team": "payments",
        "description": "",
        "repeat": 1,
        "ack_timeout": "30m",
        "is_default": True,
        "steps": [
            {"delay": "5m", "round_robin": False, "targets": [{"schedule": "primary"}]},
            {
                "delay": "1h30m",
                "round_robin": True,
                "targets": [{"user": "administrator@example.org"}, {"team": "payments"}],
            },
        ],
        "last_resort": {"delay": "15m", "round_robin": False, "targets": [{"channel": "chat"}]},
        "services": ["checkout"],
    }


@pytest.fixture
def editor(cast: Cast, bearer: Bearer) -> Client:
    return bearer(team=cast.payments, role=Role.EDITOR)


def put(client: Client, body: dict[str, Any], path: str = PATH, **headers: str) -> Any:
    return client.put(path, body, content_type="application/json", headers=headers)


def written(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer as a document: without what the product adds, and without what is not named."""
    kept = {
        name: value
        for name, value in answer.items()
        if name not in ("slug", "revision", "updated_by", "created_at", "updated_at", "warnings")
    }
    for step in [*kept["steps"], *([kept["last_resort"]] if kept["last_resort"] else [])]:
        step["targets"] = [{noun: name for noun, name in target.items() if name} for target in step["targets"]]
    return kept


def test_a_policy_is_created_read_back_and_put_again_without_a_change(editor: Client, document: dict[str, Any]) -> None:
    created = put(editor, document)
    assert (created.status_code, created["ETag"]) == (201, '"1"'), created.json()
    read = editor.get(PATH).json()
    assert written(read) == document
    again = put(editor, written(editor.get(PATH).json()))
    assert (again.status_code, again.json()["revision"]) == (200, 1)
    assert AuditEntry.objects.filter(object_kind="escalation_policy").count() == 1


def test_what_is_left_out_stays(editor: Client, document: dict[str, Any]) -> None:
    put(editor, document)
    changed = put(editor, {"repeat": 0, "ack_timeout": None})
    assert changed.status_code == 200
    assert written(changed.json()) == document | {"repeat": 0, "ack_timeout": None}


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        pytest.param({"steps": []}, "steps", "name at least one step", id="no steps"),
        pytest.param(
            {"steps": [{"delay": "5 min", "targets": [{"team": "payments"}]}]},
            "steps[0].delay",
            "not a duration",
            id="a delay in other words",
        ),
        pytest.param(
            {"steps": [{"delay": "90s", "targets": [{"team": "payments"}]}]},
            "steps[0].delay",
            "whole minutes",
            id="a delay in seconds",
        ),
        pytest.param(
            {"steps": [{"delay": "5m", "targets": [{"team": "payments", "user": "a@b.c"}]}]},
            "steps[0].targets[0]",
            "exactly one of",
            id="two in one target",
        ),
        pytest.param(
            {"steps": [{"delay": "5m", "targets": [{"user": "outsider@example.org"}]}]},
            "steps[0].targets[0].user",
            "not yours to see",
            id="a person of another team",
        ),
        pytest.param(
            {"steps": [{"delay": "5m", "targets": [{"hidden": 10**9}]}]},
            "steps[0].targets[0].hidden",
            "no such target",
            id="a hidden target that it never had",
        ),
        pytest.param({"services": ["search"]}, "services[0]", "not yours to see", id="an unknown service"),
        pytest.param({"team": "search"}, "team", "stays with its team", id="another team"),
        pytest.param({"repeat": 10}, "repeat", "0 to 9", id="too many passes"),
    ],
)
def test_mistakes_have_paths(
    editor: Client, document: dict[str, Any], change: dict[str, Any], path: str, words: str
) -> None:
    put(editor, document)
    refused = put(editor, document | change)
    assert refused.status_code == 422, refused.json()
    [detail] = refused.json()["error"]["details"]
    assert detail["field"] == path
    assert words in detail["message"]


def test_two_editors_at_once_are_told(editor: Client, document: dict[str, Any]) -> None:
    put(editor, document)
    put(editor, {"repeat": 2}, **{"If-Match": '"1"'})
    assert put(editor, {"repeat": 3}, **{"If-Match": '"1"'}).status_code == 412
    assert put(editor, {"repeat": 3, "revision": 1}).status_code == 409
    assert editor.get(PATH).json()["repeat"] == 2


def test_hidden_targets_are_numbers_and_stay_when_sent_back(
    cast: Cast, bearer: Bearer, editor: Client, document: dict[str, Any]
) -> None:
    ScheduleFactory(team=cast.search, slug="search-secret", title="Search secret")
    chief = bearer(team=None, role=Role.ADMINISTRATOR)
    steps = [{"delay": "5m", "targets": [{"schedule": "search-secret"}, {"team": "search"}]}]
    put(chief, document | {"steps": steps})
    text = editor.get(PATH).content.decode()
    assert "search" not in text
    read = editor.get(PATH).json()
    assert all(target["hidden"] for target in read["steps"][0]["targets"])
    changed = put(editor, written(read) | {"repeat": 4})
    assert changed.status_code == 200, changed.json()
    assert written(chief.get(PATH).json())["steps"][0]["targets"] == steps[0]["targets"]


def test_deleting_says_what_still_uses_it(editor: Client, document: dict[str, Any]) -> None:
    put(editor, document)
    assert editor.delete(PATH).status_code == 409
    put(editor, {"is_default": False, "services": []})
    assert editor.delete(PATH).status_code == 204
    assert editor.get(PATH).status_code == 404


def test_the_simulation_tells_who_when_by_what_and_why(cast: Cast, editor: Client, document: dict[str, Any]) -> None:
    ContactMethodFactory(user=cast.editor, kind="sms")
    put(editor, document)
    answer = editor.get(f"{PATH}/simulation?at=2026-03-02T14:00:00Z&urgency=normal&ack=7m")
    assert answer.status_code == 200, answer.json()
    found = answer.json()
    first = found["stages"][0]
    assert (first["kind"], first["step"], first["pass"], first["at"]) == ("step", 1, 1, "2026-03-02T14:00:00Z")
    assert first["told"] == [
        {
            "at": "2026-03-02T14:00:00Z",
            "who": "Editor",
            "by": "SMS",
            "why": "on call in Payments primary, step 1",
            "how": "at once: no rules, so every contact method is told",
            "held": False,
            "void": False,
        }
    ]
    assert [stage["at"] for stage in found["stages"]] == ["2026-03-02T14:00:00Z", "2026-03-02T14:05:00Z"]
    assert found["acknowledged_at"] == "2026-03-02T14:07:00Z"
    assert found["lapse"]["at"] == "2026-03-02T14:37:00Z"
    assert [warning["kind"] for warning in found["warnings"]] == ["no_contact_method"]


def test_the_list_costs_the_same_for_one_and_many(editor: Client, document: dict[str, Any]) -> None:
    list_path = "/api/v1/escalation-policies"
    put(editor, document)
    one = queries_of(editor, list_path)
    for number in range(5):
        put(editor, document, path=f"{list_path}/policy-{number}")
    assert queries_of(editor, list_path) == one
    assert editor.get(f"{list_path}?q=urgent&team=payments").json()["total"] == 6


def test_files_bring_about_services_and_policies(cast: Cast, schedule: Schedule, now: datetime) -> None:
    kinds = declared_kinds()
    assert kinds["Service"].order < kinds["Schedule"].order < kinds["EscalationPolicy"].order
    caller = cast.caller("editor")

    def apply(kind: str, name: str, spec: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
        applied = kinds[kind].apply(caller=caller, name=name, spec=spec, now=now)
        return applied.change, applied.details

    service = {"title": "Checkout", "team": "payments", "tier": 1}
    policy = {"steps": [{"delay": 5, "targets": [{"schedule": "primary"}]}], "services": ["checkout"]}
    assert apply("Service", "checkout", service) == ("added", ())
    assert apply("Service", "checkout", service) == ("unchanged", ())
    assert apply("Service", "checkout", service | {"tier": 2}) == ("changed", ("tier",))
    assert apply("EscalationPolicy", "payments-urgent", policy) == ("added", ())
    assert apply("EscalationPolicy", "payments-urgent", policy) == ("unchanged", ())
    assert apply("EscalationPolicy", "payments-urgent", policy | {"repeat": 2}) == ("changed", ("repeat",))
    assert EscalationPolicy.objects.get().title == "Payments urgent"


@pytest.mark.parametrize(
    ("kind", "spec", "field"),
    [
        ("Service", {"team": "payments", "teir": 1}, "teir"),
        ("Service", {"team": "payments", "tier": "one"}, "tier"),
        ("Service", {"team": "search"}, "team"),
        ("EscalationPolicy", {"steps": "all of us"}, "steps"),
        ("EscalationPolicy", {"steps": [7]}, "steps[0]"),
        ("EscalationPolicy", {"steps": [], "repeat": True}, "repeat"),
        ("EscalationPolicy", {}, "steps"),
    ],
)
def test_a_file_with_mistakes_is_refused_at_its_path(
    cast: Cast, now: datetime, kind: str, spec: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        declared_kinds()[kind].apply(caller=cast.caller("editor"), name="thing", spec=spec, now=now)
    assert field in [detail["field"] for detail in refusal.value.details]


def test_the_simulation_refuses_what_is_no_instant(editor: Client, document: dict[str, Any], cast: Cast) -> None:
    put(editor, document)
    for query in ("at=soon", "urgency=loud", "ack=never", "when=now"):
        assert editor.get(f"{PATH}/simulation?{query}").status_code == 422


def test_a_rota_on_duty_is_the_one_that_pages(cast: Cast, schedule: Schedule) -> None:
    """The fixture's rota is real: otherwise the simulations above would prove nothing."""
    assert rota(cast.editor, cast.responder)["layers"][0] == schedule.versions.get().definition["layers"][0]


def test_an_answer_sent_back_changes_nothing(cast: Cast, as_: Callable[[str], Client]) -> None:
    client = as_("editor")
    path = "/api/v1/escalation-policies/round-trip"
    body = {
        "team": "payments",
        "steps": [{"delay": "5m", "targets": [{"user": cast.responder.email}, {"team": "payments"}]}],
        "ack_timeout": "30m",
    }
    made = client.put(path, data=body, content_type="application/json")
    assert made.status_code == 201, made.content
    read = client.get(path).json()
    again = client.put(path, data=read, content_type="application/json")
    assert (again.status_code, again.json()) == (200, read)
    elsewhere = client.put(path, data={**read, "slug": "other"}, content_type="application/json")
    assert elsewhere.json()["error"]["details"][0]["field"] == "slug"


def test_a_deactivated_person_stays_when_something_else_is_edited(cast: Cast, as_: Callable[[str], Client]) -> None:
    client = as_("editor")
    path = "/api/v1/escalation-policies/who-left"
    targets = [{"user": cast.responder.email}, {"user": cast.viewer.email}]
    body = {"team": "payments", "steps": [{"delay": "5m", "round_robin": True, "targets": targets}]}
    assert client.put(path, data=body, content_type="application/json").status_code == 201
    cast.responder.is_active = False
    cast.responder.save(update_fields=("is_active",))
    read = client.get(path).json()
    answer = client.put(path, data={**read, "repeat": 2}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert answer.json()["steps"] == read["steps"]
    shown = client.get("/escalation-policies/who-left/edit/").content.decode()
    assert 'value="hidden:' in shown
    fresh = client.put(f"{path}-2", data=body, content_type="application/json")
    assert fresh.status_code == 422, "nobody new is named who cannot be paged"
