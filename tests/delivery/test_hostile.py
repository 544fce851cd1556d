"""What strangers, broken senders and clocks send: kept or refused with a reason, never an error of ours."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.test import Client

from reliability.access.domain.caller import SYSTEM, Role, Scope
from reliability.catalog.models import Service
from reliability.delivery.models import DeliveryIntegration, Deployment, RawDelivery
from reliability.delivery.services import integrations, receiving, shipping
from reliability.delivery.services.integrations import Settings
from reliability.delivery.services.receiving import Arrived
from tests.cast import Cast, ServiceFactory
from tests.domain.delivery_payloads import at, recorded
from tests.racing import LINGER_SECONDS, Race

NOW = at(20)
pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(cast: Cast, client: Client) -> Any:
    """Posts a body to an integration of a kind, as its owner does."""
    ServiceFactory(team=cast.payments, name="checkout")
    keys: dict[str, str] = {}

    def post(kind: str, body: bytes, *, content_type: str = "application/json", **headers: str) -> Any:
        if kind not in keys:
            made = integrations.create(
                caller=SYSTEM, team=cast.payments, name=f"our-{kind}", kind=kind, settings=Settings(title=kind), now=NOW
            )
            keys[kind] = made.key.text
        proof = {"Authorization": f"Bearer {keys[kind]}", "X-Gitlab-Token": keys[kind]}
        return client.post(f"/delivery/in/our-{kind}", body, content_type=content_type, headers=proof | headers)

    return post


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


def test_events_of_any_depth_are_answered(sent: Any) -> None:
    event = recorded("cdevents/deployed_0.4.json")
    for number, depth in enumerate((100, 250, 260, 600, 1_000)):
        one = orjson.dumps({**event, "id": f"deep-{number}"}).replace(b'"customData":', b'"customX":')
        text = one[:-1] + b',"data":' + nested(depth) + b"}"
        answer = sent("cloudevents", text, content_type="application/cloudevents+json")
        assert answer.status_code in (400, 422), (depth, answer.content)


def test_of_a_batch_of_cloudevents_the_good_ones_are_taken_and_the_others_kept_with_their_reason(
    sent: Any,
) -> None:
    event = recorded("cdevents/deployed_0.4.json")
    deep = orjson.dumps({**event, "id": "deep"}).replace(
        b'"data":', b'"x":1,"data":' + b"[" * 400 + b"]" * 400 + b',"y":'
    )
    parts = [b'"no event"', orjson.dumps({**event, "source": ""}), deep, orjson.dumps(event)]

    def send(body: bytes) -> Any:
        return sent("cloudevents", body, content_type="application/cloudevents-batch+json")

    answer = send(b"[" + b",".join(parts) + b"]")
    assert answer.status_code == 202, answer.content
    assert answer.json()["states"] == {"done": 1, "rejected": 3}
    assert [(one["index"], one["reason"]) for one in answer.json()["errors"]] == [(n, "invalid") for n in range(3)]
    kept = RawDelivery.objects.filter(state="rejected").order_by("pk")
    assert [row.event for row in kept] == ["", event["type"], event["type"]]
    assert orjson.loads(zlib.decompress(kept[1].body)) == {**event, "source": ""}
    assert Deployment.objects.count() == 1
    again = send(b"[" + b",".join(parts) + b"]").json()["states"]
    assert again == {"rejected": 3, "duplicate": 1}
    assert RawDelivery.objects.count() == 4
    integration = DeliveryIntegration.objects.get()
    receiving.read(integration=integration, rows=list(kept.all()), now=NOW)
    assert RawDelivery.objects.filter(state="rejected").count() == 3, "read again they are no events either"
    assert send(b"[" + parts[0] + b"]").status_code == 422, "when all are refused"


def test_details_of_any_depth_are_answered(sent: Any) -> None:
    for number, depth in enumerate((100, 700, 900, 980, 1_000)):
        body = b'{"id": "%d", "title": "Deep", "details": {"a": %s}}' % (number, nested(depth))
        answer = sent("changes", body)
        assert answer.status_code in (202, 400, 422), (depth, answer.content)


def test_no_name_of_an_event_holds_nul(sent: Any) -> None:
    event = recorded("cdevents/deployed_0.4.json")
    for name in ("id", "source", "type"):
        told = {f"ce-{one}": event[one] for one in ("specversion", "id", "source", "type")}
        answer = sent("cloudevents", orjson.dumps(event["data"]), **{**told, f"ce-{name}": event[name] + "%00"})
        assert answer.status_code in (400, 422), (name, answer.content)
        answer = sent(
            "cloudevents",
            orjson.dumps({**event, name: event[name] + "\0"}),
            content_type="application/cloudevents+json",
        )
        assert answer.status_code in (400, 422), (name, answer.content)
    kept = set(RawDelivery.objects.values_list("state", "reason", "event"))
    assert kept == {("rejected", "malformed", event["type"])}
    assert not Deployment.objects.exists()


def test_what_is_no_cloudevent_is_kept_with_its_reason_in_whichever_form_it_came(sent: Any) -> None:
    event = recorded("cdevents/deployed_0.4.json")
    ce = {f"ce-{name}": event[name] for name in ("specversion", "id", "source", "type")}
    data, whole = orjson.dumps(event["data"]), orjson.dumps({**event, "id": ""})
    structured, batch = "application/cloudevents+json", "application/cloudevents-batch+json"
    cases: list[tuple[str, bytes, str, dict[str, str], str, str]] = [
        ("binary without an id", data, "application/json", {**ce, "ce-id": ""}, "invalid", "id is missing"),
        ("binary of 0.3", data, "application/json", {**ce, "ce-specversion": "0.3"}, "unknown_version", "'0.3'"),
        ("binary that is no JSON", b"{", "application/json", ce, "malformed", "not valid JSON"),
        ("binary with a text", b'"x"', "application/json", ce, "invalid", "its data is no JSON"),
        ("binary, too deep", nested(300), "application/json", ce, "invalid", "nested too deeply"),
        ("structured without an id", whole, structured, {}, "invalid", "id is missing"),
        ("structured that is no JSON", b"{", structured, {}, "malformed", "not valid JSON"),
        ("a batch that is none", whole, batch, {}, "invalid", "is a JSON list"),
        ("neither", data, "application/json", {}, "unsupported", "without ce-specversion"),
    ]
    for name, body, content_type, headers, reason, words in cases:
        RawDelivery.objects.all().delete()
        for _ in range(2):
            answer = sent("cloudevents", body, content_type=content_type, **headers)
            assert (answer.status_code, answer.json()["error"]["reason"]) == (422, reason), (name, answer.content)
        row = RawDelivery.objects.get()
        assert (row.state, row.reason, words in row.message, row.times) == ("rejected", reason, True, 2), name
        assert row.event == (event["type"] if name.startswith(("binary", "structured w", "a batch")) else ""), name
        integration = DeliveryIntegration.objects.get()
        receiving.read(integration=integration, rows=[row], now=NOW)
        assert RawDelivery.objects.get().state == "rejected", f"{name}, read again"
    assert words in DeliveryIntegration.objects.get().last_error
    assert not Deployment.objects.exists()


ROW = {"id": "1", "service": "checkout", "environment": "production", "outcome": "succeeded", "revision": "abc"}


ODD: list[dict[str, Any]] = [
    {"finished_at": None},
    {"finished_at": True},
    {"finished_at": []},
    {"finished_at": {}},
    {"finished_at": 1e18},
    {"finished_at": -1},
    {"finished_at": 18446744073709551615},
    {"finished_at": "2026-03-01T12:00:00"},
    {"finished_at": "0001-01-01T00:00:00+02:00"},
    {"finished_at": "9999-12-31T23:59:59-12:00"},
    {"finished_at": "1e999"},
    {"finished_at": "nan"},
    {"finished_at": "2999-12-31T23:59:59Z"},
    {"finished_at": "1970-01-01T00:00:00Z"},
    {"finished_at": "2026-03-01T12:00:00+23:59"},
    {"id": {}},
    {"id": 1.5},
    {"id": True},
    {"id": "x" * 500},
    {"id": "\U0001f600" * 100},
    {"service": "\u202echeckout"},
    {"service": ["checkout"]},
    {"service": "x" * 10_000},
    {"environment": "\u0130" * 120},
    {"environment": 5},
    {"environment": "\u00a0"},
    {"revision": 12345678901234567},
    {"revision": "\u0000"},
    {"revision": []},
    {"commits": "abc"},
    {"commits": [None]},
    {"commits": [1]},
    {"commits": [{}]},
    {"commits": [{"sha": "a" * 65, "committed_at": 1}]},
    {"commits": [{"sha": "a", "committed_at": 1, "parents": ["a"]}]},
    {"commits": [{"sha": "a", "committed_at": 1, "parents": [1]}]},
    {"commits": [{"sha": "a", "committed_at": 1}, {"sha": "a", "committed_at": 2}]},
    {"changes": [{"id": "1"}, {"id": "1", "merged_at": 5}]},
    {"changes": [{"id": "1", "url": "javascript:alert(1)", "merge_sha": "a" * 64}]},
    {"changes": {"id": "1"}},
    {"rollback": "yes"},
    {"unplanned": 1},
    {"url": "javascript:alert(1)"},
    {"url": ["x"]},
    {"title": {"a": 1}},
    {"repository": "x" * 5_000},
    {"source": "\u00e4" * 100},
    {"outcome": 1},
    {"outcome": "SUCCESS"},
    {"unknown": 1},
]


def test_odd_rows_are_stored_or_refused_and_every_list_can_be_read(sent: Any, cast: Cast, bearer: Any) -> None:
    rows = [{**ROW, "finished_at": "2026-03-01T12:00:00Z", "id": str(place), **odd} for place, odd in enumerate(ODD)]
    for odd in rows:
        answer = sent("json", orjson.dumps(odd))
        assert answer.status_code in (202, 422), (odd, answer.content)
    api = bearer(team=cast.payments, role=Role.EDITOR, scopes=[Scope.READ, Scope.WRITE, Scope.INTAKE])
    lines = b"\n".join(orjson.dumps(odd) for odd in rows)
    answer = api.post("/api/v1/deployments", lines, content_type="application/x-ndjson").json()
    assert answer["accepted"] + answer["rejected"] == len(rows)
    refused = {error["index"] for error in answer["errors"]}
    assert {place for place, odd in enumerate(ODD) if "finished_at" in odd} - refused == {12, 13, 14}
    shipping.work_out(team_id=cast.payments.pk, now=NOW)
    for path in ("deployments", "dora", "timeline", "ratios"):
        assert api.get(f"/api/v1/{path}").status_code == 200, path
    assert not Deployment.objects.filter(source_url__startswith="javascript").exists()


def test_the_same_delivery_at_once_is_taken_once(cast: Cast, race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    ServiceFactory(team=cast.payments, name="checkout")
    made = integrations.create(
        caller=SYSTEM, team=cast.payments, name="ours", kind="json", settings=Settings(title="Ours"), now=NOW
    )
    body = orjson.dumps({**ROW, "finished_at": "2026-03-01T12:00:00Z"})
    arrived = [Arrived(event="", key="idempotency-key:1", body=body, headers={})]
    unhurried = receiving.read

    def read_and_linger(**given: Any) -> None:
        unhurried(**given)
        time.sleep(LINGER_SECONDS)

    monkeypatch.setattr(receiving, "read", read_and_linger)

    def told() -> list[str]:
        return list(receiving.receive(integration=made.integration, arrived=arrived, now=NOW).states)

    assert sorted(race(told, told, told)) == [["done"], ["duplicate"], ["duplicate"]]


def test_what_moved_to_a_private_team_is_neither_shown_nor_written_by_the_former_one(
    cast: Cast, as_: Callable[[str], Client], bearer: Any, sent: Any
) -> None:
    made = integrations.create(
        caller=SYSTEM,
        team=cast.payments,
        name="ours",
        kind="json",
        settings=Settings(title="Ours", service=Service.objects.get(name="checkout")),
        now=NOW,
    )
    row = {**ROW, "service": "nobodys", "finished_at": "2026-03-01T12:00:00Z"}
    api = bearer(team=cast.payments, role=Role.EDITOR, scopes=[Scope.READ, Scope.WRITE, Scope.INTAKE])

    def told(number: int) -> Any:
        arrived = [Arrived(event="", key=str(number), body=orjson.dumps({**row, "id": str(number)}), headers={})]
        fresh = DeliveryIntegration.objects.get(pk=made.integration.pk)
        return receiving.receive(integration=fresh, arrived=arrived, now=NOW).states

    assert told(1) == {"done": 1}
    figure = {"service": "checkout", "measure": "cost", "start": "2026-03-01", "end": "2026-03-02", "value": 1}
    rows = orjson.dumps([{**figure, "unit": "EUR"}])
    assert api.post("/api/v1/measures", rows, content_type="application/json").status_code == 202
    lists = ("/api/v1/deployments", "/api/v1/measures")
    assert [api.get(path).json()["total"] for path in lists] == [1, 1]
    Service.objects.filter(name="checkout").update(team=cast.search, name="hidden-one", title="Private title")
    assert told(2) == {"rejected": 1}
    assert [api.get(path).json()["total"] for path in lists] == [0, 0]
    client, pk = as_("viewer"), Deployment.objects.get().pk
    assert client.get(f"/delivery/deployments/{pk}/").status_code == 404
    asked = "from=2026-02-01T00:00:00Z&to=2026-04-01T00:00:00Z"
    paths = ("deployments/?", "timeline/?", "ratios/?", "ratios.csv?", "?", "figures.csv?")
    for path in (*paths, "rows/?metric=deployment-frequency&"):
        answer = client.get(f"/delivery/{path}{asked}")
        page = answer.getvalue().decode()
        assert answer.status_code == 200, path
        assert "Private title" not in page, path
        assert "hidden-one" not in page, path


@pytest.mark.parametrize("order", [(0, 1, 0), (1, 0), (1, 0, 1, 0)])
def test_the_service_that_is_named_last_counts_in_any_order(sent: Any, cast: Cast, order: tuple[int, ...]) -> None:
    ServiceFactory(team=cast.payments, name="search")
    began = {**ROW, "outcome": "in_progress", "started_at": "2026-03-01T10:00:00Z"}
    ended = {**ROW, "service": "search", "finished_at": "2026-03-01T12:00:00Z"}
    for number, place in enumerate(order):
        answer = sent("json", orjson.dumps((began, ended)[place]), **{"Idempotency-Key": str(number)})
        assert answer.status_code == 202, answer.content
    assert Deployment.objects.get().service.name == "search"
