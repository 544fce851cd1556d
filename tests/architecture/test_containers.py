"""Containerfile and compose.yaml, as far as they can be held without an engine."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from tests.architecture.sources import ROOT
from tests.architecture.test_configuration import documented

CONTAINERFILE = (ROOT / "Containerfile").read_text().replace("\\\n", " ")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}
# Python's and the shell's own.
_FOREIGN = {"PATH", "PYTHONPATH", "PYTHONUNBUFFERED"}


def instructions(word: str) -> list[str]:
    return re.findall(rf"^\s*{word}\s+(.*)$", CONTAINERFILE, re.MULTILINE)


def assert_command_exists(command: list[str]) -> None:
    if command[:2] == ["python", "-m"]:
        assert importlib.util.find_spec(command[2]) is not None, f"there is no module {command[2]}"
    else:
        assert command[:2] == ["python", "manage.py"]
        assert command[2] in get_commands()


def test_the_image_copies_only_what_exists_and_every_package_that_is_needed() -> None:
    copied = [name for line in instructions("COPY") if "--from" not in line for name in line.split()[:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert packages | {"templates", "manage.py", "requirements.lock"} <= set(copied)


def test_the_image_starts_a_command_that_exists() -> None:
    (command,) = [json.loads(line) for line in instructions("CMD") if '"-m"' in line]
    assert command == ["python", "-m", "reliability", "up"]
    assert_command_exists(command)


def test_the_image_is_checked_on_the_port_it_exposes() -> None:
    (port,) = instructions("EXPOSE")
    assert f"127.0.0.1:{port}/healthz" in CONTAINERFILE
    assert 'os.environ.get("PORT", "8000")' in (ROOT / "reliability/server.py").read_text()
    assert port == "8000"


def test_the_image_runs_as_nobody_in_particular_and_installs_by_hash() -> None:
    assert instructions("USER") == ["reliability"]
    assert "--require-hashes" in CONTAINERFILE


def test_every_variable_of_image_and_compose_is_documented() -> None:
    (line,) = instructions("ENV")
    names = {pair.partition("=")[0] for pair in line.split()}
    for service in OURS.values():
        names |= set(service["environment"])
    assert names - _FOREIGN - documented() == set()


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_service_runs_a_command_that_exists(name: str) -> None:
    assert_command_exists(OURS[name]["command"])


def test_the_services_are_the_processes_of_the_supervisor() -> None:
    assert set(OURS) == {"prepare", "web", "worker", "beat", "agent"}
    worker = OURS["worker"]["environment"]
    assert worker["WORKER_SLOTS"] == f"${{WORKER_SLOTS:-{worker['WORKER_CONCURRENCY']}}}", "of one worker"


@pytest.mark.parametrize("name", ["SECRET_KEY_FALLBACKS", "ENCRYPTION_KEYS"])
def test_keys_can_be_rotated_in_containers(name: str) -> None:
    assert {service["environment"].get(name) for service in OURS.values()} == {f"${{{name}:-}}"}


def test_every_dependency_and_volume_of_compose_is_declared() -> None:
    services = COMPOSE["services"]
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in COMPOSE["volumes"]
    assert OURS["web"]["ports"] == ["${PORT:-8000}:8000"]


def test_the_proxy_for_faults_starts_only_when_asked_for_and_with_a_token() -> None:
    proxy = COMPOSE["services"]["chaos-proxy"]
    assert proxy["profiles"] == ["chaos"]
    assert proxy["image"] == COMPOSE["x-product"]["image"]
    assert "environment" not in proxy, "it needs no key and no database"
    assert_command_exists(proxy["command"])
    assert {f"--token-file=/run/secrets/{name}" for name in proxy["secrets"]} <= set(proxy["command"])
    assert {f"--config={one['target']}" for one in proxy["configs"]} <= set(proxy["command"])
    assert set(proxy["secrets"]) <= set(COMPOSE["secrets"])
    assert {one["source"] for one in proxy["configs"]} <= set(COMPOSE["configs"])
    named = {COMPOSE["secrets"][name]["environment"] for name in proxy["secrets"]}
    guide = (ROOT / "docs" / "operations.md").read_text()
    assert all(name in guide for name in (*named, "CHAOS_PROXIES"))


def test_addresses_in_compose_name_its_own_services() -> None:
    for service in OURS.values():
        assert "@postgresql:5432/" in service["environment"]["DATABASE_URL"]
        assert service["environment"]["REDIS_URL"] == "redis://redis:6379/0"
        assert service["stop_grace_period"] == "15s", "longer than the ten seconds that everything takes to end"


def test_run_is_executable_and_plain_shell() -> None:
    script = ROOT / "run"
    assert script.read_text().startswith("#!/bin/sh\n")
    assert shutil.which(str(script)) is not None
    assert Path(ROOT / ".ci" / "run").stat().st_mode & 0o100
