"""/api/v1/channels: made, read, changed, tested, deleted by programs; secrets go in and never come out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from reliability.access.domain.caller import Role
from reliability.access.models import AuditEntry
from reliability.channels.models import Channel
from reliability.channels.selectors.places import secrets_of
from tests.cast import Cast, ChannelFactory, PolicyStepFactory, StepTargetFactory
from tests.servers.receivers import HttpReceiver, Scripted

Bearer = Callable[..., Client]
Receiver = Callable[..., HttpReceiver]


@pytest.fixture
def client(cast: Cast, bearer: Bearer) -> Client:
    return bearer(team=cast.payments, role=Role.EDITOR.value)


def post(client: Client, path: str, body: dict[str, Any], method: str = "post") -> Any:
    return getattr(client, method)(path, body, content_type="application/json")


def made(client: Client, url: str) -> Any:
    body = {"name": "hook", "team": "payments", "kind": "webhook", "config": {"url": url}}
    return post(client, "/api/v1/channels", body)


def test_a_program_makes_changes_and_deletes_one(client: Client, receiver: Receiver) -> None:
    server = receiver()
    answer = made(client, server.url)
    assert answer.status_code == 201
    secret = answer.json()["made_secrets"]["secret"]
    assert answer.json()["stored_secrets"] == ["secret"]
    assert answer.json()["state"] == "untried"
    read = client.get("/api/v1/channels/hook").json()
    assert secret not in str(read)
    changed = post(client, "/api/v1/channels/hook", {"title": "Hook", "revision": 1}, "patch")
    assert (changed.status_code, changed.json()["revision"]) == (200, 2)
    assert secrets_of(Channel.objects.get())["secret"] == secret
    renewed = post(client, "/api/v1/channels/hook", {"config": {"renew": True}}, "patch").json()
    assert renewed["stored_secrets"] == ["former_secret", "secret"]
    assert "renew" not in renewed["config"]
    assert post(client, "/api/v1/channels/hook", {"title": "x", "revision": 1}, "patch").status_code == 409
    assert client.delete("/api/v1/channels/hook").status_code == 204
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["channel.create", "channel.update", "channel.update", "channel.delete"]


def test_a_test_answers_what_the_receiver_said(client: Client, receiver: Receiver) -> None:
    server = receiver(Scripted(429, b"slow down", {"Retry-After": "30"}))
    made(client, server.url)
    answer = client.post("/api/v1/channels/hook/test")
    assert answer.status_code == 200
    assert answer.json() == {
        "result": "retry",
        "reason": "127.0.0.1 answered 429 Too Many Requests",
        "status": 429,
        "answer": "slow down",
        "retry_after_seconds": 30.0,
        "external_id": "",
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"config": {"url": "http://10.1.2.3/"}}, "url"),
        ({"config": {"url": "https://127.0.0.1/", "pigeon": 1}}, "pigeon"),
        ({"config": {"url": "https://127.0.0.1/"}, "secrets": {"url": "x"}}, "url"),
        ({"kind": "apprise", "config": {"service": "x"}, "secrets": {"url": "json://x/"}}, ""),
        ({"kind": "sms", "config": {"number": "+491701234567"}}, "kind"),
    ],
    ids=[
        "a private address",
        "an unknown setting",
        "a setting as a secret",
        "apprise by an editor",
        "a kind of persons",
    ],
)
def test_what_cannot_be_is_refused_at_its_field(client: Client, body: dict[str, Any], field: str) -> None:
    answer = post(client, "/api/v1/channels", {"name": "hook", "team": "payments", "kind": "webhook", **body})
    assert answer.status_code == (422 if field else 403)
    assert field in answer.content.decode()
    assert not Channel.objects.exists()


def test_one_that_a_policy_tells_stays(cast: Cast, client: Client) -> None:
    channel = ChannelFactory(team=cast.payments, name="hook")
    StepTargetFactory(step=PolicyStepFactory(policy__team=cast.payments), channel=channel)
    answer = client.delete("/api/v1/channels/hook")
    assert (answer.status_code, answer.json()["error"]["reason"]) == (409, "in_use")


def test_another_team_sees_none_of_it(cast: Cast, bearer: Bearer) -> None:
    ChannelFactory(team=cast.payments, name="hook", title="Hidden")
    outsider = bearer(team=cast.search, role=Role.EDITOR.value)
    assert outsider.get("/api/v1/channels").json()["items"] == []
    assert outsider.get("/api/v1/channels/hook").status_code == 404
    assert post(outsider, "/api/v1/channels/hook", {"title": "x"}, "patch").status_code == 404
    assert outsider.post("/api/v1/channels/hook/test").status_code == 404
    assert outsider.delete("/api/v1/channels/hook").status_code == 404
