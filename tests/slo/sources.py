"""A source whose every minute is known: counts follow from the minute, with holes and failures on request."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from reliability.kit.periods import Period
from reliability.telemetry.domain.counts import Counts
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.models import Source
from reliability.telemetry.services import counts as telemetry

RATIO = {"kind": "ratio", "good": "good_total", "valid": "valid_total"}


def truth(start_minute: int, end_minute: int) -> tuple[np.ndarray, np.ndarray]:
    """Good and valid of each minute: any reading of it must give these."""
    minutes = np.arange(start_minute, end_minute)
    valid = (minutes * 7919 % 211).astype(np.float64)
    return valid - np.minimum(valid, (minutes * 104_729 % 13 == 0) * 5.0), valid


@dataclass
class KnownSource:
    """Stands in for the request to a source. holes: minutes it cannot answer. failures: the next answers are these."""

    holes: set[int] = field(default_factory=set)
    faulty: set[int] = field(default_factory=set)
    failures: list[SourceError] = field(default_factory=list)
    asked: list[tuple[Period, int]] = field(default_factory=list)
    refused_keys: set[Hashable] = field(default_factory=set)
    late_keys: set[Hashable] = field(default_factory=set)  # not asked, for lack of time
    failing_sources: dict[int, SourceError] = field(default_factory=dict)
    minutes_max: int | None = None  # longer periods are answered too late
    seconds: list[float | None] = field(default_factory=list)
    on_asked: Callable[[], None] = lambda: None
    specs: list[tuple[int, dict[str, Any], Period]] = field(default_factory=list)
    bad_stretch: Period | None = None  # a query over any of it fails with `bad_error`
    bad_error: SourceError = field(
        default_factory=lambda: SourceError(Reason.QUERY_ERROR, "many-to-many matching not allowed")
    )

    def collect(
        self,
        *,
        source: Source,
        queries: Sequence[SliQuery],
        period: Period,
        now: datetime,
        seconds_max: float | None = None,
    ) -> dict[Hashable, Counts | SourceError]:
        self.asked.append((period, len(queries)))
        self.specs += [(source.pk, query.spec, period) for query in queries]
        self.seconds.append(seconds_max)
        self.on_asked()
        if source.pk in self.failing_sources:
            return dict.fromkeys((query.key for query in queries), self.failing_sources[source.pk])
        if self.minutes_max is not None and period.minutes > self.minutes_max:
            late = SourceError(Reason.TIMEOUT, "127.0.0.1 did not answer within 10 s")
            return dict.fromkeys((query.key for query in queries), late)
        if self.failures:
            error = self.failures.pop(0)
            return dict.fromkeys((query.key for query in queries), error)
        if self.bad_stretch is not None and self.bad_stretch.intersection(period):
            return dict.fromkeys((query.key for query in queries), self.bad_error)
        start, end = period.start_minute, period.end_minute
        good, valid = truth(start, end)
        faulty = np.array([minute in self.faulty for minute in range(start, end)], dtype=np.bool_)
        covered = ~faulty & np.array([minute not in self.holes for minute in range(start, end)], dtype=np.bool_)
        counts = Counts(start, np.where(covered, good, 0.0), np.where(covered, valid, 0.0), covered, faulty)
        wrong = SourceError(Reason.QUERY_ERROR, "parse error: unexpected end of input")
        unasked = SourceError(Reason.OUT_OF_TIME, "not asked within 18 s")
        refused = dict.fromkeys(self.refused_keys, wrong) | dict.fromkeys(self.late_keys, unasked)
        return {query.key: refused.get(query.key, counts) for query in queries}


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> KnownSource:
    source = KnownSource()
    monkeypatch.setattr(telemetry, "collect", source.collect)
    return source


def down() -> SourceError:
    return SourceError(Reason.CONNECTION_REFUSED, "nothing listens at 127.0.0.1:9090: is Prometheus running?")
