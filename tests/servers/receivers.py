"""Receivers on loopback that keep every byte they were sent and answer as a script says.

    with recording_http([Scripted(429, headers={"Retry-After": "3"}), Scripted(202)]) as receiver:
        …
        assert receiver.received[0].body == b"…"

After the end of its script a receiver repeats the last entry; without a script it answers 200.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller


class Fault(StrEnum):
    """What a receiver does instead of answering."""

    HANG = "hang"  # reads the request, then says nothing until the test ends
    DROP_AFTER = "drop after reading"  # has the whole request, and closes without an answer
    DROP_BEFORE = "drop before reading"  # closes as soon as a connection is there


@dataclass(frozen=True)
class Scripted:
    """One answer, or a fault in its place. delay_seconds: before the answer. dribble_seconds: between its bytes."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    dribble_seconds: float = 0.0
    fault: Fault | None = None


@dataclass(frozen=True)
class Received:
    """One request, byte for byte. Header names as they were sent."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    at: float

    def header(self, name: str) -> str:
        """Of any case; blank when it was not sent."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class HttpReceiver:
    """received: what came, in order. `script` may be changed while it runs; dropped: connections closed unread."""

    url: str
    script: list[Scripted]
    received: list[Received] = field(default_factory=list)
    dropped: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _ended: threading.Event = field(default_factory=threading.Event, repr=False)

    def take(self) -> Scripted:
        """The next entry of the script; the last one again and again."""
        with self._lock:
            if not self.script:
                return Scripted()
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def drops_next(self) -> bool:
        with self._lock:
            drops = bool(self.script) and self.script[0].fault is Fault.DROP_BEFORE
            if drops:
                self.dropped += 1
                if len(self.script) > 1:
                    self.script.pop(0)
            return drops

    def keep(self, request: Received) -> None:
        with self._lock:
            self.received.append(request)

    def wait_for(self, count: int, *, seconds: float = 10.0) -> list[Received]:
        """The requests once there are *count*. Raises TimeoutError that tells how many there are."""
        return _wait_for(self.received, count, seconds)


@contextmanager
def recording_http(script: Sequence[Scripted] = (), *, port: int = 0) -> Iterator[HttpReceiver]:
    """Serve until the with-block ends. port: to come back at the address of a former receiver."""
    server = _Server(("127.0.0.1", port), _Handler)
    state = HttpReceiver(f"http://127.0.0.1:{server.server_address[1]}", list(script))
    server.receiver = state
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state._ended.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    receiver: HttpReceiver

    def verify_request(self, request: Any, client_address: Any) -> bool:
        return not self.receiver.drops_next()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that went away is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def _serve(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        receiver.keep(Received(self.command, self.path, dict(self.headers.items()), body, time.monotonic()))
        answer = receiver.take()
        if answer.fault is Fault.HANG:
            receiver._ended.wait()
        receiver._ended.wait(answer.delay_seconds)
        self.close_connection = True
        if answer.fault is None:
            self._write(answer)
        else:
            self.connection.shutdown(socket.SHUT_RDWR)

    def _write(self, answer: Scripted) -> None:
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if not answer.dribble_seconds:
            self.wfile.write(answer.body)
            return
        for number in range(len(answer.body)):
            self.wfile.write(answer.body[number : number + 1])
            self.wfile.flush()
            time.sleep(answer.dribble_seconds)

    def log_message(self, *_arguments: Any) -> None:
        """Tests are quiet."""


@dataclass(frozen=True)
class ReceivedMail:
    """One mail: its envelope, and the bytes between DATA and the final dot."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    at: float


@dataclass
class SmtpReceiver:
    """replies: what is answered at a step ("RCPT", "DATA", "MAIL", "QUIT") instead of yes, such as "451 later".

    hangs_at: a step at which nothing is ever said. drops_after_data: takes the mail, and closes without a reply.
    """

    host: str
    port: int
    mails: list[ReceivedMail] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    hangs_at: str = ""
    drops_after_data: bool = False

    def wait_for(self, count: int, *, seconds: float = 10.0) -> list[ReceivedMail]:
        return _wait_for(self.mails, count, seconds)


class _Session:
    """One SMTP conversation, plain enough to misbehave at every step of it."""

    def __init__(self, connection: socket.socket, state: SmtpReceiver, ended: threading.Event) -> None:
        self._file = connection.makefile("rwb")
        self._connection, self._state, self._ended = connection, state, ended
        self._sender, self._recipients = "", list[str]()

    def run(self) -> None:
        self._say("220 receiver.test ESMTP")
        while line := self._file.readline():
            word = line[:4].upper().decode("ascii", "replace").strip()
            if word == self._state.hangs_at:
                self._ended.wait()
                return
            if word == "QUIT":
                self._say(self._state.replies.get("QUIT", "221 bye"))
                return
            if word == "DATA" and not self._data():
                return
            if word != "DATA":
                self._step(word, line.decode("utf-8", "replace"))

    def _step(self, word: str, line: str) -> None:
        reply = self._state.replies.get(word, "250 ok")
        if reply.startswith("2"):
            address = line.partition("<")[2].partition(">")[0]
            if word == "MAIL":
                self._sender, self._recipients = address, []
            elif word == "RCPT":
                self._recipients.append(address)
        self._say(reply)

    def _data(self) -> bool:
        """Whether the conversation goes on."""
        refusal = self._state.replies.get("DATA", "")
        if refusal:
            self._say(refusal)
            return True
        self._say("354 go on")
        lines = []
        while (line := self._file.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        mail = ReceivedMail(self._sender, tuple(self._recipients), b"".join(lines), time.monotonic())
        if self._state.hangs_at == "DOT":
            self._ended.wait()
            return False
        self._state.mails.append(mail)
        if self._state.drops_after_data:
            self._connection.shutdown(socket.SHUT_RDWR)
            return False
        self._say(self._state.replies.get("DOT", "250 kept"))
        return True

    def _say(self, reply: str) -> None:
        self._file.write(reply.encode() + b"\r\n")
        self._file.flush()


@contextmanager
def misbehaving_smtp(**how: Any) -> Iterator[SmtpReceiver]:
    """A mail server of sockets only, for what a proper one does not do; `how` are fields of SmtpReceiver."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        state = SmtpReceiver("127.0.0.1", listener.getsockname()[1], **how)

        def accept() -> None:
            while not ended.is_set():
                try:
                    connection, _address = listener.accept()
                except OSError:
                    return
                threading.Thread(target=_converse, args=(connection, state, ended), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield state
        finally:
            ended.set()
            listener.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=5)


def _converse(connection: socket.socket, state: SmtpReceiver, ended: threading.Event) -> None:
    with connection:
        try:
            _Session(connection, state, ended).run()
        except OSError:
            return  # the sender went away


class _Keeper:
    """aiosmtpd's handler: keeps mails as they came."""

    def __init__(self, state: SmtpReceiver) -> None:
        self._state = state

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        self._state.mails.append(
            ReceivedMail(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content, time.monotonic())
        )
        return "250 kept"


@contextmanager
def recording_smtp(*, authenticator: Callable[..., Any] | None = None) -> Iterator[SmtpReceiver]:
    """A real mail server (aiosmtpd). authenticator: asks for a log-in, without TLS, since it is loopback."""
    state = SmtpReceiver("127.0.0.1", 0)
    options: dict[str, Any] = {"auth_require_tls": False}
    if authenticator is not None:
        options |= {"authenticator": authenticator, "auth_required": True}
    with socket.create_server(("127.0.0.1", 0)) as free:
        state.port = free.getsockname()[1]
    controller = Controller(_Keeper(state), hostname=state.host, port=state.port, **options)
    controller.start()
    try:
        yield state
    finally:
        controller.stop()


def _wait_for(kept: list[Any], count: int, seconds: float) -> list[Any]:
    deadline = time.monotonic() + seconds
    while len(kept) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(kept)} of {count} arrived within {seconds:g} s")
        time.sleep(0.01)
    return list(kept)
