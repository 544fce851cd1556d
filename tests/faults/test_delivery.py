"""Pages while what they need dies or misbehaves: each is delivered, under one key, soon after that is over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.conftest import PROBE
from tests.faults.paging import EMBEDDED, SERVERS, Bench, keys_of, running_bench
from tests.servers.prepared import copy_prepared
from tests.servers.product import ROOT, Product
from tests.servers.receivers import Fault, Scripted, recording_http

pytestmark = pytest.mark.faults

RECOVERY_SECONDS_MAX = 10.0


@pytest.fixture(scope="module", params=[EMBEDDED, SERVERS])
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Beside servers a worker of processes, as compose.yaml has it: a death takes one of them, not all at once."""
    pool = "prefork" if request.param == SERVERS else "threads"
    directory = tmp_path_factory.mktemp("bench")
    with running_bench(request.param, directory, WORKER_CONCURRENCY="6", WORKER_POOL=pool) as bench:
        yield bench


def test_receivers_that_misbehave_get_the_page_once_they_behave_and_hold_up_nobody(
    bench: Bench, record_property: Callable[[str, object], None]
) -> None:
    scripts = {
        "hangs": [Scripted(fault=Fault.HANG), Scripted(204)],
        "answers-500": [Scripted(500), Scripted(500), Scripted(204)],
        "asks-to-wait": [Scripted(429, headers={"Retry-After": "3"}), Scripted(204)],
        "drops-after": [Scripted(fault=Fault.DROP_AFTER), Scripted(204)],
        "drops-before": [Scripted(fault=Fault.DROP_BEFORE), Scripted(204)],
    }
    with ExitStack() as stack:
        bad = {name: stack.enter_context(recording_http(script)) for name, script in scripts.items()}
        good = [stack.enter_context(recording_http()) for _ in range(12)]
        for name, receiver in bad.items():
            bench.page(name, [receiver])
        time.sleep(1)
        asked = time.monotonic()
        for number, receiver in enumerate(good):
            bench.page(f"good{number}", [receiver])
        waits = sorted(receiver.wait_for(1, seconds=30)[0].at - asked for receiver in good)
        record_property("slowest of those beside a receiver that hangs", round(waits[-1], 1))
        assert waits[-1] < 5
        for name, receiver in bad.items():
            bench.wait_until_sent(name, seconds=30)
            assert len(set(keys_of(receiver))) == 1, name
        hung, waited = bad["hangs"].received, bad["asks-to-wait"].received
        assert hung[1].at - hung[0].at < 13, "cut within ten seconds, and tried again soon"
        assert 3 <= waited[1].at - waited[0].at < 8
        assert [len(receiver.received) for receiver in good] == [1] * len(good)


def test_a_broker_that_is_dead_for_ten_seconds_delays_pages_and_loses_none(
    bench: Bench, record_property: Callable[[str, object], None]
) -> None:
    with ExitStack() as stack:
        receivers = [stack.enter_context(recording_http()) for _ in range(5)]
        with bench.without_broker():
            for number, receiver in enumerate(receivers):
                bench.page(f"broker{number}", [receiver])
            time.sleep(10)
        back = time.monotonic()
        for number in range(len(receivers)):
            bench.wait_until_sent(f"broker{number}", seconds=30)
        taken = time.monotonic() - back
        record_property("seconds after the broker was back", round(taken, 1))
        assert taken < RECOVERY_SECONDS_MAX
        assert [len(receiver.received) for receiver in receivers] == [1] * len(receivers)


@pytest.mark.parametrize("bench", [SERVERS], indirect=True)
def test_a_database_that_is_killed_delays_pages_and_loses_none(
    bench: Bench, record_property: Callable[[str, object], None]
) -> None:
    assert bench.postgresql is not None
    with ExitStack() as stack:
        receivers = [stack.enter_context(recording_http([Scripted(503)])) for _ in range(5)]
        for number, receiver in enumerate(receivers):
            bench.page(f"database{number}", [receiver])
        for receiver in receivers:
            receiver.wait_for(1, seconds=20)  # and a next try is due soon
        bench.postgresql.die()
        for receiver in receivers:
            receiver.script[:] = [Scripted(204)]
        time.sleep(3)
        bench.postgresql.come_back()
        back = time.monotonic()
        for number in range(len(receivers)):
            bench.wait_until_sent(f"database{number}", seconds=30)
        taken = time.monotonic() - back
        record_property("seconds after the database was back", round(taken, 1))
        assert taken < RECOVERY_SECONDS_MAX
        assert all(len(set(keys_of(receiver))) == 1 for receiver in receivers)


def test_a_page_needs_no_beat_when_something_wakes_the_worker_and_two_beats_page_once(bench: Bench) -> None:
    second = subprocess.Popen(
        [sys.executable, "-m", "reliability.beat"],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(bench.product.data_dir), **_servers(bench)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with ExitStack() as stack:
            receivers = [stack.enter_context(recording_http()) for _ in range(5)]
            for number, receiver in enumerate(receivers):
                bench.page(f"beats{number}", [receiver])
                if number == 2:
                    bench.kill("beat")
            for number in range(len(receivers)):
                assert bench.wait_until_sent(f"beats{number}", seconds=20) < RECOVERY_SECONDS_MAX
            time.sleep(2.5)  # one more tick of both
            assert [len(receiver.received) for receiver in receivers] == [1] * len(receivers)
    finally:
        second.kill()
        second.wait()


def test_a_clock_that_is_set_by_an_hour_neither_holds_pages_back_nor_lets_steps_fall_due(bench: Bench) -> None:
    with recording_http([Scripted(503)]) as first, recording_http() as second:
        bench.page("clock", [first], [second])
        first.wait_for(2)
        bench.step_clock(-3600)
        time.sleep(3)
        first.script[:] = [Scripted(204)]
        assert bench.wait_until_sent("clock", seconds=30) < RECOVERY_SECONDS_MAX
        bench.step_clock(0)  # forward again
        time.sleep(5)
        assert second.received == []
        with recording_http() as third:
            bench.page("after-clock", [third])
            assert bench.wait_until_sent("after-clock", seconds=30) < RECOVERY_SECONDS_MAX


def test_the_tick_alone_pages_without_celery_and_broker(tmp_path: Path) -> None:
    (tmp_path / "probe").mkdir()
    environment = {
        **{name: text for name, text in os.environ.items() if name != "DATABASE_URL"},
        **PROBE,
        "DATA_DIR": str(tmp_path),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "OUTBOUND_ALLOWED_HOSTS": "127.0.0.1",
    }
    manage = [sys.executable, str(ROOT / "manage.py")]
    copy_prepared(tmp_path, environment=environment)
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([*manage, "tick", "--loop"], cwd=ROOT, env=environment, stdout=log, stderr=log)
    bench = Bench(product=Product(process, data_dir=tmp_path, log_path=tmp_path / "log"), directory=tmp_path / "probe")
    try:
        with recording_http([Scripted(fault=Fault.HANG)]) as hung, recording_http() as receiver:
            bench.page("hung", [hung])
            hung.wait_for(1, seconds=30)
            asked = time.monotonic()
            bench.page("alone", [receiver])
            assert receiver.wait_for(1)[0].at - asked < 5, "the one that hangs holds up nobody"
            bench.wait_until_sent("alone", seconds=10)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)
    assert "Traceback" not in bench.product.log


def test_an_acknowledgement_ends_the_tries_of_a_receiver_that_is_down(bench: Bench) -> None:
    with recording_http([Scripted(503)]) as down, recording_http() as second:
        bench.page("acknowledged", [down], [second])
        down.wait_for(2)
        bench.ask("probe.acknowledge", "acknowledged")
        bench.product.wait_until(lambda: "void" in bench.states("acknowledged"), seconds=15, what="that it is void")
        down.script[:] = [Scripted(204)]
        bench.ask("probe.advance", "acknowledged")
        time.sleep(3)
        assert second.received == []


def _servers(bench: Bench) -> dict[str, str]:
    if bench.postgresql is None or bench.redis is None:
        return {"DATABASE_URL": f"sqlite:///{bench.product.database_path}"}
    return {"DATABASE_URL": bench.postgresql.url, "REDIS_URL": bench.redis.url}
