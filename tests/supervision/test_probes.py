"""Readiness tells what is wrong; metrics are for those who may read them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import redis
from django.test import Client
from pytest_django import Settings

from reliability.outbox.models import Heartbeat
from reliability.outbox.selectors.backlog import TICK
from reliability.outbox.services.due import schedule
from reliability.supervision.selectors import readiness as module
from reliability.supervision.selectors.exposition import exposition
from reliability.supervision.selectors.readiness import readiness
from reliability.web.metrics import INTAKE_ROWS

pytestmark = pytest.mark.django_db


def reasons(now: datetime) -> dict[str, str]:
    return {check.name: check.reason for check in readiness(now=now)}


@pytest.fixture
def _broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis.Redis, "ping", lambda _: True)


@pytest.mark.usefixtures("_broker")
def test_everything_well_is_ready(now: datetime) -> None:
    Heartbeat.objects.create(name=TICK, at=now)
    assert set(reasons(now).items()) == {(name, "") for name in ("database", "migrations", "tick", "broker", "disk")}


@pytest.mark.usefixtures("_broker")
def test_a_tick_that_stopped_is_told_with_its_time(now: datetime) -> None:
    assert reasons(now)["tick"] == "no tick has run yet: are a worker and beat running?"
    Heartbeat.objects.create(name=TICK, at=now - timedelta(seconds=61))
    assert reasons(now)["tick"] == "the last tick ran at 2026-03-02 11:58:59 UTC: are a worker and beat running?"


def test_a_broker_that_is_gone_is_told(now: datetime, settings: Settings, tmp_path: Path) -> None:
    settings.REDIS_URL = f"redis+socket://{tmp_path}/none.sock"
    assert reasons(now)["broker"].startswith("the broker does not answer: ")


@pytest.mark.usefixtures("_broker")
def test_a_disk_that_is_nearly_full_is_told(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FREE_BYTES_MIN", 1 << 60)
    assert "MiB are left on the disk" in reasons(now)["disk"]


def test_readyz_answers_503_with_the_reasons_to_any_host_and_nobody_signed_in(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.REDIS_URL = f"redis+socket://{tmp_path}/none.sock"
    response = client.get("/readyz", headers={"host": "10.1.2.3:8000"})
    assert response.status_code == 503
    body = json.loads(response.content)
    assert body["ready"] is False
    assert body["checks"]["database"] == "ok"
    assert body["checks"]["broker"] != "ok"


@pytest.mark.parametrize(
    ("token", "address", "headers", "status"),
    [
        pytest.param("", "127.0.0.1", {}, 200, id="this machine may read"),
        pytest.param("", "::1", {}, 200, id="this machine may read over IPv6"),
        pytest.param("", "192.0.2.1", {}, 403, id="another machine may not"),
        pytest.param("", "127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, 403, id="nor one behind a proxy on this one"),
        pytest.param("s3cret", "192.0.2.1", {"Authorization": "Bearer s3cret"}, 200, id="the token opens them"),
        pytest.param("s3cret", "192.0.2.1", {"Authorization": "Bearer other"}, 403, id="another token does not"),
        pytest.param("s3cret", "127.0.0.1", {}, 403, id="with a token even this machine needs it"),
    ],
)
def test_who_may_read_metrics(
    client: Client, settings: Settings, token: str, address: str, headers: dict[str, str], status: int
) -> None:
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", headers=headers, REMOTE_ADDR=address).status_code == status


def test_metrics_hold_the_counters_and_what_the_database_knows(now: datetime) -> None:
    INTAKE_ROWS.labels(protocol="test", outcome="stored").inc(3)
    Heartbeat.objects.create(name=TICK, at=now - timedelta(seconds=5))
    schedule(kind="outbox.housekeeping", key="all", due_at=now - timedelta(seconds=90))
    body, content_type = exposition(accept="application/openmetrics-text", now=now)
    lines = body.decode().splitlines()
    assert content_type.startswith("application/openmetrics-text")
    assert 'reliability_intake_rows_total{outcome="stored",protocol="test"} 3.0' in lines
    assert "reliability_oldest_due_age_seconds 90.0" in lines
    assert "reliability_due_overdue 1.0" in lines
    assert "reliability_tick_age_seconds 5.0" in lines
    assert lines[-1] == "# EOF"
    assert not any(line.startswith("reliability_evaluation_lag") for line in lines), "nothing evaluated is no lag of 0"
