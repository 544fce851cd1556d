"""Sources that are down, broken or hostile: a reason in words, in time, and never a good minute."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from reliability.telemetry.domain.failures import Reason
from tests.servers.misbehaving import Answer, Asked, success
from tests.servers.prometheus import free_port
from tests.telemetry.odd import HTML, START, STEADY, Serve, counted, error, matrix, queried, read


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
