"""Sources and queries that are slow: each costs its own time and nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from reliability.telemetry.domain.counts import Counts
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.sources.kind import Connection, Reading
from reliability.telemetry.sources.registry import kind_of
from tests.servers.misbehaving import Answer, Asked, MisbehavingServer, success
from tests.telemetry.odd import HTML, NOW, PERIOD, STEADY, Serve, error, queried, read, vector


def test_a_dead_source_is_not_asked_for_every_sli(serve: Serve) -> None:
    server = serve(lambda asked: Answer(500))
    connection = Connection(source_id=8, name="dead", settings={"url": server.url, "concurrency": 2})
    queries = [SliQuery(n, {"kind": "ratio", "good": f"a{n}_total", "valid": f"b{n}_total"}) for n in range(50)]
    reading = kind_of("prometheus").read(connection=connection, queries=queries, period=PERIOD, now=NOW)
    assert {type(answer) for answer in reading.answers.values()} == {SourceError}
    assert len(server.asked) <= 4


def slow_and_fast(serve: Serve, is_slow: Callable[[str], bool], slow: Answer | None = None) -> MisbehavingServer:
    """Answers every query at once, but the slow ones late, or with *slow*."""

    def behave(asked: Asked) -> Answer:
        query = asked.parameters["query"]
        if not is_slow(query):
            return vector("1") if query == "vector(1)" else success([STEADY])
        return slow or Answer(pause=lambda: time.sleep(5))

    return serve(behave)


def read_gauges(url: str, names: Sequence[str], seconds_max: float | None = None, **settings: Any) -> Reading:
    connection = Connection(
        source_id=11, name="shared", settings={"url": url, "read_seconds": 1, "concurrency": 1, **settings}
    )
    queries = [SliQuery(name, {"kind": "ratio", "good": f"{name}_good", "valid": f"{name}_all"}) for name in names]
    return kind_of("prometheus").read(
        connection=connection, queries=queries, period=PERIOD, now=NOW, seconds_max=seconds_max
    )


@pytest.mark.parametrize(
    "slow",
    [
        None,
        Answer(503, b'{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}'),
        Answer(504, b"gateway time-out", HTML),
        Answer(500, b"the proxy broke", HTML),
    ],
    ids=["no answer", "the server gives up", "a proxy gives up", "a proxy breaks"],
)
def test_queries_that_are_too_slow_fail_alone(serve: Serve, slow: Answer | None) -> None:
    server = slow_and_fast(serve, lambda query: query.startswith("a"), slow)
    reading = read_gauges(server.url, ["a1", "a2", "b", "c", "d", "e"])
    slow_ones = [answer for key, answer in reading.answers.items() if str(key).startswith("a")]
    assert all(isinstance(answer, SourceError) and not answer.is_source_down for answer in slow_ones)
    assert [type(reading.answers[key]) for key in "bcde"] == [Counts] * 4
    assert reading.failure is None
    assert "2 of 6 indicators got no answer" in reading.warnings[0]


def test_a_source_that_answers_nothing_at_all_is_down(serve: Serve) -> None:
    server = slow_and_fast(serve, lambda query: True)
    reading = read_gauges(server.url, ["a", "b", "c"])
    assert reading.failure is not None
    assert all(isinstance(answer, SourceError) and answer.is_source_down for answer in reading.answers.values())
    assert len(queried(server)) == 2


def test_a_slow_query_spoils_no_request_it_shares(serve: Serve) -> None:
    server = slow_and_fast(serve, lambda query: "slow" in query)
    connection = Connection(source_id=12, name="shared", settings={"url": server.url, "read_seconds": 1})
    specs = {name: {"kind": "boolean", "query": f'sum(up{{job="{name}"}})'} for name in ("slow", "b", "c")}
    specs |= {f"raw_{name}": {"kind": "boolean", "query": f'up{{job="{name}"}}'} for name in ("slow", "b", "c")}
    queries = [SliQuery(name, spec) for name, spec in specs.items()]
    reading = kind_of("prometheus").read(connection=connection, queries=queries, period=PERIOD, now=NOW)
    failed = {key for key, answer in reading.answers.items() if isinstance(answer, SourceError)}
    assert failed == {"slow", "raw_slow"}
    assert reading.failure is None


def test_a_reading_ends_in_the_time_it_has_and_says_what_it_did_not_ask(serve: Serve) -> None:
    server = slow_and_fast(serve, lambda query: query.startswith("a"))
    started = time.monotonic()
    reading = read_gauges(server.url, ["a1", "a2", "a3", "a4", "a5", "b"], seconds_max=2.5)
    assert time.monotonic() - started < 3.5
    answer = reading.answers["b"]
    assert isinstance(answer, SourceError)
    assert (answer.reason, answer.is_source_down) == (Reason.OUT_OF_TIME, False)
    assert reading.failure is None
    assert not [asked for asked in server.asked if asked.parameters["query"].startswith("b")]


def test_no_more_requests_are_open_than_the_source_allows(serve: Serve) -> None:
    """The first answers wait for the third request, and a fourth would have come while they are given."""
    counting, all_are_open = threading.Lock(), threading.Event()
    open_now, most = 0, 0

    def behave(asked: Asked) -> Answer:
        nonlocal open_now, most
        with counting:
            open_now += 1
            most = max(most, open_now)
            if most == 3:
                all_are_open.set()
        all_are_open.wait(10)
        time.sleep(0.03)
        with counting:
            open_now -= 1
        return success([])

    server = serve(behave)
    connection = Connection(source_id=9, name="busy", settings={"url": server.url, "concurrency": 3})
    queries = [SliQuery(n, {"kind": "ratio", "good": f"a{n}_total", "valid": f"b{n}_total"}) for n in range(10)]
    kind_of("prometheus").read(connection=connection, queries=queries, period=PERIOD, now=NOW)
    assert len(server.asked) == 20
    assert most == 3


def test_an_invalid_spec_is_answered_without_a_request(serve: Serve) -> None:
    server = serve(lambda asked: success([]))
    found = error(read(server.url, spec={"kind": "ratio", "good": "a"}))
    assert found.reason is Reason.INVALID_SPEC
    assert server.asked == []
