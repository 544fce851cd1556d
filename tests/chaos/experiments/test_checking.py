"""Looking at a target: it is really asked, the answer is in words, and nothing of it is changed."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from chaos.experiments.models import Target
from chaos.runs.models import Agent
from reliability.access.models import AuditEntry
from reliability.catalog.models import Service
from tests.cast import Cast, TargetFactory
from tests.servers.proxy import ProxyServer, running_proxy

As = Callable[[str], Client]
pytestmark = pytest.mark.django_db
SECRET = "not-for-everybody"


@pytest.fixture(scope="module")
def proxy() -> Iterator[ProxyServer]:
    with running_proxy() as server:
        server.add("orders", "127.0.0.1:9")
        yield server


@pytest.fixture
def _reachable(settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]


@pytest.fixture
def made(cast: Cast, orders: Service) -> Callable[..., Target]:
    def make(kind: str, **config: Any) -> Target:
        found: Target = TargetFactory(team=cast.payments, service=orders, slug="gate", kind=kind, config=config)
        return found

    return make


@pytest.fixture
def checked(as_: As) -> Callable[[], tuple[str, str]]:
    def ask() -> tuple[str, str]:
        answer = as_("responder").post("/api/v1/chaos/targets/gate/check", {}, content_type="application/json")
        assert answer.status_code == 200, answer.content
        found = answer.json()
        return found["found"], "; ".join(found["words"])

    return ask


Made = Callable[..., Target]
Checked = Callable[[], tuple[str, str]]


def agent_here(name: str = "", host: str | None = None) -> None:
    now = timezone.now()
    Agent.objects.create(
        name=name, instance=f"{name}@1", host=host or socket.gethostname(), runs_max=1, started_at=now, seen_at=now
    )


@pytest.mark.usefixtures("_reachable")
def test_a_proxy_tells_its_version_and_where_it_leads_and_stays_as_it_is(
    made: Made, checked: Checked, proxy: ProxyServer
) -> None:
    before = proxy.ask("GET", "/proxies").json()
    made("proxy", api_url=proxy.url, proxy="orders")
    found, words = checked()
    assert found == "ready"
    assert f"{proxy.url} is a Toxiproxy 2." in words
    assert "leads to 127.0.0.1:9; it is enabled; no toxic is in it" in words
    assert proxy.ask("GET", "/proxies").json() == before
    assert not AuditEntry.objects.exists()


@pytest.mark.usefixtures("_reachable")
def test_a_name_that_the_proxy_has_not_is_answered_with_those_it_has(
    made: Made, checked: Checked, proxy: ProxyServer
) -> None:
    made("toxiproxy", api_url=proxy.url, proxy="payments")
    assert checked() == ("not_ready", f"{proxy.url} has no proxy 'payments': it has orders")


@pytest.mark.usefixtures("_reachable")
def test_a_proxy_that_does_not_read_http_takes_no_fault_of_requests(
    made: Made, checked: Checked, proxy: ProxyServer
) -> None:
    made("http_fault", api_url=proxy.url, proxy="orders")
    found, words = checked()
    assert found == "not_ready"
    assert "does not read HTTP" in words


@pytest.mark.usefixtures("_reachable")
def test_nobody_listening_there_is_said(made: Made, checked: Checked) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    made("toxiproxy", api_url=f"http://127.0.0.1:{port}", proxy="orders")
    found, words = checked()
    assert found == "not_ready"
    assert "cannot be reached" in words


def test_an_address_that_is_not_allowed_is_not_asked(made: Made, checked: Checked, proxy: ProxyServer) -> None:
    made("toxiproxy", api_url=proxy.url, proxy="orders")
    found, words = checked()
    assert found == "not_ready"
    assert "add 127.0.0.1" in words
    assert "OUTBOUND_ALLOWED_HOSTS" in words


def test_a_process_is_looked_for_where_its_agent_runs(made: Made, checked: Checked, tmp_path: Path) -> None:
    pidfile = tmp_path / "orders.pid"
    made("process", pidfile=str(pidfile))
    assert checked()[0] == "not_seen", "no agent is there"
    agent_here()
    assert checked() == ("not_ready", f"no process runs that has the pidfile {pidfile}: is the target up?")
    pidfile.write_text(str(os.getppid()))
    assert "is the agent, or one that started it" in checked()[1]


def test_of_a_machine_elsewhere_only_its_agent_can_tell(made: Made, checked: Checked) -> None:
    target = made("disk", directory="/srv/orders")
    Target.objects.filter(pk=target.pk).update(agent="cellar")
    agent_here()
    assert checked() == (
        "not_seen",
        "only the agent cellar can tell, and none is there: start one on its machine with "
        "manage.py chaos agent --name cellar",
    )
    agent_here(name="cellar", host="cellar-1")
    assert checked() == ("not_seen", "only the agent cellar can tell, on cellar-1: it looks before each run")


@pytest.mark.parametrize("kind", ["process", "clock"])
def test_no_file_of_the_machine_is_read_out_by_naming_it(
    made: Made, checked: Checked, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chaos.injectors.clock.injector.ClockInjector.works_here", lambda self: "")
    path = tmp_path / "encryption_key"
    path.write_text(f"{SECRET}\n")
    agent_here()
    made(kind, **{"pidfile" if kind == "process" else "file": str(path)})
    found, words = checked()
    assert found == "not_ready"
    assert SECRET not in words


def test_a_disk_tells_its_space(made: Made, checked: Checked, tmp_path: Path) -> None:
    agent_here()
    made("disk", directory=str(tmp_path), may_be_system=True)
    found, words = checked()
    assert found == "ready"
    assert "MiB are free" in words
    assert not list(tmp_path.iterdir())


def test_a_program_outside_the_list_of_the_operator_is_refused_and_looked_for_again_before_each_run(
    as_: As, made: Made, checked: Checked, orders: Service, settings: Settings
) -> None:
    typed = {"team": "payments", "service": "orders", "slug": "own", "kind": "process"}
    body = typed | {"config": {"port": 8080, "start_command": "/bin/sh -c id"}}
    answer = as_("editor").post("/api/v1/chaos/targets", body, content_type="application/json")
    assert answer.status_code == 422
    assert "program /bin/sh is not allowed" in answer.content.decode()
    settings.CHAOS_PROGRAMS = ["/bin/sh"]
    assert as_("editor").post("/api/v1/chaos/targets", body, content_type="application/json").status_code == 201
    settings.CHAOS_PROGRAMS = []
    made("process", port=8080, start_command="/bin/sh -c id")
    assert "program /bin/sh is not allowed" in checked()[1]


def test_only_responders_ask_and_others_find_nothing(as_: As, made: Made) -> None:
    made("process", port=8080)
    for path, role, status in (
        ("/api/v1/chaos/targets/gate/check", "viewer", 403),
        ("/api/v1/chaos/targets/gate/check", "outsider", 404),
        ("/chaos/targets/gate/check/", "viewer", 403),
        ("/chaos/targets/gate/check/", "outsider", 404),
    ):
        assert as_(role).post(path, {}, content_type="application/json").status_code == status, (path, role)


def test_the_page_tells_what_was_seen(as_: As, made: Made) -> None:
    made("process", port=8080)
    page = as_("responder").post("/chaos/targets/gate/check/", follow=True).content.decode()
    assert "Not seen from here: only an agent can tell, and none is there" in page
