"""The connection test: what is wrong, in words, or what answers and how fresh its data is."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from reliability.kit.durations import humanize_duration
from reliability.kit.instants import format_instant
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.sources.kind import Connection, TestResult
from reliability.telemetry.sources.prometheus.client import PrometheusClient
from reliability.telemetry.sources.prometheus.options import Options

_SKEW_MAX = timedelta(minutes=1)
_STALE = timedelta(minutes=5)
_OLDEST = (2, 24)  # label values by match[], which errors about buckets need


def probe(*, connection: Connection, now: datetime) -> TestResult:
    """Ask for the version, the clock, the number of series and the newest sample. Raises nothing."""
    try:
        with PrometheusClient(options=Options.of(connection), source_id=connection.source_id) as client:
            return _examine(client, now)
    except SourceError as error:
        return TestResult(is_success=False, reason=error.reason, message=error.message)


def _examine(client: PrometheusClient, now: datetime) -> TestResult:
    answered = client.instant(query="vector(1)", at=now)
    if not answered or answered[0].get("value", [0, ""])[1] != "1":
        return TestResult(
            is_success=False,
            reason=Reason.NOT_PROMETHEUS,
            message="the server answers in JSON, but does not evaluate PromQL: vector(1) was not 1",
        )
    latency = client.session.seconds[-1]
    skew = _skew(client.session.date_header, now)
    info = client.build_info()
    advice = [*_clock_advice(skew), *_age_advice(info.get("version", ""))]
    facts = [("Server", _server_words(info)), *_freshness(client, now, advice)]
    return TestResult(
        is_success=True,
        reason=None,
        message=f"{_server_words(info)} answers in {latency * 1000:.0f} ms",
        facts=tuple(facts),
        advice=tuple(advice),
        latency_seconds=latency,
        warnings=tuple(client.session.warnings),
    )


def _server_words(info: dict[str, str]) -> str:
    version = info.get("version")
    return f"Prometheus API {version}" if version else "A Prometheus API that tells no version"


def _skew(date_header: str, now: datetime) -> timedelta | None:
    """The server's clock minus ours, from its Date header (whole seconds)."""
    try:
        return parsedate_to_datetime(date_header) - now
    except (ValueError, TypeError):
        return None


def _clock_advice(skew: timedelta | None) -> list[str]:
    if skew is None or abs(skew) <= _SKEW_MAX:
        return []
    side = "ahead of" if skew > timedelta(0) else "behind"
    return [
        f"its clock is {humanize_duration(abs(skew))} {side} this machine's: synchronise both, "
        "or fresh minutes will be missed"
    ]


def _age_advice(version: str) -> list[str]:
    numbers = re.match(r"v?(\d+)\.(\d+)", version)
    if numbers and (2, 0) <= (int(numbers[1]), int(numbers[2])) < _OLDEST:
        return [f"version {version} is too old for some queries: 2.24 or newer is needed"]
    return []


def _freshness(client: PrometheusClient, now: datetime, advice: list[str]) -> list[tuple[str, str]]:
    """How many targets' series are alive and when the newest was scraped, from the `up` every scrape writes.

    Servers fed by remote write may have no `up`; then nothing is said, and nothing is wrong.
    """
    facts: list[tuple[str, str]] = []
    try:
        newest = client.instant(query="max(timestamp(up))", at=now)
        targets = client.instant(query="count(up)", at=now)
        scraped = client.instant(query="sum(scrape_samples_post_metric_relabeling)", at=now)
    except SourceError as error:
        advice.append(f"it could not be asked how fresh its data is: {error.message}")
        return facts
    if not newest:
        advice.append("it has no `up` series of the last five minutes: is anything scraped, or is all of it pushed?")
        return facts
    at = datetime.fromtimestamp(float(newest[0]["value"][1]), tz=now.tzinfo)
    facts.append(("Newest sample", format_instant(at.replace(microsecond=0))))
    facts.append(("Targets", f"{float(targets[0]['value'][1]):.0f}"))
    if scraped:
        facts.append(("Series scraped", f"{float(scraped[0]['value'][1]):.0f}"))
    if now - at > _STALE:
        advice.append(f"its newest sample is {humanize_duration(now - at)} old")
    return facts
