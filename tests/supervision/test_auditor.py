"""The auditor: when the operators are told, and when the sign of life goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from incidents.intake.services.watching import KIND as MONITOR
from incidents.paging.models import Escalation, Notification
from incidents.response.services.burning_watch import STILL_BURNING
from incidents.response.services.silences import WAKE
from reliability.outbox import registry
from reliability.outbox.models import Due, Heartbeat, SlowLane
from reliability.outbox.services.due import schedule
from reliability.supervision.domain.pulse import Pulse, Watch, judge, why_stalled
from reliability.supervision.selectors import pulse as selector
from reliability.supervision.services import auditor, heartbeat
from tests.cast import TeamFactory
from tests.servers.receivers import HttpReceiver, Scripted, recording_http, recording_smtp

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def operators(settings: Settings) -> Iterator[HttpReceiver]:
    with recording_http() as receiver:
        settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
        settings.OPERATORS_WEBHOOK_URL = f"{receiver.url}/operators"
        settings.HEARTBEAT_URL = f"{receiver.url}/alive"
        yield receiver


def tick_at(instant: datetime) -> None:
    Heartbeat.objects.update_or_create(name="tick", defaults={"at": instant})


def watch_for(span: timedelta, *, now: datetime, watch: Watch | None = None, ticks: bool = True) -> Watch:
    """The auditor looks each quarter of a minute."""
    watch = watch or Watch()
    for number in range(int(span / (15 * SECOND)) + 1):
        at = now + number * 15 * SECOND
        if ticks:
            tick_at(at)
        watch = auditor.look(watch=watch, now=at)
    return watch


def titles(operators: HttpReceiver) -> list[str]:
    return [request.json()["title"] for request in operators.received if request.target == "/operators"]


def test_the_names_in_the_queries_are_those_of_the_models() -> None:
    for model in (Due, SlowLane):
        assert f" {model._meta.db_table} " in selector._WAITING.replace("\n", " ")
    assert f" {Heartbeat._meta.db_table} " in selector._TICK
    assert f" {Escalation._meta.db_table} " in selector._UNHEARD
    assert f" {Notification._meta.db_table} " in selector._UNHEARD
    assert {WAKE, MONITOR, STILL_BURNING} <= registry.known_kinds()
    for kind in (WAKE, MONITOR, STILL_BURNING):
        assert f"'{kind}'" in selector._LEADS_TO_PAGES


def test_work_that_is_done_wakes_nobody(operators: HttpReceiver, now: datetime) -> None:
    watch_for(10 * MINUTE, now=now)
    assert operators.received == []


def test_a_stalled_engine_is_told_within_five_minutes_and_once(operators: HttpReceiver, now: datetime) -> None:
    schedule(kind="paging.send", key=1, due_at=now)
    watch_for(5 * MINUTE, now=now)
    assert titles(operators) == ["[localhost] Pages are not being sent"]
    assert "1 pieces of work that pages need wait" in operators.received[0].json()["text"]


def test_a_tick_that_stopped_is_told(operators: HttpReceiver, now: datetime) -> None:
    tick_at(now)
    watch_for(5 * MINUTE, now=now, ticks=False)
    assert "no tick since 2026-03-02 12:00:00 UTC" in operators.received[0].json()["text"]


def test_it_is_told_again_each_half_hour_and_when_it_is_over(operators: HttpReceiver, now: datetime) -> None:
    schedule(kind="paging.send", key=1, due_at=now)
    watch = watch_for(40 * MINUTE, now=now)
    Due.objects.all().delete()
    watch_for(MINUTE, now=now + 40 * MINUTE, watch=watch)
    assert [title.partition("] ")[2] for title in titles(operators)] == [
        "Pages are not being sent",
        "Pages are not being sent",
        "Pages are being sent again",
    ]


def test_of_two_auditors_one_tells(operators: HttpReceiver, now: datetime) -> None:
    schedule(kind="fact:response.burn_alert_fired", key=1, due_at=now)
    first = second = Watch()
    for number in range(20):
        tick_at(now + number * 15 * SECOND)
        first = auditor.look(watch=first, now=now + number * 15 * SECOND)
        second = auditor.look(watch=second, now=now + number * 15 * SECOND)
    assert len(titles(operators)) == 1


def test_what_came_due_while_everything_was_off_wakes_nobody_when_it_is_done_at_once(
    operators: HttpReceiver, now: datetime
) -> None:
    schedule(kind="paging.send", key=1, due_at=now - timedelta(hours=5))
    watch = watch_for(15 * SECOND, now=now)
    Due.objects.all().delete()
    watch_for(MINUTE, now=now + 30 * SECOND, watch=watch)
    assert operators.received == []


@pytest.mark.parametrize("kind", ["slo.backfill", "supervision.housekeeping"])
def test_other_work_that_waits_wakes_nobody(operators: HttpReceiver, now: datetime, kind: str) -> None:
    schedule(kind=kind, key=1, due_at=now)
    watch_for(5 * MINUTE, now=now)
    assert operators.received == []


def test_messages_to_a_receiver_that_hangs_wake_nobody(operators: HttpReceiver, now: datetime) -> None:
    schedule(kind="paging.send", key=1, due_at=now, lane="webhook:slow.example.com")
    SlowLane.objects.create(name="webhook:slow.example.com", until_at=now + timedelta(hours=1))
    watch_for(5 * MINUTE, now=now)
    assert operators.received == []


def test_a_database_that_does_not_answer_is_told_without_it(now: datetime) -> None:
    reason = why_stalled(pulse=Pulse(error="connection refused"), now=now)
    first = judge(watch=Watch(), reason=reason, now=now)
    assert not first.alarm
    assert judge(watch=first.watch, reason=reason, now=now + 30 * SECOND).alarm


@pytest.mark.parametrize("kind", ["paging.step", "fact:response.burn_alert_fired", WAKE, MONITOR])
def test_work_that_fails_again_and_again_is_told_though_it_is_never_late(
    operators: HttpReceiver, now: datetime, kind: str
) -> None:
    schedule(kind=kind, key=7, due_at=now + timedelta(hours=1))
    Due.objects.update(attempts=5, last_error="KeyError: 'steps'", last_error_at=now)
    tick_at(now)
    watch_for(5 * MINUTE, now=now)
    assert titles(operators) == ["[localhost] Some pages are not being sent"]
    assert f"such as {kind} 7: KeyError: 'steps'" in operators.received[0].json()["text"]


@pytest.mark.parametrize(("kind", "attempts"), [("slo.backfill", 9), ("paging.send", 1)])
def test_other_failures_and_the_first_ones_wake_nobody(
    operators: HttpReceiver, now: datetime, kind: str, attempts: int
) -> None:
    schedule(kind=kind, key=7, due_at=now + timedelta(hours=1))
    Due.objects.update(attempts=attempts, last_error="OperationalError: gone", last_error_at=now)
    watch_for(5 * MINUTE, now=now)
    assert operators.received == []


def page_that(now: datetime, *, state: str, **fields: object) -> Escalation:
    """An escalation whose only page was tried five minutes ago."""
    escalation = Escalation.objects.create(
        team=TeamFactory(), subject="incident:42", definition={}, urgency="urgent", began_at=now - 5 * MINUTE
    )
    Notification.objects.create(
        key="page:1",
        idempotency_key="1",
        escalation=escalation,
        epoch=1,
        purpose="page",
        urgency="urgent",
        place="Ops",
        place_key="channel:1",
        why="by name",
        state=state,
        created_at=now - 5 * MINUTE,
        due_at=now - 5 * MINUTE,
        first_attempt_at=now - 5 * MINUTE,
        **fields,
    )
    return escalation


@pytest.mark.parametrize("state", ["waiting", "refused", "given_up"])
def test_an_incident_that_no_place_takes_is_told(operators: HttpReceiver, now: datetime, state: str) -> None:
    page_that(now, state=state)
    watch_for(5 * MINUTE, now=now)
    assert titles(operators) == ["[localhost] Some pages are not being sent"]
    assert "nobody could be told of incident:42: no place takes the message" in operators.received[0].json()["text"]


def test_an_incident_that_was_told_to_somebody_or_acknowledged_wakes_nobody(
    operators: HttpReceiver, now: datetime
) -> None:
    page_that(now, state="sent", sent_at=now - 5 * MINUTE)
    watch_for(2 * MINUTE, now=now)
    Notification.objects.update(state="refused", sent_at=None)
    Escalation.objects.update(state="paused", epoch=2)
    watch_for(2 * MINUTE, now=now + 2 * MINUTE)
    assert operators.received == []


def test_an_escalation_that_found_nobody_at_all_is_told(operators: HttpReceiver, now: datetime) -> None:
    page_that(now, state="void")
    Notification.objects.all().delete()
    Escalation.objects.update(state="exhausted")
    watch_for(2 * MINUTE, now=now)
    assert titles(operators) == ["[localhost] Some pages are not being sent"]


def test_the_sign_of_life_goes_on_while_single_pieces_fail(operators: HttpReceiver, now: datetime) -> None:
    tick_at(now)
    page_that(now, state="refused")
    assert heartbeat.send(now=now)


def test_operators_who_could_not_be_told_are_told_soon_after(operators: HttpReceiver, now: datetime) -> None:
    schedule(kind="paging.send", key=1, due_at=now)
    operators.script[:] = [Scripted(503), Scripted(503), Scripted(200)]
    watch_for(6 * MINUTE, now=now)
    assert len(titles(operators)) == 3, "twice in vain, and then no more"


def test_an_auditor_killed_while_it_tells_leaves_it_to_the_next(
    operators: HttpReceiver, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule(kind="paging.send", key=1, due_at=now - 5 * MINUTE)

    def killed(**_: object) -> bool:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(auditor, "_tell", killed)
        with pytest.raises(SystemExit):
            watch_for(MINUTE, now=now)
    watch_for(2 * MINUTE, now=now + MINUTE)
    assert titles(operators) == ["[localhost] Pages are not being sent"]


@pytest.mark.parametrize("locked_looks", [4, 12])
def test_a_stall_that_holds_the_lock_of_the_database_is_told_once_and_so_is_its_end(
    operators: HttpReceiver, now: datetime, monkeypatch: pytest.MonkeyPatch, locked_looks: int
) -> None:
    schedule(kind="paging.send", key=1, due_at=now - 5 * MINUTE)
    watch, real = Watch(), connection.cursor

    def locked() -> Any:
        cursor = real()
        if looks < locked_looks:
            monkeypatch.setattr(cursor, "execute", _read_only(cursor.execute))
        return cursor

    for looks in range(12):
        with monkeypatch.context() as patch:
            patch.setattr(connection, "cursor", locked)
            at = now + looks * 15 * SECOND
            patch.setattr(auditor, "pulse", lambda **_: Pulse(last_tick_at=now - MINUTE, oldest_due_at=now - HOUR))
            watch = auditor.look(watch=watch, now=at)
    Due.objects.all().delete()
    watch_for(MINUTE, now=now + 4 * MINUTE, watch=watch)
    assert [title.partition("] ")[2] for title in titles(operators)] == [
        "Pages are not being sent",
        "Pages are being sent again",
    ]


def _read_only(execute: Callable[..., Any]) -> Callable[..., Any]:
    """What a writer meets while another holds the lock."""

    def run(sql: str, *rest: Any) -> Any:
        if not sql.lstrip().upper().startswith(("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            raise OperationalError("database is locked")
        return execute(sql, *rest)

    return run


def test_an_auditor_that_is_started_anew_says_that_it_is_over_and_tells_the_next_stall(
    operators: HttpReceiver, now: datetime
) -> None:
    schedule(kind="paging.send", key=1, due_at=now)
    watch_for(3 * MINUTE, now=now)
    Due.objects.all().delete()
    watch_for(MINUTE, now=now + 4 * MINUTE)
    schedule(kind="paging.send", key=2, due_at=now + 5 * MINUTE)
    watch_for(3 * MINUTE, now=now + 6 * MINUTE)
    assert [title.partition("] ")[2] for title in titles(operators)] == [
        "Pages are not being sent",
        "Pages are being sent again",
        "Pages are not being sent",
    ]


def test_operators_who_have_only_a_mail_address_are_told_once(settings: Settings, now: datetime) -> None:
    with recording_smtp() as mail:
        settings.OPERATORS_WEBHOOK_URL, settings.OPERATORS_EMAIL = "", ["operators@example.org"]
        settings.EMAIL_HOST, settings.EMAIL_PORT = mail.host, mail.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        schedule(kind="paging.send", key=1, due_at=now - 5 * MINUTE)
        watch_for(5 * MINUTE, now=now)
        assert len(mail.mails) == 1
        assert b"Pages are not being sent" in mail.mails[0].content


def test_without_a_way_to_tell_the_operators_the_log_is_enough(settings: Settings, now: datetime) -> None:
    settings.OPERATORS_WEBHOOK_URL, settings.OPERATORS_EMAIL = "", []
    schedule(kind="paging.send", key=1, due_at=now - 5 * MINUTE)
    assert watch_for(2 * MINUTE, now=now).told_at == now + 30 * SECOND


def test_the_sign_of_life_goes_out_while_work_is_done(operators: HttpReceiver, now: datetime) -> None:
    tick_at(now)
    assert heartbeat.send(now=now)
    assert [(request.method, request.target) for request in operators.received] == [("GET", "/alive")]


def test_the_sign_of_life_is_withheld_while_pages_wait(operators: HttpReceiver, now: datetime) -> None:
    tick_at(now)
    schedule(kind="paging.step", key=1, due_at=now - 2 * MINUTE)
    assert not heartbeat.send(now=now)
    assert operators.received == []


def test_a_monitor_that_refuses_the_sign_of_life_is_logged(operators: HttpReceiver, now: datetime) -> None:
    tick_at(now)
    operators.script[:] = [Scripted(500)]
    assert not heartbeat.send(now=now)


def test_without_an_address_nothing_goes_out(settings: Settings, now: datetime) -> None:
    settings.HEARTBEAT_URL = ""
    assert not heartbeat.send(now=now)


def test_nobody_is_told_of_what_waited_before_all_of_it_has_come_up(now: datetime) -> None:
    up = now.timestamp()
    settling = auditor.SETTLING_SECONDS
    assert auditor.settling_seconds(up_since=up, now=now + timedelta(seconds=10)) == settling - 10
    assert auditor.settling_seconds(up_since=up, now=now + timedelta(hours=1)) == 0, "beat was started again"
    assert auditor.settling_seconds(up_since=0.0, now=now) == 0, "beat is started by others than ./run up"
    assert auditor.settling_seconds(up_since=up, now=now - timedelta(days=1)) == settling, "the clock was set back"
