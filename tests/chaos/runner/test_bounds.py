"""What a document may not do, tried in the real process: programs, modules, places, secrets."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.runner.harness import supervised
from tests.chaos.runner.test_order import action, document, hypothesis, probe


def python(module: str, func: str, **arguments: Any) -> dict[str, Any]:
    provider = {"type": "python", "module": module, "func": func, "arguments": arguments}
    return {"type": "action", "name": func, "provider": provider}


@pytest.mark.parametrize(
    ("activity", "reason"),
    [
        (action("sh", "/bin/sh", "-c", "true"), "program /bin/sh is not allowed"),
        (python("os", "system", command="true"), "module os is not allowed"),
        (python("chaos.injectors.nothing", "x"), "there is no injector 'nothing'"),
        ({**action("a", "ls"), "controls": [{"name": "c"}]}, "controls are not run"),
        ({**action("a", "ls"), "provider": {"type": "process", "path": "ls", "arguments": "-l; id"}}, "shell"),
    ],
)
def test_what_is_not_allowed_ends_the_run_before_it_begins(activity: dict[str, Any], reason: str) -> None:
    with supervised(document(method=[activity]), programs=["ls"]) as child:
        end = child.finish()
    assert reason in end.outcome["error"]
    assert child.asks == []


def test_an_allowed_module_cannot_connect_to_where_the_operator_does_not_allow() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(1)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        request = {"type": "probe", "name": "page", "provider": {"type": "http", "url": url}}
        library = python("urllib.request", "urlopen", url=url)
        with supervised(document(method=[request, library]), modules=["urllib.request"], outbound=[]) as child:
            end = child.finish()
        with pytest.raises(TimeoutError):
            server.accept()
    errors = [run["exception"][-1] for run in end.journal["run"]]
    assert all("OUTBOUND_ALLOWED_HOSTS" in error for error in errors), errors
    assert len(errors) == 2


def test_no_secret_leaves_the_process(tmp_path: Path) -> None:
    secret = "correct-horse-battery"
    parts = document(
        **{"steady-state-hypothesis": hypothesis(probe("echo", "echo", "${token}"))},
        method=[action("say", "echo", "it is ${token}"), action("write", "touch", f"{tmp_path}/" + "${token}")],
    )
    with supervised(parts, programs=["echo", "touch"], secrets={"api": {"token": secret}}) as child:
        end = child.finish()
    assert (tmp_path / secret).exists(), "the activity had it"
    assert secret not in str(child.events)
    assert secret not in str(end)
    assert "•••" in str(end)


def test_the_process_has_nothing_of_the_platform_in_its_environment() -> None:
    with supervised(document(method=[action("environment", "env")]), programs=["env"]) as child:
        end = child.finish()
    told = end.journal["run"][0]["output"]["stdout"]
    assert "DATABASE" not in told
    assert "SECRET" not in told


def test_what_an_activity_prints_does_not_get_between_the_lines() -> None:
    noisy = python("builtins", "print", sep="")
    with supervised(document(method=[noisy]), modules=["builtins"]) as child:
        end = child.finish()
    assert end.outcome["has_completed_method"]
