"""Ways out of the allow-lists and out of the lines that a hostile document, or a page it asks, may try."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.chaos.runner.harness import supervised
from tests.chaos.runner.test_bounds import python
from tests.chaos.runner.test_order import action, document, hypothesis, probe


@contextmanager
def answering(body: str, *, content_type: str = "application/json") -> Iterator[str]:
    """The address of a page that says *body* to everybody."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def asking(url: str, **more: Any) -> dict[str, Any]:
    return {"type": "probe", "name": "page", "provider": {"type": "http", "url": url}, **more}


def program_of_a_stranger(path: Path) -> dict[str, Any]:
    provider = {"type": "process", "path": "/usr/bin/touch", "arguments": {str(path): ""}}
    return {"type": "probe", "name": "x", "provider": provider}


def test_a_page_that_is_read_into_the_configuration_cannot_bring_a_program_as_a_tolerance(tmp_path: Path) -> None:
    escaped = tmp_path / "escaped"
    with answering(json.dumps(program_of_a_stranger(escaped))) as url:
        parts = document(
            configuration={"expected": asking(url)},
            **{"steady-state-hypothesis": hypothesis(asking(url, tolerance="${expected}"))},
            method=[],
        )
        with supervised(parts) as child:
            end = child.finish()
    assert not escaped.exists(), "a program ran that nobody allows"
    assert end.outcome["was_steady"] is False


def test_a_tolerance_that_is_a_program_is_refused_where_it_runs(tmp_path: Path) -> None:
    """The last look, where the toolkit runs it: what was read before may have been changed since."""
    escaped = tmp_path / "escaped"
    tolerance = {**program_of_a_stranger(escaped), "provider": {"type": "process", "path": "touch", "arguments": {}}}
    looking = probe("echo", "echo", "a")
    looking["tolerance"] = tolerance
    parts = document(**{"steady-state-hypothesis": hypothesis(looking)}, method=[])
    with supervised(parts, programs=["echo"]) as child:
        end = child.finish()
    assert "program touch is not allowed" in end.outcome["error"]


def test_a_page_whose_numbers_are_none_is_told_as_what_every_database_keeps() -> None:
    odd = '{"a": NaN, "b": [Infinity, -1e999], "c": "x\\u0000y", "d": "\\ud800", "e": 123456789012345678901234567890}'
    with answering(odd) as url, supervised(document(method=[asking(url)])) as child:
        end = child.finish()
    body = end.journal["run"][0]["output"]["body"]
    assert body == {
        "a": "nan",
        "b": ["inf", "-inf"],
        "c": "x\ufffdy",
        "d": "\ufffd",
        "e": "123456789012345678901234567890",
    }
    ended = next(event for event in child.events if event.kind == "activity_ended")
    assert ended.data["output"]["body"] == body


def test_a_run_whose_probes_say_much_tells_its_end_all_the_same() -> None:
    """The journal travels in one line of 1 MiB: what is too long in it is cut, and it says so."""
    with answering(json.dumps([["x" * 7_000] * 20] * 20)) as url:
        parts = document(method=[asking(url), asking(url), action("echo", "echo")])
        with supervised(parts, programs=["echo"]) as child:
            end = child.finish()
    assert end.outcome["has_completed_method"] is True
    assert end.outcome["error"] == ""
    assert [run["status"] for run in end.journal["run"]] == ["succeeded"] * 3
    assert "(7,000 characters)" in str(end.journal["run"][0]["output"])


def test_a_secret_is_masked_also_as_addresses_and_json_spell_it() -> None:
    secret = 'pass word/"ünd\\mehr'
    url = "http://127.0.0.1:9/?token=${token}"
    said = action("say", "echo", "{}")
    said["provider"]["arguments"] = [json.dumps(secret), "${token}"]
    with supervised(
        document(method=[asking(url), said]), programs=["echo"], secrets={"api": {"token": secret}}
    ) as child:
        end = child.finish()
    told = json.dumps([str(event) for event in child.events]) + str(end)
    for spelt in ("pass%20word", "pass+word", "word%2F", "pass word"):
        assert spelt not in told, told[:3000]


def test_an_allowed_module_does_not_lend_what_it_has_imported(tmp_path: Path) -> None:
    escaped = tmp_path / "escaped"
    borrowed = python("shutil", "fnmatch.os.mkdir", path=str(escaped))
    taken = python("glob", "itertools", path=str(escaped))
    other = python("logging.config", "ThreadingTCPServer", server_address=["127.0.0.1", 0], RequestHandlerClass="x")
    lent = python("timeit", "default_timer")  # of the module time
    with supervised(
        document(method=[borrowed, taken, other, lent]), modules=["shutil", "glob", "logging", "timeit"]
    ) as child:
        end = child.finish()
    errors = [run["exception"][-1] for run in end.journal["run"]]
    assert all("has no function" in error for error in errors[:3]), errors
    assert "a function of time, which is not allowed" in errors[3]
    assert not escaped.exists()
