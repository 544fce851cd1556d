"""The button that tests a connection."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from reliability.telemetry.domain.failures import Reason
from reliability.telemetry.sources.kind import Connection
from reliability.telemetry.sources.registry import kind_of
from tests.servers.misbehaving import Answer, Asked, success
from tests.telemetry.odd import Serve, vector


def probe(url: str, **settings: Any) -> Any:
    return kind_of("prometheus").test(
        connection=Connection(source_id=7, name="odd", settings={"url": url, **settings}), now=datetime.now(UTC)
    )


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
