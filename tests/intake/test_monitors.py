"""Monitors from their address to the incident and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from incidents.intake.handlers import housekeeping, look_at_monitor
from incidents.intake.models import Monitor, MonitorCall
from incidents.intake.services import monitors, watching
from incidents.intake.services.monitors import NewAddress, Settings
from incidents.response.domain.severity import Severity
from incidents.response.models import Alert, Incident
from reliability.access.models import AuditEntry
from reliability.outbox.models import Due
from reliability.web.errors import Conflict, Forbidden, Invalid
from tests.cast import Cast

HOUR, GRACE = timedelta(hours=1), timedelta(minutes=5)
SETTINGS = Settings(title="Backup", period=HOUR, grace=GRACE, severity=Severity.SEV2)


@pytest.fixture
def made(cast: Cast, now: datetime) -> NewAddress:
    return monitors.create(caller=cast.caller("editor"), team=cast.payments, name="backup", settings=SETTINGS, now=now)


def call(sender: Client, made: NewAddress, told: str = "", *, at: datetime, **more: Any) -> Any:
    with time_machine.travel(at, tick=False):
        return sender.get(f"/ping/{made.secret}{told}", **more)


def due_at() -> datetime:
    return Due.objects.get(kind=watching.KIND).due_at


def look(made: NewAddress) -> Monitor:
    """As a worker does at the instant that was asked for."""
    row = Due.objects.get(kind=watching.KIND)
    again = look_at_monitor(key=row.key, payload={}, now=row.due_at)
    if again is None:
        row.delete()
    else:
        Due.objects.filter(pk=row.pk).update(due_at=again)
    return Monitor.objects.get(pk=made.monitor.pk)


@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_any_usual_method_is_a_call(sender: Client, made: NewAddress, method: str) -> None:
    answer = getattr(sender, method)(f"/ping/{made.secret}")
    assert answer.status_code == 200
    assert MonitorCall.objects.get().kind == "success"
    assert Monitor.objects.get().state == "up"


def test_nobody_is_paged_before_the_first_call(made: NewAddress) -> None:
    assert not Due.objects.filter(kind=watching.KIND).exists()
    assert made.monitor.state == "new"


def test_silence_opens_one_incident_and_a_call_resolves_it(sender: Client, made: NewAddress, now: datetime) -> None:
    call(sender, made, at=now)
    assert due_at() == now + HOUR
    assert look(made).state == "late"
    assert not Incident.objects.exists()
    assert look(made).state == "down"
    incident = Incident.objects.get()
    assert (incident.title, incident.severity) == ("Backup is down: no call within 1 h, the last came 1 h 5 min ago", 2)
    assert not Due.objects.filter(kind=watching.KIND).exists(), "it fires once"
    call(sender, made, at=now + 3 * HOUR)
    incident.refresh_from_db()
    assert incident.status == "resolved"
    assert due_at() == now + 4 * HOUR


def test_a_look_that_runs_twice_tells_once(sender: Client, made: NewAddress, now: datetime) -> None:
    call(sender, made, at=now)
    look(made)
    for _ in range(2):
        watching.look(monitor_id=made.monitor.pk, now=now + HOUR + GRACE)
    assert Alert.objects.get().times_seen == 1


@pytest.mark.parametrize("told", ["/fail", "/3"])
def test_a_failure_opens_an_incident_at_once(sender: Client, made: NewAddress, now: datetime, told: str) -> None:
    call(sender, made, told, at=now)
    assert Incident.objects.get().origin == f"monitor:{made.monitor.pk}"
    call(sender, made, "/0", at=now + GRACE)
    assert Incident.objects.get().status == "resolved"


def test_a_run_tells_how_long_it_took_and_what_it_wrote(sender: Client, made: NewAddress, now: datetime) -> None:
    call(sender, made, "/start", at=now)
    with time_machine.travel(now + timedelta(seconds=90), tick=False):
        sender.post(f"/ping/{made.secret}/7", b"disk \xff full", content_type="text/plain")
    ended = MonitorCall.objects.order_by("-pk")[0]
    assert (ended.exit_code, ended.duration_seconds, ended.body) == (7, 90.0, "disk \\xff full")


def test_unknown_addresses_are_not_found_and_soon_told_to_wait(sender: Client, cast: Cast, settings: Any) -> None:
    settings.INTAKE_WRONG_KEYS_PER_MINUTE_MAX = 2
    assert [sender.get("/ping/nobodys").status_code for _ in range(3)] == [404, 404, 429]


@pytest.mark.parametrize(("told", "status"), [("/256", 400), ("/later", 404), ("/-1", 404)])
def test_what_is_no_call_is_refused(sender: Client, made: NewAddress, told: str, status: int) -> None:
    assert sender.get(f"/ping/{made.secret}{told}").status_code == status
    assert not MonitorCall.objects.exists()


def test_calls_have_a_bound(sender: Client, made: NewAddress, now: datetime, settings: Any) -> None:
    settings.MONITOR_CALLS_MAX = 3
    for minute in range(6):
        call(sender, made, at=now + timedelta(minutes=minute))
    assert MonitorCall.objects.count() == 3
    assert MonitorCall.objects.order_by("-at")[0].at == now + timedelta(minutes=5)


def test_a_pause_resolves_and_keeps_quiet_until_somebody_resumes(
    sender: Client, made: NewAddress, cast: Cast, now: datetime
) -> None:
    call(sender, made, "/fail", at=now)
    responder = cast.caller("responder")
    monitors.pause(caller=responder, monitor=made.monitor, now=now)
    assert Incident.objects.get().status == "resolved"
    call(sender, made, "/fail", at=now + HOUR)
    assert Incident.objects.count() == 1
    assert not Due.objects.filter(kind=watching.KIND).exists()
    monitors.resume(caller=responder, monitor=made.monitor, now=now + 2 * HOUR)
    assert due_at() == now + 3 * HOUR
    assert AuditEntry.objects.filter(action__in=("monitor.pause", "monitor.resume")).count() == 2


def test_a_clock_that_is_set_back_is_noticed(sender: Client, made: NewAddress, now: datetime) -> None:
    call(sender, made, at=now + 9 * HOUR)
    housekeeping(key="all", payload={}, now=now)
    assert due_at() == now
    assert look(made).expected_by_at == now + HOUR


def test_a_new_address_kills_the_former(sender: Client, made: NewAddress, cast: Cast, now: datetime) -> None:
    renewed = monitors.renew_address(caller=cast.caller("editor"), monitor=made.monitor, now=now)
    assert sender.get(f"/ping/{made.secret}").status_code == 404
    assert sender.get(f"/ping/{renewed.secret}").status_code == 200


def test_another_period_is_looked_at_earlier(sender: Client, made: NewAddress, cast: Cast, now: datetime) -> None:
    call(sender, made, at=now)
    wanted = Settings(title="Backup", period=timedelta(minutes=10), grace=GRACE)
    monitors.update(caller=cast.caller("editor"), monitor=made.monitor, settings=wanted, revision=1, now=now)
    assert due_at() == now + timedelta(minutes=10)
    with pytest.raises(Conflict):
        monitors.update(caller=cast.caller("editor"), monitor=made.monitor, settings=wanted, revision=1, now=now)


def test_a_job_by_cron_is_due_at_its_hour_whatever_the_clocks_do(sender: Client, cast: Cast, now: datetime) -> None:
    """On 29 March 2026 the clocks of Berlin skip 02:30."""
    wanted = Settings(title="Nightly", period=None, cron="30 2 * * *", time_zone="Europe/Berlin", grace=GRACE)
    made = monitors.create(caller=cast.caller("editor"), team=cast.payments, name="nightly", settings=wanted, now=now)
    call(sender, made, at=datetime(2026, 3, 28, 1, 31, tzinfo=UTC))
    assert due_at() == datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "03:00, the first instant after the gap"
    assert look(made).state == "late"
    assert look(made).state == "down"
    assert Incident.objects.get().title == (
        "Nightly is down: no call for 2026-03-29 03:00 Europe/Berlin, the last came 23 h 34 min ago"
    )
    call(sender, made, at=datetime(2026, 3, 29, 1, 20, tzinfo=UTC))
    assert due_at() == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)
    assert Incident.objects.get().status == "resolved"


def test_a_cron_expression_takes_the_place_of_a_period(
    sender: Client, made: NewAddress, cast: Cast, now: datetime
) -> None:
    call(sender, made, at=now)
    wanted = Settings(title="Backup", period=None, cron="@hourly", time_zone="UTC", grace=GRACE)
    changed = monitors.update(caller=cast.caller("editor"), monitor=made.monitor, settings=wanted, revision=1, now=now)
    assert (changed.period_seconds, changed.cron) == (None, "0 * * * *")
    assert due_at() == now + HOUR
    entry = AuditEntry.objects.get(action="monitor.update")
    assert entry.changes["cron"] == ["", "0 * * * *"]


def test_the_end_of_a_monitor_resolves_its_alert(sender: Client, made: NewAddress, cast: Cast, now: datetime) -> None:
    call(sender, made, "/fail", at=now)
    monitors.delete(caller=cast.caller("editor"), monitor=made.monitor, now=now)
    assert Incident.objects.get().status == "resolved"
    assert not Due.objects.filter(kind=watching.KIND).exists()


@pytest.mark.parametrize(
    ("period", "grace", "field"),
    [(timedelta(seconds=1), GRACE, "period"), (HOUR, timedelta(days=99), "grace")],
)
def test_impossible_settings_are_named(
    cast: Cast, now: datetime, period: timedelta, grace: timedelta, field: str
) -> None:
    wanted = Settings(title="x", period=period, grace=grace)
    with pytest.raises(Invalid) as refusal:
        monitors.create(caller=cast.caller("editor"), team=cast.payments, name="x", settings=wanted, now=now)
    assert refusal.value.details[0]["field"] == field


def test_a_viewer_may_not_pause(made: NewAddress, cast: Cast, now: datetime) -> None:
    with pytest.raises(Forbidden):
        monitors.pause(caller=cast.caller("viewer"), monitor=made.monitor, now=now)
