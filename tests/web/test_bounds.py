"""The ASGI layer in front of Django: bounds, places, and the id of each request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

import pytest

from reliability.web.bounds import BoundedApp, Bounds, Receive, Send

BOUNDS = Bounds(body_bytes=1000, idle_seconds=0.2, body_seconds=0.5, requests=2, linger_seconds=0.1)
Scope = MutableMapping[str, Any]


class Client:
    """One request: what the application received and what the client was sent."""

    def __init__(self, *pieces: bytes, headers: dict[str, str] | None = None, path: str = "/") -> None:
        self.pieces = list(pieces)
        self.headers = headers or {}
        self.path = path
        self.sent: list[MutableMapping[str, Any]] = []
        self.pause_seconds = 0.0
        self.leaves = False

    async def receive(self) -> MutableMapping[str, Any]:
        if self.pause_seconds:
            await asyncio.sleep(self.pause_seconds)
        if self.leaves:
            return {"type": "http.disconnect"}
        if not self.pieces:
            await asyncio.sleep(3600)
        piece = self.pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(self.pieces)}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        self.sent.append(message)

    async def ask(self, app: BoundedApp) -> None:
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        scope = {"type": "http", "method": "POST", "path": self.path, "headers": headers}
        await app(scope, self.receive, self.send)

    @property
    def status(self) -> int | None:
        return self.sent[0]["status"] if self.sent else None

    @property
    def answer_headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent[1:])


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the body and the request's id as the application saw it."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message["body"]
        more = message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body + b"|" + dict(scope["headers"])[b"x-request-id"]})


def asked(client: Client, bounds: Bounds = BOUNDS) -> Client:
    asyncio.run(client.ask(BoundedApp(echo, bounds)))
    return client


def test_a_body_arrives_whole_and_the_request_has_one_id_of_ours() -> None:
    client = asked(Client(b"ab", b"cd", headers={"content-length": "4", "x-request-id": "forged"}))
    body, _, request_id = client.body.partition(b"|")
    assert (client.status, body) == (200, b"abcd")
    assert request_id == client.answer_headers[b"x-request-id"]
    assert request_id != b"forged"


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 400_000])
def test_a_body_is_the_same_whatever_its_size(size: int) -> None:
    wide = Bounds(body_bytes=500_000, idle_seconds=1, body_seconds=5, requests=1)
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    client = asked(Client(content[:1000], content[1000:], headers={"content-length": str(size)}), wide)
    assert client.body.rpartition(b"|")[0] == content


@pytest.mark.parametrize(
    "client",
    [
        pytest.param(Client(b"", headers={"content-length": "1001"}), id="announced"),
        pytest.param(Client(b"x" * 600, b"x" * 600, headers={"transfer-encoding": "chunked"}), id="in chunks"),
        pytest.param(
            Client(b"x" * 600, b"x" * 600, headers={"content-length": "nonsense"}), id="announced as nonsense"
        ),
    ],
)
def test_a_body_above_the_bound_is_refused_in_the_envelope(client: Client) -> None:
    asked(client)
    error = json.loads(client.body)["error"]
    assert client.status == 413
    assert (error["reason"], error["details"]) == ("too_large", [])
    assert error["request_id"].encode() == client.answer_headers[b"x-request-id"]
    assert "larger than 1000 bytes" in error["message"]


def test_a_body_at_the_bound_is_accepted() -> None:
    assert asked(Client(b"x" * 1000, headers={"content-length": "1000"})).status == 200


def test_a_body_that_pauses_is_refused() -> None:
    client = Client(b"a", b"b", headers={"content-length": "2"})
    client.pause_seconds = 0.3
    assert asked(client).status == 408


def test_a_body_that_drips_is_refused_in_the_end() -> None:
    client = Client(*[b"x"] * 100, headers={"content-length": "100"})
    client.pause_seconds = 0.1
    assert asked(client).status == 408


def test_a_client_that_leaves_is_not_answered() -> None:
    client = Client(headers={"content-length": "5"})
    client.leaves = True
    assert asked(client).sent == []


def test_only_so_many_requests_are_worked_on_at_once() -> None:
    at_once, most = 0, 0

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def ask_all(app: BoundedApp) -> None:
        await asyncio.gather(*(Client().ask(app) for _ in range(10)))

    asyncio.run(ask_all(BoundedApp(slow, BOUNDS)))
    assert most == BOUNDS.requests


def test_an_application_that_fails_frees_its_place() -> None:
    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("no answer")

    async def ask_often(app: BoundedApp) -> int:
        failures = 0
        for _ in range(5):
            try:
                async with asyncio.timeout(1):
                    await Client().ask(app)
            except RuntimeError:
                failures += 1
        return failures

    assert asyncio.run(ask_often(BoundedApp(fail, BOUNDS))) == 5


def test_healthz_is_answered_without_the_application() -> None:
    client = asked(Client(path="/healthz"))
    assert (client.status, client.body) == (200, b"ok\n")


ENDS = replace(BOUNDS, ends={"/ping/": 10})


@pytest.mark.parametrize("headers", [{"content-length": "5000"}, {"transfer-encoding": "chunked"}])
def test_of_a_call_that_counts_more_than_its_body_the_end_is_kept(headers: dict[str, str]) -> None:
    pieces = [b"x" * 2500, b"y" * 2490, b"it failed!"]
    client = asked(Client(*pieces, headers=headers, path="/ping/secret"), ENDS)
    assert (client.status, client.body.partition(b"|")[0]) == (200, b"it failed!")
    refused = asked(Client(*pieces, headers=headers, path="/pinging"), ENDS)
    assert refused.status == 413


def test_of_small_pieces_the_end_is_kept_too_and_its_length_is_told() -> None:
    async def lengths(scope: Scope, receive: Receive, send: Send) -> None:
        told.append(dict(scope["headers"])[b"content-length"])
        await echo(scope, receive, send)

    told: list[bytes] = []
    client = Client(*[b"abcd"] * 5, headers={"content-length": "20"}, path="/ping/secret/1")
    asyncio.run(client.ask(BoundedApp(lengths, ENDS)))
    assert (told, client.body.partition(b"|")[0]) == ([b"10"], b"cdabcdabcd")


def test_a_call_without_a_body_or_with_one_that_stops_counts() -> None:
    assert asked(Client(path="/ping/secret"), ENDS).status == 200
    slow = Client(b"began", headers={"content-length": "900"}, path="/ping/secret")
    slow.pieces.append(b"never")
    slow.pause_seconds = 0.3  # longer than a body may pause
    assert asked(slow, ENDS).status == 200
