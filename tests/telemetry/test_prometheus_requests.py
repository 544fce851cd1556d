"""What is sent to a source, and what is made of series that lie."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reliability.telemetry.domain.failures import Reason
from reliability.telemetry.sources.prometheus.session import QuerySession
from tests.servers.misbehaving import Answer, success
from tests.telemetry.odd import STEADY, Serve, counted, error, matrix, read


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


def test_the_session_ignores_proxies_of_the_environment(monkeypatch: pytest.MonkeyPatch, serve: Serve) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert counted(read(serve(lambda asked: success([STEADY])).url)).covered.all()
    assert QuerySession().trust_env is False


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
