"""A source whose every minute is known: counts follow from the minute, with holes and failures on request."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

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
    failures: list[SourceError] = field(default_factory=list)
    asked: list[tuple[Period, int]] = field(default_factory=list)
    refused_keys: set[Hashable] = field(default_factory=set)

    def collect(
        self, *, source: Source, queries: Sequence[SliQuery], period: Period, now: datetime
    ) -> dict[Hashable, Counts | SourceError]:
        self.asked.append((period, len(queries)))
        if self.failures:
            error = self.failures.pop(0)
            return dict.fromkeys((query.key for query in queries), error)
        start, end = period.start_minute, period.end_minute
        good, valid = truth(start, end)
        covered = np.array([minute not in self.holes for minute in range(start, end)], dtype=np.bool_)
        counts = Counts(
            start, np.where(covered, good, 0.0), np.where(covered, valid, 0.0), covered, np.zeros_like(covered)
        )
        wrong = SourceError(Reason.QUERY_ERROR, "parse error: unexpected end of input")
        return {query.key: wrong if query.key in self.refused_keys else counts for query in queries}


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> KnownSource:
    source = KnownSource()
    monkeypatch.setattr(telemetry, "collect", source.collect)
    return source


def down() -> SourceError:
    return SourceError(Reason.CONNECTION_REFUSED, "nothing listens at 127.0.0.1:9090: is Prometheus running?")
