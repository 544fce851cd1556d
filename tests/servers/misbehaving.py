"""A small HTTP server on loopback that answers as it is told: slow, broken, huge, redirecting, lying."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """One request as it arrived. `form` are the parameters of its body, `query` those of its address."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]

    @property
    def parameters(self) -> dict[str, str]:
        return {**self.query, **self.form}


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    pause: Callable[[], None] | None = None  # before the answer
    pieces: Iterator[bytes] | None = None  # written one by one instead of the body
    announced_length: int | None = None


Behaviour = Callable[[Asked], Answer]


@dataclass
class MisbehavingServer:
    """`behave` decides every answer; `asked` keeps what arrived."""

    url: str
    behave: Behaviour
    asked: list[Asked] = field(default_factory=list)


def success(result: list[Any], *, kind: str = "matrix", **more: Any) -> Answer:
    """An answer of the query API."""
    return Answer(
        body=json.dumps({"status": "success", "data": {"resultType": kind, "result": result}, **more}).encode()
    )


@contextmanager
def misbehaving_server(behave: Behaviour) -> Iterator[MisbehavingServer]:
    """Serve until the with-block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    state = MisbehavingServer(f"http://127.0.0.1:{server.server_address[1]}", behave)
    server.state = state  # type: ignore[attr-defined]  # read by the handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        state: MisbehavingServer = self.server.state  # type: ignore[attr-defined]  # set above
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        asked = Asked(
            method=self.command,
            path=parts.path,
            query={name: values[-1] for name, values in parse_qs(parts.query).items()},
            form={name: values[-1] for name, values in parse_qs(body).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
        )
        state.asked.append(asked)
        answer = state.behave(asked)
        if answer.pause:
            answer.pause()
        try:
            self._write(answer)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client had enough, which is what some tests are about

    def _write(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        length = len(answer.body) if answer.announced_length is None else answer.announced_length
        if answer.pieces is None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(answer.body)
        for piece in answer.pieces or ():
            self.wfile.write(piece)
            self.wfile.flush()

    def log_message(self, *_arguments: Any) -> None:
        """Tests are quiet."""
