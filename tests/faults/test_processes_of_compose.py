"""The processes of compose.yaml, started by its own commands with its own environment and nothing else."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
import yaml

from tests.servers.postgresql import free_port, running_postgresql
from tests.servers.product import ROOT
from tests.servers.redis import running_redis

pytestmark = pytest.mark.faults

_COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


@dataclass(frozen=True)
class Composition:
    """What `docker compose up` would start, with this machine's addresses in place of the containers'."""

    database_url: str
    redis_url: str
    data_dir: Path
    port: int

    def environment(self, service: str) -> dict[str, str]:
        """Of the image and of the service. Nothing of this test's own environment gets in."""
        given = {"POSTGRES_PASSWORD": "unused", "SECRET_KEY": secrets.token_hex(), "ENCRYPTION_KEY": "0123456789"}
        texts = {name: str(text) for name, text in _COMPOSE["services"][service]["environment"].items()}
        of_service = {name: _filled_in(text, given) for name, text in texts.items()}
        assert "@postgresql:5432/" in of_service["DATABASE_URL"]
        assert "//redis:6379/" in of_service["REDIS_URL"]
        return {
            **_of_the_image(),
            **of_service,
            "PATH": os.defpath,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "DATA_DIR": str(self.data_dir),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
        }

    def command(self, service: str) -> list[str]:
        python, *rest = _COMPOSE["services"][service]["command"]
        assert python == "python"
        return [sys.executable, *rest]

    def log(self, service: str) -> Path:
        return self.data_dir / f"{service}.log"

    @contextmanager
    def running(self, service: str) -> Iterator[None]:
        with self.log(service).open("wb") as log:
            process = subprocess.Popen(
                self.command(service), cwd=ROOT, env=self.environment(service), stdout=log, stderr=subprocess.STDOUT
            )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise

    def answer(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def wait_until(self, condition: Callable[[], bool], *, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                logs = "\n".join(f"{path.name}:\n{path.read_text()[-3000:]}" for path in self.data_dir.glob("*.log"))
                raise AssertionError(
                    f"it did not happen within {seconds:g} s; /readyz: {self.answer('/readyz')}\n{logs}"
                )
            time.sleep(0.1)


def _filled_in(text: str, given: Mapping[str, str]) -> str:
    """Compose's own rules: `${NAME}`, `${NAME:-default}`, `${NAME:?message}`."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        return given[name] if kind == "?" else given.get(name) or rest or ""

    return _VARIABLE.sub(value, text)


def _of_the_image() -> dict[str, str]:
    (line,) = re.findall(r"^ENV (.*)$", (ROOT / "Containerfile").read_text().replace("\\\n", " "), re.MULTILINE)
    return dict(pair.split("=", 1) for pair in line.split())


@pytest.fixture
def composition(tmp_path: Path) -> Iterator[Composition]:
    with running_postgresql() as database_url, running_redis() as redis_url:
        yield Composition(database_url=database_url, redis_url=redis_url, data_dir=tmp_path, port=free_port())


def test_the_processes_of_compose_get_ready_and_do_what_is_due(composition: Composition) -> None:
    prepared = subprocess.run(
        composition.command("prepare"),
        cwd=ROOT,
        env=composition.environment("prepare"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    assert prepared.returncode == 0, prepared.stdout
    with psycopg.connect(composition.database_url, autocommit=True) as database, ExitStack() as started:
        database.execute(  # no team has this id, so the row is done at once and deleted
            "INSERT INTO outbox_due (kind, key, payload, due_at, lease_owner, attempts, last_error, created_at)"
            " VALUES ('slo.evaluate', '987654', '{}', now(), '', 0, '', now())"
        )

        def is_done() -> bool:
            rows = database.execute("SELECT count(*) FROM outbox_due WHERE kind = 'slo.evaluate'").fetchone()
            return rows == (0,)

        for service in ("web", "worker", "beat", "agent"):
            started.enter_context(composition.running(service))
        composition.wait_until(lambda: composition.answer("/readyz")[0] == 200, seconds=60)
        composition.wait_until(is_done, seconds=20)
        composition.wait_until(lambda: bool(database.execute("SELECT 1 FROM runs_agent").fetchall()), seconds=30)
    for service in ("web", "worker", "beat", "agent"):
        assert "Traceback" not in composition.log(service).read_text()


def test_the_agent_of_compose_takes_the_name_it_is_given(tmp_path: Path) -> None:
    composition = Composition(database_url="", redis_url="", data_dir=tmp_path, port=0)  # nothing is started
    assert composition.environment("agent")["CHAOS_AGENT"] == "", "any run whose targets name nobody"
    assert _filled_in("${CHAOS_AGENT:-}", {"CHAOS_AGENT": "cellar"}) == "cellar"


def test_the_proxy_of_compose_reads_its_file_and_wants_its_token(tmp_path: Path) -> None:
    token, listen = secrets.token_hex(), f"127.0.0.1:{free_port()}"
    (tmp_path / "token").write_text(f"{token}\n")
    proxies = [{"name": "payments", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:9"}]
    (tmp_path / "proxies.json").write_text(json.dumps(proxies))
    _, *rest = _COMPOSE["services"]["chaos-proxy"]["command"]
    here = {
        "--listen": listen,
        "--token-file": str(tmp_path / "token"),
        "--config": str(tmp_path / "proxies.json"),
    }
    given = [
        f"{name}={here.get(name, value)}" if value else name for name, _, value in (w.partition("=") for w in rest)
    ]
    environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, *given], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    try:
        while "API listens on" not in (line := process.stdout.readline()):
            assert process.poll() is None, line
        known = {"Host": "chaos-proxy:8474"}
        assert _status(listen, known) == 401
        assert _status(listen, known | {"Authorization": f"Bearer {token}"}) == 200
        assert _status(listen, {"Host": "elsewhere:8474", "Authorization": f"Bearer {token}"}) != 200
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


def _status(listen: str, headers: Mapping[str, str]) -> int:
    with httpx2.Client(trust_env=False, timeout=5) as client:
        return int(client.get(f"http://{listen}/proxies/payments", headers=dict(headers)).status_code)
