"""Processes killed while work is in hand: it is done all the same, and soon."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.faults.conftest import PROBE, Work
from tests.servers.product import ROOT, Product, running_product

# The suite runs beside these on two cores, so the bounds leave room above what is measured alone.
pytestmark = pytest.mark.faults


def test_a_worker_killed_in_the_middle_of_work_is_replaced_and_the_work_done(product: Product, work: Work) -> None:
    work.ask("a", seconds=30, first=True)
    product.wait_until(lambda: work.traced("begin") == ["a"], seconds=10, what="the beginning")
    os.kill(product.children()["worker"], signal.SIGKILL)
    taken = work.wait_until_done(seconds=20)
    assert work.traced("begin") == ["a", "a"]
    assert work.traced("end") == ["a"], "the killed run must not finish beside the second run"
    assert taken < 15


def test_a_killed_pool_process_costs_its_work_one_repetition(tmp_path: Path) -> None:
    with running_product(tmp_path / "data", environment={**PROBE, "WORKER_POOL": "prefork"}) as product:
        product.wait_until_ready()
        work = Work(product=product, trace=tmp_path / "trace")
        work.ask("a", seconds=30, first=True)
        product.wait_until(lambda: work.traced("begin") == ["a"], seconds=15, what="the beginning")
        os.kill(int(work.trace.read_text().split()[2]), signal.SIGKILL)
        assert work.wait_until_done(seconds=15) < 10
        assert work.traced("end") == ["a"]


def test_a_broker_that_is_killed_and_comes_back_empty_loses_no_work(product: Product, work: Work) -> None:
    for number in range(6):
        work.ask(str(number), seconds=0.5)
    product.wait_until(lambda: bool(work.traced("begin")), seconds=15, what="the beginning")
    former = product.children()["broker"]
    os.kill(former, signal.SIGKILL)
    product.wait_until(lambda: product.children().get("broker", former) != former, seconds=5, what="a new broker")
    work.wait_until_done(seconds=25)
    assert set(work.traced("end")) == {"0", "1", "2", "3", "4", "5"}


def test_a_second_beat_does_no_work_twice(product: Product, work: Work) -> None:
    second = subprocess.Popen(
        [sys.executable, "-m", "reliability.beat"],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(product.data_dir), "DATABASE_URL": f"sqlite:///{product.database_path}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for number in range(8):
            work.ask(str(number), seconds=0.1)
        work.wait_until_done(seconds=25)
        time.sleep(2.5)  # one more tick of both
    finally:
        second.kill()
        second.wait()
    assert sorted(work.traced("end")) == [str(number) for number in range(8)]


@pytest.mark.parametrize("name", ["beat", "web"])
def test_a_killed_child_is_started_again(product: Product, name: str) -> None:
    former = product.children()[name]
    os.kill(former, signal.SIGKILL)
    product.wait_until(lambda: product.children().get(name, former) != former, seconds=5, what=f"a new {name}")
    product.wait_until_ready(seconds=20)


def test_a_rolling_restart_refuses_no_request(product: Product) -> None:
    """Visitors connect without a pause, so that some have just done so whenever a process ends."""
    former = product.children()
    answers: list[int] = []
    is_over = threading.Event()

    def visit() -> None:
        while not is_over.is_set():
            answers.append(product.get("/healthz", seconds=25)[0])

    def is_replaced() -> bool:
        current = product.children()
        return all(current.get(name, former[name]) != former[name] for name in ("web", "worker", "beat"))

    visitors = [threading.Thread(target=visit) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    try:
        product.process.send_signal(signal.SIGHUP)
        product.wait_until(is_replaced, seconds=30, what="the replacement of web, worker and beat")
    finally:
        is_over.set()
        for visitor in visitors:
            visitor.join()
    assert set(answers) == {200}
    assert product.children()["broker"] == former["broker"], "nothing is gained by emptying the broker"


def test_a_second_supervisor_on_the_same_data_is_refused(product: Product) -> None:
    second = _run_up(product.data_dir, port="0")
    assert second.returncode == 2
    assert f"it is running already on {product.data_dir} (process {product.process.pid})" in second.stdout


def test_a_port_in_use_is_said_with_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = _run_up(tmp_path, port=str(port))
    assert ended.returncode == 2
    assert f"port {port} is used by another program: choose another one: PORT={port + 1}" in ended.stdout


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_a_port_that_is_none_is_said_with_what_may_stand_there(tmp_path: Path, port: str) -> None:
    ended = _run_up(tmp_path, port=port)
    assert ended.returncode == 2
    assert f"PORT must be a number from 1 to 65535, or 0 for any free one, got '{port}'" in ended.stdout


def test_a_supervisor_asks_for_one_page_and_its_death_leaves_no_orphan_and_the_next_start_works(tmp_path: Path) -> None:
    with running_product(tmp_path, environment=PROBE) as product:
        product.wait_until_ready()
        assert "request_cancelled" not in product.log, "it waits for the first page without hanging up"
        assert product.log.count("request_finished") == 1, "the supervisor's own; probes are not logged"
        descendants = product.descendants()
        assert len(descendants) >= 4, "broker, web, worker, beat"
        product.process.kill()
        product.process.wait()
        product.wait_until(
            lambda: not any(Path(f"/proc/{pid}").exists() for pid in descendants), seconds=5, what="the end of all"
        )
    with running_product(tmp_path, environment=PROBE) as product:
        product.wait_until_ready()
        assert product.stop() < 10


def _run_up(data_dir: Path, *, port: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATA_DIR": str(data_dir), "PORT": port, "PREPARED": "1"}
    return subprocess.run(
        [sys.executable, "-m", "reliability", "up"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
        check=False,
    )
