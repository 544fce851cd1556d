"""Sources that are down, slow, broken, hostile or lying: a reason in words, in time, and never a good minute."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from pytest_django import Settings

from reliability.kit.periods import Period
from reliability.telemetry.domain.counts import Counts
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.sources.kind import Connection, Reading
from reliability.telemetry.sources.prometheus.session import QuerySession
from reliability.telemetry.sources.registry import kind_of
from tests.servers.misbehaving import Answer, Asked, Behaviour, MisbehavingServer, success
from tests.servers.prometheus import free_port

Serve = Callable[[Behaviour], MisbehavingServer]
START = datetime(2026, 3, 1, tzinfo=UTC)
PERIOD = Period(START, START + timedelta(minutes=10))
NOW = START + timedelta(hours=1)
SPEC = {"kind": "ratio", "good": 'm_total{code="200"}', "valid": "m_total"}
HTML = {"Content-Type": "text/html"}


def read(
    url: str, spec: dict[str, Any] | None = None, secrets: dict[str, str] | None = None, **settings: Any
) -> Reading:
    connection = Connection(source_id=7, name="odd", settings={"url": url, **settings}, secrets=secrets or {})
    query = SliQuery("key", spec or SPEC)
    return kind_of("prometheus").read(connection=connection, queries=[query], period=PERIOD, now=NOW)


def error(reading: Reading) -> SourceError:
    answer = reading.answers["key"]
    assert isinstance(answer, SourceError), answer
    return answer


def queried(server: MisbehavingServer) -> list[Asked]:
    """What was asked for indicators; the cheap question whether anything is answered at all is left out."""
    return [asked for asked in server.asked if asked.parameters.get("query") != "vector(1)"]


def counted(reading: Reading) -> Counts:
    answer = reading.answers["key"]
    assert isinstance(answer, Counts), answer
    return answer


def matrix(values: Sequence[tuple[float, str]], **labels: str) -> dict[str, Any]:
    return {
        "metric": {"__name__": "m_total", "code": "200", **labels},
        "values": [[START.timestamp() + at, value] for at, value in values],
    }


STEADY = matrix([(at, str(at)) for at in range(-300, 601, 15)])


@pytest.mark.parametrize(
    ("answer", "reason", "words", "requests"),
    [
        (Answer(401), Reason.UNAUTHORIZED, "wants credentials", 1),
        (Answer(403), Reason.UNAUTHORIZED, "refuses", 1),
        (Answer(404, b"404 page not found", HTML), Reason.WRONG_PATH, "path prefix", 1),
        (Answer(200, b"<html>Sign in</html>", HTML), Reason.NOT_PROMETHEUS, "log-in page", 1),
        (Answer(200, b'{"hello": "world"}'), Reason.NOT_PROMETHEUS, "JSON that is not", 1),
        (Answer(200, b"[" * 200_000), Reason.BROKEN_ANSWER, "broken JSON", 3),
        (Answer(200, b'{"status":"success","data":{"result":['), Reason.BROKEN_ANSWER, "broken JSON", 3),
        (Answer(200, b'{"status":"success"}'), Reason.BROKEN_ANSWER, "without a result", 1),
        (Answer(200, b'{"status":"success","data":{"result":7}}'), Reason.BROKEN_ANSWER, "without a result", 1),
        (Answer(200, b"this is not gzip", {"Content-Encoding": "gzip"}), Reason.BROKEN_ANSWER, "broke off", 3),
        (Answer(500, b"oops", HTML), Reason.SERVER_ERROR, "500", 1),
        (Answer(502, b"bad gateway", HTML), Reason.SERVER_ERROR, "502", 3),
        (Answer(503), Reason.SERVER_ERROR, "503", 3),
        (Answer(504), Reason.SERVER_ERROR, "504", 3),
        (Answer(429, headers={"Retry-After": "0"}), Reason.RATE_LIMITED, "fewer queries", 3),
        (Answer(429, headers={"Retry-After": "3600"}), Reason.RATE_LIMITED, "fewer queries", 1),
        (
            Answer(400, b'{"status":"error","errorType":"bad_data","error":"parse error"}'),
            Reason.QUERY_ERROR,
            "parse error",
            2,
        ),
        (
            Answer(422, b'{"status":"error","errorType":"execution","error":"many-to-many matching"}'),
            Reason.QUERY_ERROR,
            "many-to-many",
            2,
        ),
        (
            Answer(503, b'{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}'),
            Reason.TIMEOUT,
            "gave up",
            1,
        ),
        (
            Answer(302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
            Reason.REDIRECT,
            "redirects to http://169.254.169.254/latest/meta-data/, which is not followed",
            1,
        ),
    ],
    ids=lambda value: str(value)[:60] if not isinstance(value, Answer) else f"{value.status} {value.body[:30]!r}",
)
def test_every_refusal_has_its_reason_and_only_passing_ones_are_tried_again(
    serve: Serve, answer: Answer, reason: Reason, words: str, requests: int
) -> None:
    server = serve(lambda asked: answer)
    found = error(read(server.url))
    assert (found.reason, words in found.message) == (reason, True), found.message
    assert len(queried(server)) == requests


def test_a_query_error_is_no_failure_of_the_source(serve: Serve) -> None:
    answer = Answer(400, b'{"status":"error","errorType":"bad_data","error":"parse error"}')
    assert read(serve(lambda asked: answer).url).failure is None
    assert read(serve(lambda asked: Answer(500)).url).failure is not None


def test_a_second_try_that_works_is_all_that_is_seen(serve: Serve) -> None:
    answers = iter([Answer(503), success([STEADY])])
    found = counted(read(serve(lambda asked: next(answers)).url))
    assert found.valid.tolist() == [60.0] * 10


def test_nobody_listening() -> None:
    found = error(read(f"http://127.0.0.1:{free_port()}"))
    assert found.reason is Reason.CONNECTION_REFUSED
    assert "does the server run" in found.message


def test_an_unknown_name(monkeypatch: pytest.MonkeyPatch) -> None:
    found = error(read("http://nowhere.invalid"))
    assert found.reason is Reason.UNKNOWN_HOST
    assert "nowhere.invalid" in found.message


def test_tls_on_a_plain_port(serve: Serve) -> None:
    found = error(read(serve(lambda asked: Answer()).url.replace("http:", "https:")))
    assert found.reason is Reason.TLS
    assert "http://" in found.message


def test_a_private_network_that_is_not_allowed_is_not_asked(serve: Serve, settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = []
    server = serve(lambda asked: success([STEADY]))
    found = error(read(server.url))
    assert found.reason is Reason.ADDRESS_REFUSED
    assert "OUTBOUND_ALLOWED_HOSTS" in found.message
    assert server.asked == []


def test_a_slow_source_is_cut_in_time_and_not_asked_again(serve: Serve) -> None:
    server = serve(lambda asked: Answer(pause=lambda: time.sleep(3)))
    started = time.monotonic()
    found = error(read(server.url, read_seconds=1))
    assert found.reason is Reason.TIMEOUT
    assert time.monotonic() - started < 2.5
    assert len(queried(server)) == 1


def test_an_answer_that_dribbles_in_is_cut_in_time(serve: Serve) -> None:
    def dribble() -> Iterator[bytes]:
        while True:
            time.sleep(0.1)
            yield b" " * 100_000

    started = time.monotonic()
    found = error(read(serve(lambda asked: Answer(pieces=dribble())).url, read_seconds=1))
    assert found.reason is Reason.TIMEOUT
    assert time.monotonic() - started < 5


def test_an_answer_that_breaks_off_is_no_data(serve: Serve) -> None:
    body = success([STEADY]).body
    server = serve(lambda asked: Answer(body=body[:-50], announced_length=len(body)))
    found = error(read(server.url))
    assert found.reason is Reason.BROKEN_ANSWER


def test_a_bomb_is_cut_at_the_bound_and_asked_in_smaller_pieces_first(serve: Serve, settings: Settings) -> None:
    settings.SOURCE_BODY_BYTES_MAX = 100_000
    bomb = gzip.compress(b" " * 50_000_000)
    server = serve(lambda asked: Answer(body=bomb, headers={"Content-Encoding": "gzip"}))
    started = time.monotonic()
    found = error(read(server.url))
    assert found.reason is Reason.ANSWER_TOO_LARGE
    assert "SOURCE_BODY_BYTES_MAX" in found.message
    assert time.monotonic() - started < 3


def test_too_many_samples_are_asked_for_in_halves_that_share_none(serve: Serve) -> None:
    """The whole window is refused; its halves answer with samples on both of their edges, as Prometheus 2 does."""

    def behave(asked: Asked) -> Answer:
        seconds = int(asked.parameters["query"].rpartition("[")[2].removesuffix("s]"))
        end = float(asked.parameters["time"]) - START.timestamp()
        if seconds > 900:
            return Answer(422, b'{"status":"error","errorType":"execution","error":"would load too many samples"}')
        return success([matrix([(at, str(at)) for at in range(-300, 901, 15) if end - seconds <= at <= end])])

    server = serve(behave)
    assert counted(read(server.url)).valid.tolist() == [60.0] * 10
    assert len(server.asked) > 2


@pytest.mark.parametrize("status", [405, 501])
def test_a_server_that_takes_no_post_is_asked_with_get(serve: Serve, status: int) -> None:
    server = serve(lambda asked: Answer(status) if asked.method == "POST" else success([STEADY]))
    assert counted(read(server.url)).covered.all()
    assert [asked.method for asked in server.asked] == ["POST", "GET"]


def test_queries_and_credentials_travel_in_body_and_headers_not_in_the_address(serve: Serve) -> None:
    server = serve(lambda asked: success([STEADY]))
    read(server.url, auth="bearer", secrets={"token": "t0p", "headers": "X-Scope-OrgID: shop\nX-Two: b"})
    asked = server.asked[0]
    assert asked.query == {}
    assert asked.form["query"] == "m_total[1200s]"
    assert asked.form["timeout"] == "10s"
    assert asked.headers["authorization"] == "Bearer t0p"
    assert asked.headers["x-scope-orgid"] == "shop"


def test_basic_credentials_are_sent(serve: Serve) -> None:
    server = serve(lambda asked: success([STEADY]))
    read(server.url, auth="basic", username="me", secrets={"password": "pw"})
    assert server.asked[0].headers["authorization"] == "Basic bWU6cHc="


def test_warnings_of_the_api_are_kept(serve: Serve) -> None:
    server = serve(lambda asked: success([STEADY], warnings=["store gateway down: partial data"], infos=["hm"]))
    assert read(server.url).warnings == ("store gateway down: partial data", "hm")


@pytest.mark.parametrize(
    ("series", "refused"),
    [
        ([matrix([(at, "NaN" if at == 90 else str(at + 300)) for at in range(-300, 601, 15)])], [1]),
        ([matrix([(at, "+Inf" if at == 90 else str(at + 300)) for at in range(-300, 601, 15)])], [1]),
        ([matrix([(at, "-5" if at == 90 else str(at + 300)) for at in range(-300, 601, 15)])], [1]),
        ([matrix([(at, str(at + 300)) for at in range(-300, 601, 15)] + [(90, "1")])], [1]),
    ],
    ids=["NaN", "infinity", "negative", "contradicting repeat"],
)
def test_a_lie_costs_its_minute_and_nothing_else(serve: Serve, series: list[Any], refused: list[int]) -> None:
    found = counted(read(serve(lambda asked: success(series)).url))
    assert np.flatnonzero(~found.covered).tolist() == refused
    assert found.faults == 1
    assert set(found.valid[found.covered]) == {60.0}
    assert found.valid[~found.covered].tolist() == [0.0]


@pytest.mark.parametrize(
    "series",
    [{"values": []}, {"metric": 3}, {"metric": {}, "values": [[1]]}, {"metric": {}, "values": [["x", "1"]]}, 7],
    ids=["no labels", "labels that are a number", "a pair of one", "a time that is text", "no object"],
)
def test_series_that_cannot_be_read_are_an_error(serve: Serve, series: Any) -> None:
    found = error(read(serve(lambda asked: success([series])).url))
    assert found.reason in (Reason.BROKEN_ANSWER, Reason.QUERY_ERROR)


def test_no_series_is_no_data(serve: Serve) -> None:
    found = counted(read(serve(lambda asked: success([])).url))
    assert not found.covered.any()
    assert found.valid.sum() == 0


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
        return slow or Answer(pause=lambda: time.sleep(1.5))

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
    open_now, most = [0], [0]

    def behave(asked: Asked) -> Answer:
        open_now[0] += 1
        most[0] = max(most[0], open_now[0])
        time.sleep(0.03)
        open_now[0] -= 1
        return success([])

    server = serve(behave)
    connection = Connection(source_id=9, name="busy", settings={"url": server.url, "concurrency": 3})
    queries = [SliQuery(n, {"kind": "ratio", "good": f"a{n}_total", "valid": f"b{n}_total"}) for n in range(10)]
    kind_of("prometheus").read(connection=connection, queries=queries, period=PERIOD, now=NOW)
    assert len(server.asked) == 20
    assert most[0] == 3


def test_an_invalid_spec_is_answered_without_a_request(serve: Serve) -> None:
    server = serve(lambda asked: success([]))
    found = error(read(server.url, spec={"kind": "ratio", "good": "a"}))
    assert found.reason is Reason.INVALID_SPEC
    assert server.asked == []


def test_the_session_ignores_proxies_of_the_environment(monkeypatch: pytest.MonkeyPatch, serve: Serve) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert counted(read(serve(lambda asked: success([STEADY])).url)).covered.all()
    assert QuerySession().trust_env is False


def probe(url: str, **settings: Any) -> Any:
    return kind_of("prometheus").test(
        connection=Connection(source_id=7, name="odd", settings={"url": url, **settings}), now=datetime.now(UTC)
    )


def vector(value: str) -> Answer:
    return success([{"metric": {}, "value": [0, value]}], kind="vector")


def test_the_connection_test_notices_another_query_language(serve: Serve) -> None:
    result = probe(serve(lambda asked: success([])).url)
    assert not result.is_success
    assert result.reason is Reason.NOT_PROMETHEUS


def test_the_connection_test_tells_version_targets_and_newest_sample(serve: Serve) -> None:
    newest = datetime.now(UTC) - timedelta(seconds=10)

    def behave(asked: Asked) -> Answer:
        if asked.path.endswith("buildinfo"):
            return Answer(body=b'{"status":"success","data":{"version":"2.20.1"}}')
        known = {"max(timestamp(up))": str(newest.timestamp()), "count(up)": "12", "vector(1)": "1"}
        return vector(known.get(asked.parameters["query"], "3400"))

    result = probe(serve(behave).url)
    assert result.is_success
    facts = dict(result.facts)
    assert facts["Server"] == "Prometheus API 2.20.1"
    assert facts["Newest sample"] == newest.replace(microsecond=0).isoformat().replace("+00:00", "Z")
    assert (facts["Targets"], facts["Series scraped"]) == ("12", "3400")
    assert "too old" in result.advice[0]


def test_the_connection_test_notices_a_clock_that_differs(serve: Serve) -> None:
    server = serve(lambda asked: vector("1"))
    ahead = datetime.now(UTC) + timedelta(minutes=7)
    result = kind_of("prometheus").test(
        connection=Connection(source_id=7, name="odd", settings={"url": server.url}), now=ahead
    )
    assert any("its clock is" in text and "behind this machine's" in text for text in result.advice)
