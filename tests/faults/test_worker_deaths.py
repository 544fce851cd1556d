"""Faults 1 and 2: a worker killed between every two writes of the path of a page costs none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from tests.faults.paging import EMBEDDED, SERVERS, Bench, keys_of, running_bench
from tests.servers.receivers import HttpReceiver, recording_http

pytestmark = pytest.mark.faults

RECOVERY_SECONDS_MAX = 10.0
# Between every two writes of the path of a page: (where the worker dies, how often the receiver may hear of it).
DEATHS = {
    "paging.send claimed": 1,
    "paging.send handed over": 1,
    "try not written": 1,
    "try not committed": 1,
    "try written": 1,
    "sent": 2,
    "answer not committed": 2,
    "paging.send finished": 1,
}
HANDING_OVER = {"paging.send claimed", "paging.send handed over"}
STEP_DEATHS = ["step taken", "step not taken", "paging.step finished"]
POINTS = [*DEATHS, *STEP_DEATHS]
# Embedded, all of the worker dies, and the supervisor waits twice as long after each death: two of them share the
# deaths. Beside servers, where the worker is of processes as in compose.yaml, one of these dies.
FIRST, SECOND = f"{EMBEDDED} first", f"{EMBEDDED} second"


def on(bench: str) -> pytest.MarkDecorator:
    """By a parameter of its own: of a pair with the point, each test would start a product."""
    return pytest.mark.parametrize("bench", [bench], indirect=True)


@pytest.fixture(scope="module")
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    kind = SERVERS if request.param == SERVERS else EMBEDDED
    pool = "prefork" if kind == SERVERS else "threads"
    with running_bench(kind, tmp_path_factory.mktemp("bench"), WORKER_CONCURRENCY="6", WORKER_POOL=pool) as bench:
        yield bench


@on(FIRST)
@pytest.mark.parametrize("point", POINTS[:6])
def test_a_worker_killed_between_two_writes_costs_no_page_and_doubles_none_unseen(
    bench: Bench, point: str, record_property: Callable[[str, object], None]
) -> None:
    _die(bench, point, record_property)


@on(SECOND)
@pytest.mark.parametrize("point", POINTS[6:])
def test_a_worker_killed_later_on_the_way_of_a_page_costs_none_either(
    bench: Bench, point: str, record_property: Callable[[str, object], None]
) -> None:
    _die(bench, point, record_property)


@on(SERVERS)
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_process_of_a_worker_beside_servers_costs_no_page(
    bench: Bench, point: str, record_property: Callable[[str, object], None]
) -> None:
    _die(bench, point, record_property)


def _die(bench: Bench, point: str, record_property: Callable[[str, object], None]) -> None:
    die = _while_it_takes_a_step if point in STEP_DEATHS else _while_it_pages
    taken = die(bench, point, subject=re.sub(r"\W", "-", point))
    record_property(f"seconds to recover from: {point}", round(taken, 1))
    assert taken < RECOVERY_SECONDS_MAX


def _while_it_pages(bench: Bench, point: str, *, subject: str) -> float:
    """Seconds until the page was sent, from when a worker worked again."""
    with recording_http() as receiver:
        bench.die_at(point)
        subject = _page_until_death(bench, point, subject, receiver)
        bench.wait_until_recovered(point)
        taken = bench.wait_until_sent(subject, seconds=20)
        told = [request.header("webhook-id") for request in receiver.received if request.target == f"/{subject}"]
        assert len(set(told)) == 1
        assert 1 <= len(told) <= DEATHS[point]
        assert bench.states(subject) == ["sent"]
        return taken


def _page_until_death(bench: Bench, point: str, subject: str, receiver: HttpReceiver) -> str:
    """The subject of the page during which a worker died: one that finds a slot of its lane free is not handed over."""
    if point not in HANDING_OVER:
        bench.page(subject, [receiver])
        bench.wait_for_death(point, seconds=30)
        return subject
    for name in (f"{subject}-{number}" for number in range(5)):
        bench.page(name, [receiver])
        if bench.dies_before_it_sends(point, name):
            return name
    raise AssertionError(f"no page of five came by: {point}")


def _while_it_takes_a_step(bench: Bench, point: str, *, subject: str) -> float:
    """As above, of the page of the second step."""
    with recording_http() as first, recording_http() as second:
        bench.page(subject, [first], [second])
        bench.wait_until_sent(subject, seconds=20)
        bench.die_at(point)
        bench.ask("probe.advance", subject)
        bench.wait_for_death(point, seconds=30)
        bench.wait_until_recovered(point)
        taken = bench.wait_until_sent(subject, count=2, seconds=20)
        assert (len(first.received), len(set(keys_of(second)))) == (1, 1)
        return taken
