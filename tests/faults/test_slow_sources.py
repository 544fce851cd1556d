"""Sources that answer late hold some of the worker's slots, and never all of them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.faults.conftest import PROBE, Work
from tests.servers.product import Product, running_product

pytestmark = pytest.mark.faults

SLOTS = 4


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    environment = {**PROBE, "WORKER_CONCURRENCY": str(SLOTS)}
    with running_product(tmp_path_factory.mktemp("slow"), environment=environment) as product:
        product.wait_until_ready()
        yield product


def test_as_many_slow_sources_as_slots_do_not_hold_up_other_work(product: Product, work: Work) -> None:
    for number in range(SLOTS):
        work.ask(f"source{number}", kind="probe.source", seconds=12)
    product.wait_until(lambda: len(work.traced("begin")) >= 2, seconds=10, what="the beginning of two")
    asked_at = time.monotonic()
    for number in range(8):
        work.ask(f"quick{number}", seconds=0)
    product.wait_until(lambda: len(work.traced("end")) >= 8, seconds=10, what="the end of the quick work")
    assert time.monotonic() - asked_at < 6, "two ticks and the broker, whatever the sources do"
    assert {key[:5] for key in work.traced("end")} == {"quick"}
    assert len([key for key in work.traced("begin") if key.startswith("source")]) == 2
    assert product.get("/readyz")[0] == 200, "the tick goes on"
    work.wait_until_done(seconds=40)
    assert len([key for key in work.traced("end") if key.startswith("source")]) == SLOTS


def test_many_sources_that_answer_at_once_are_not_held_up_by_the_bound(product: Product, work: Work) -> None:
    for number in range(40):
        work.ask(str(number), kind="probe.source", seconds=0.01)
    taken = work.wait_until_done(seconds=30)
    assert taken < 12, "two at each tick would take 40 s"


def test_a_termination_while_every_slot_is_busy_takes_less_than_ten_seconds(product: Product, work: Work) -> None:
    for number in range(SLOTS):
        work.ask(str(number), seconds=60)
    product.wait_until(lambda: len(work.traced("begin")) == SLOTS, seconds=15, what="the beginning of all")
    assert product.stop() < 10
    assert work.rows() == SLOTS, "what was interrupted stays due"
