"""Where lead time goes: its distribution, the stages of change requests, and what the data leaves unsaid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reliability.delivery.domain.dora import Judged, Spread, spread, within
from reliability.delivery.domain.dora_columns import ABSENT, Columns, Fact, seconds_of
from reliability.kit.periods import Period

_HOUR, _DAY = 3600, 86_400
# Above the first, below the second; the bounds of DORA's clusters are among them.
BUCKETS = (
    ("under 1 h", _HOUR),
    ("1 to 6 h", 6 * _HOUR),
    ("6 to 24 h", _DAY),
    ("1 to 3 days", 3 * _DAY),
    ("3 to 7 days", 7 * _DAY),
    ("1 to 4 weeks", 28 * _DAY),
    ("4 to 26 weeks", 182 * _DAY),
)
LAST_BUCKET = "26 weeks and more"
STAGE_NAMES = ("coding", "pickup", "review", "release")


@dataclass(frozen=True, slots=True)
class Bucket:
    """changes: with a lead time of at least the bucket before's end and below its own."""

    title: str
    changes: int


@dataclass(frozen=True, slots=True)
class StageSpread:
    """name: coding, pickup, review or release; requests: all that were shipped, of which spread.n have this stage."""

    name: str
    spread: Spread
    requests: int


@dataclass(frozen=True, slots=True)
class Quality:
    """Of the deployments that finished in the period. attempts: of every outcome; the rest: of the successful ones."""

    attempts: int
    unsuccessful: int
    deployments: int
    first: int
    without_changes: int
    truncated: int
    pending: int
    clocks: int

    def share(self, count: int) -> float | None:
        """Of the successful ones; None without any."""
        return count / self.deployments if self.deployments else None


def distribution(*, judged: Judged, period: Period) -> list[Bucket]:
    """How many changes took how long."""
    leads = judged.leads[within(judged=judged, period=period)[judged.lead_of]]
    places = np.searchsorted([bound for _, bound in BUCKETS], leads, side="right")
    counts = np.bincount(places, minlength=len(BUCKETS) + 1)
    titles = [*(title for title, _ in BUCKETS), LAST_BUCKET]
    return [Bucket(title, int(n)) for title, n in zip(titles, counts, strict=True)]


def stage_spreads(*, judged: Judged, period: Period) -> list[StageSpread]:
    """Of the change requests that were deployed in the period."""
    stages = judged.stages[within(judged=judged, period=period)[judged.stage_of]]
    return [
        StageSpread(name, spread(stages[:, place][stages[:, place] != ABSENT]), len(stages))
        for place, name in enumerate(STAGE_NAMES)
    ]


def quality_of(*, columns: Columns, period: Period) -> Quality:
    """What the figures cannot know."""
    inside = (columns.finished >= seconds_of(period.start)) & (columns.finished < seconds_of(period.end))
    facts = columns.facts[inside]
    live = facts[(facts & Fact.SUCCEEDED) != 0]

    def count(fact: Fact) -> int:
        return int(np.count_nonzero(live & fact))

    return Quality(
        attempts=len(facts),
        unsuccessful=len(facts) - len(live),
        deployments=len(live),
        first=count(Fact.FIRST),
        without_changes=count(Fact.NO_CHANGES),
        truncated=count(Fact.TRUNCATED),
        pending=count(Fact.PENDING),
        clocks=count(Fact.CLOCKS),
    )
