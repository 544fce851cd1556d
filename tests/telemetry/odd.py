"""A reading of a source that misbehaves, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from reliability.kit.periods import Period
from reliability.telemetry.domain.counts import Counts
from reliability.telemetry.domain.failures import SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.sources.kind import Connection, Reading
from reliability.telemetry.sources.registry import kind_of
from tests.servers.misbehaving import Answer, Asked, Behaviour, MisbehavingServer, success

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


def vector(value: str) -> Answer:
    return success([{"metric": {}, "value": [0, value]}], kind="vector")


STEADY = matrix([(at, str(at)) for at in range(-300, 601, 15)])
