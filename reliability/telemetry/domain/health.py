"""How a source is, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reliability.kit.durations import humanize_duration
from reliability.telemetry.domain.breaker import FAILURES_MAX

_SLOW_SECONDS = 5.0
_QUIET = timedelta(minutes=15)


class HealthState(StrEnum):
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    FAILING = "failing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Health:
    """`words` is one sentence; `detail` what the source said last, when that explains the state."""

    state: HealthState
    words: str
    detail: str = ""


def health_of(
    *,
    is_read: bool,
    checked_at: datetime | None,
    answered_at: datetime | None,
    latency_seconds: float | None,
    failures_in_a_row: int,
    open_until: datetime | None,
    last_error: str,
    warnings: list[str],
    now: datetime,
) -> Health:
    """State and words from the health columns of a source. is_read: False for sources that others send to."""
    if not is_read:
        return _pushed(answered_at, now)
    if checked_at is None:
        return Health(HealthState.UNKNOWN, "Not asked yet: test the connection, or add an SLI that reads from it.")
    if failures_in_a_row:
        return _failing(failures_in_a_row, answered_at, open_until, last_error, now)
    if warnings:
        return Health(HealthState.DEGRADED, "Answers, with warnings.", warnings[0])
    if latency_seconds is not None and latency_seconds > _SLOW_SECONDS:
        return Health(HealthState.DEGRADED, f"Answers slowly: {latency_seconds:.1f} s for a request.")
    if now - checked_at > _QUIET:
        return Health(HealthState.HEALTHY, f"Answered when last asked, {humanize_duration(now - checked_at)} ago.")
    return Health(HealthState.HEALTHY, f"Answers in {(latency_seconds or 0) * 1000:.0f} ms.")


def _pushed(arrived_at: datetime | None, now: datetime) -> Health:
    """Senders choose their own rhythm, so silence is told and not judged."""
    if arrived_at is None:
        return Health(HealthState.UNKNOWN, "No counts have arrived yet.")
    if now - arrived_at < timedelta(minutes=1):
        return Health(HealthState.HEALTHY, "Counts arrived within the last minute.")
    return Health(HealthState.HEALTHY, f"Counts arrived last {humanize_duration(now - arrived_at)} ago.")


def _failing(
    failures: int, answered_at: datetime | None, open_until: datetime | None, last_error: str, now: datetime
) -> Health:
    times = "Once" if failures == 1 else f"{failures} times in a row"
    since = f"last answer {humanize_duration(now - answered_at)} ago" if answered_at else "it never answered"
    if open_until is not None and open_until > now:
        rest = humanize_duration(open_until - now)
        return Health(HealthState.FAILING, f"Failed {times.lower()}; {since}; left alone for {rest}.", last_error)
    state = HealthState.FAILING if failures >= FAILURES_MAX else HealthState.DEGRADED
    return Health(state, f"Failed {times.lower()}; {since}.", last_error)
