"""A real Alertmanager on a free port that sends to one webhook, and a proxy on its way that misbehaves in turn."""

from __future__ import annotations

import http.client
import itertools
import json
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from tests.servers.prometheus import START_SECONDS, ServerMissingError, free_port, program

_CONFIG = """\
route:
  receiver: reliability
  group_by: ["..."]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 5s
receivers:
  - name: reliability
    webhook_configs:
      - url: {url}
        send_resolved: true
        max_alerts: 500
        http_config:
          authorization:
            credentials: {key}
"""


@dataclass(frozen=True)
class AlertmanagerServer:
    """A running server; `target` is what a Prometheus is given."""

    url: str
    pid: int

    @property
    def target(self) -> str:
        return urlsplit(self.url).netloc


@contextmanager
def alertmanager(*, directory: Path, webhook_url: str, key: str) -> Iterator[AlertmanagerServer]:
    """Run until the with-block ends; it is stopped by its pid."""
    try:
        executable = program("prometheus-alertmanager")
    except ServerMissingError:
        raise ServerMissingError("apt-get install prometheus-alertmanager") from None
    directory.mkdir(parents=True, exist_ok=True)
    config = directory / "alertmanager.yml"
    config.write_text(_CONFIG.format(url=webhook_url, key=key))
    port = free_port()
    log_path = directory / "alertmanager.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [
                executable,
                f"--config.file={config}",
                f"--storage.path={directory / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--cluster.listen-address=",
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _await_ready(url, process, log_path)
        yield AlertmanagerServer(url=url, pid=process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_ready(url: str, process: subprocess.Popen[bytes], log_path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"alertmanager ended at once: {log_path.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{url}/-/ready", timeout=1) as answer:  # noqa: S310  its own loopback address
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"alertmanager was not ready after {START_SECONDS:g} s: {log_path.read_text()[-2000:]}")


PASS, REFUSE, TAKE_AND_BE_SILENT = "pass", "refuse", "take and be silent"


@dataclass
class Proxy:
    """What it did to each request, in order. `url` is put before the real server's addresses."""

    url: str
    deeds: list[str] = field(default_factory=list)


def _alert_in(body: bytes) -> str:
    """What is the same in every webhook of one alert: groups of one are asked for above."""
    return str(json.loads(body)["alerts"][0]["fingerprint"])


@contextmanager
def flaky_proxy(*, to: str, turns: Sequence[str] = (REFUSE, TAKE_AND_BE_SILENT, PASS)) -> Iterator[Proxy]:
    """Passes requests on to *to*; by turns it answers 503 itself, or passes on and then never answers.

    Each alert has turns of its own. Alertmanager tells the end only of what it believes it has told: an alert whose
    requests were all taken and never answered would stay open, by its design.
    """
    target = urlsplit(to)
    turn_of: dict[str, Iterator[str]] = {}
    lock = threading.Lock()
    proxy = Proxy(url="")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with lock:
                deed = next(turn_of.setdefault(_alert_in(body), itertools.cycle(turns)))
                proxy.deeds.append(deed)
            if deed == REFUSE:
                self._answer(503, b"not now\n")
                return
            connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=30)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            connection.request("POST", self.path, body, headers | {"Host": target.netloc})
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            if deed == TAKE_AND_BE_SILENT:
                self._fall_silent()
            else:
                self._answer(answer.status, content)

        def _answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _fall_silent(self) -> None:
            """Taken over there; the sender never hears of it: the connection hangs, then breaks."""
            time.sleep(2)
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, *_arguments: object) -> None:
            """Nothing: the test looks at `deeds`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
