"""Counts that others send: nothing is fetched, rows arrive at POST /api/v1/counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from reliability.kit.periods import Period
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.sources.counts.form import CountsForm
from reliability.telemetry.sources.kind import Connection, Reading, SettingsForm, TestResult


class CountsKind:
    name = "counts"
    title = "Pushed counts"
    description = "Your jobs and services send good and valid counts per minute over HTTP."
    form: type[SettingsForm] = CountsForm
    is_read = False

    def read(
        self,
        *,
        connection: Connection,
        queries: Sequence[SliQuery],
        period: Period,
        now: datetime,
        seconds_max: float | None = None,
    ) -> Reading:
        """Nothing can be fetched: what was sent is in the series store already."""
        error = SourceError(
            Reason.NOTHING_TO_READ,
            f"{connection.name} is filled by POST /api/v1/counts: there is nothing to fetch or to backfill from",
        )
        return Reading(answers={query.key: error for query in queries})

    def gap(self, settings: Mapping[str, Any]) -> timedelta:
        return timedelta(0)

    def test(self, *, connection: Connection, now: datetime) -> TestResult:
        return TestResult(
            is_success=True,
            reason=None,
            message="Ready to receive: send counts with an API token that has the scope intake.",
        )
