"""The five metrics of DORA, from columns of deployments.

Definitions (DORA, https://dora.dev/guides/dora-metrics/; Accelerate State of DevOps 2023 and 2024). D are the
successful deployments that finished in the period.

- Deployment frequency: |D| / days of the period; never floored, undefined without deployments.
- Change lead time: commit to deployed, of each change first shipped by a deployment of D.
- Change fail rate: deployments of D that failed / |D|, each once, however many incidents name it. One failed when
  the next successful deployment of its service and environment is a rollback or a hotfix, when an incident names it,
  or when it is the suspect of a burn.
- Failed deployment recovery time: from its finish until service was restored: the end of the last incident or burn,
  else the finish of the rollback or hotfix. Those not restored yet are counted apart.
- Rework rate: deployments of D made to mend production (rollbacks, hotfixes) / |D|.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from reliability.delivery.domain.dora_columns import ABSENT, Columns, Fact, Ints, seconds_of
from reliability.kit.periods import Period

_DAY = timedelta(days=1)
_NO_GROUP = -1
NINETIETH = 0.9

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Failure:
    """An incident or a burn names the deployment. restored_at: when users had their service back; None: not yet."""

    deployment_id: int
    restored_at: datetime | None


@dataclass(frozen=True, slots=True)
class Spread:
    """Of n lengths, in seconds; None where n is 0. median: the mean of the two middle values of an even number.
    p90: linear between the closest ranks, as for the figures of incidents."""

    n: int
    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class Dora:
    """None is undefined, never 0. days: of the period. unrecovered: failed and not restored yet. disordered: restored
    before it was deployed, as the clocks have it: in no recovery time."""

    deployments: int
    days: float
    per_day: float | None
    lead: Spread
    failed: int
    fail_rate: float | None
    recovery: Spread
    unrecovered: int
    disordered: int
    rework: int
    rework_rate: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The successful deployments, in the order (series, finished, id), and what became of them.

    restored: seconds since 1970, ABSENT while not restored (and for those that did not fail). lead_of, stage_of: which
    of these deployments each lead and each row of stages belongs to.
    """

    series: Ints
    ids: Ints
    finished: Ints
    facts: Ints
    is_failed: Bools
    is_rework: Bools
    restored: Ints
    change_ids: Ints
    leads: Ints
    lead_of: Ints
    stages: Ints
    stage_of: Ints


def judged(*, columns: Columns, failures: Iterable[Failure]) -> Judged:
    """Which deployments succeeded, failed, and when service was restored."""
    live = np.flatnonzero(columns.facts & Fact.SUCCEEDED)
    series, finished, facts = columns.series[live], columns.finished[live], columns.facts[live]
    ids = columns.ids[live]
    is_rework = (facts & Fact.REWORK) != 0
    is_failed = np.zeros(len(live), dtype=np.bool_)
    restored = np.full(len(live), ABSENT, dtype=np.int64)
    if len(live) > 1:
        mended = is_rework[1:] & (series[1:] == series[:-1])
        is_failed[:-1] = mended
        restored[:-1][mended] = finished[1:][mended]
    for place, at in _named(ids, failures):
        is_failed[place], restored[place] = True, at
    place_of = np.full(len(columns.ids), _NO_GROUP, dtype=np.int64)
    place_of[live] = np.arange(len(live))
    lead_of = np.repeat(place_of, columns.lead_counts)
    stage_of = np.repeat(place_of, columns.stage_counts)
    shipped, staged = lead_of != _NO_GROUP, stage_of != _NO_GROUP
    return Judged(
        series=series,
        ids=ids,
        finished=finished,
        facts=facts,
        is_failed=is_failed,
        is_rework=is_rework,
        restored=restored,
        change_ids=_kept(columns.change_ids, shipped) if len(columns.change_ids) else columns.change_ids,
        leads=_kept(columns.leads, shipped),
        lead_of=_kept(lead_of, shipped),
        stages=_kept(columns.stages, staged),
        stage_of=_kept(stage_of, staged),
    )


def _kept(values: Ints, wanted: Bools) -> Ints:
    """The wanted ones; without a copy where all are, as most often."""
    return values if wanted.all() else values[wanted]


def _named(ids: Ints, failures: Iterable[Failure]) -> Iterable[tuple[int, int]]:
    """(place, restored) of each deployment that incidents name: the last restoration, ABSENT while one is open."""
    last: dict[int, int] = {}
    for one in failures:
        at = ABSENT if one.restored_at is None else seconds_of(one.restored_at)
        before = last.get(one.deployment_id, at)
        last[one.deployment_id] = ABSENT if ABSENT in (at, before) else max(at, before)
    if not last:
        return []
    wanted = np.array(sorted(last), dtype=np.int64)
    places = np.flatnonzero(np.isin(ids, wanted))
    return [(int(place), last[int(ids[place])]) for place in places]


def within(*, judged: Judged, period: Period) -> Bools:
    """Which of the successful deployments finished in the period: D."""
    found: Bools = (judged.finished >= seconds_of(period.start)) & (judged.finished < seconds_of(period.end))
    return found


def figures(*, judged: Judged, period: Period) -> Dora:
    """Of everything that finished in the period."""
    groups = np.where(within(judged=judged, period=period), 0, _NO_GROUP)
    return figures_by(judged=judged, groups=groups, days=[period.length / _DAY])[0]


def over_time(*, judged: Judged, period: Period, step: timedelta) -> list[tuple[Period, Dora]]:
    """Consecutive slices of the period; the last may be shorter."""
    parts = list(period.split(step))
    start, length = seconds_of(period.start), int(step.total_seconds())
    place = (judged.finished - start) // length
    groups = np.where(within(judged=judged, period=period), place, _NO_GROUP)
    found = figures_by(judged=judged, groups=groups, days=[part.length / _DAY for part in parts])
    return list(zip(parts, found, strict=True))


def figures_by(*, judged: Judged, groups: Ints, days: Sequence[float]) -> list[Dora]:
    """The figures of each group. groups: the number of each successful deployment's group, below 0 for none; days:
    how long each group's period is, one for each group."""
    count = len(days)
    inside = groups >= 0
    deployments = _counts(groups[inside], count)
    failed = _counts(groups[inside & judged.is_failed], count)
    rework = _counts(groups[inside & judged.is_rework], count)
    open_ones = inside & judged.is_failed & (judged.restored == ABSENT)
    unrecovered = _counts(groups[open_ones], count)
    recovery = judged.restored - judged.finished
    mended = inside & judged.is_failed & (judged.restored != ABSENT)
    disordered = _counts(groups[mended & (recovery < 0)], count)
    ordered = mended & (recovery >= 0)
    leads = spreads(values=judged.leads, groups=groups[judged.lead_of], count=count)
    recoveries = spreads(values=recovery[ordered], groups=groups[ordered], count=count)
    return [
        Dora(
            deployments=n,
            days=days[group],
            per_day=n / days[group] if n and days[group] else None,
            lead=leads[group],
            failed=failed[group],
            fail_rate=failed[group] / n if n else None,
            recovery=recoveries[group],
            unrecovered=unrecovered[group],
            disordered=disordered[group],
            rework=rework[group],
            rework_rate=rework[group] / n if n else None,
        )
        for group, n in enumerate(deployments)
    ]


def spreads(*, values: Ints, groups: Ints, count: int) -> list[Spread]:
    """Of the values of each group; those of a group below 0 count nowhere."""
    if count == 1:
        return [spread(values[groups == 0])]
    narrow = groups.astype(np.int16) if count < np.iinfo(np.int16).max else groups  # sorted by radix
    order = np.argsort(narrow, kind="stable")
    bounds = np.searchsorted(narrow[order], np.arange(count + 1))
    sorted_values = values[order]
    return [spread(sorted_values[bounds[group] : bounds[group + 1]]) for group in range(count)]


def spread(values: Ints) -> Spread:
    """Median and 90th percentile, by partition: a sort of a million would take ten times as long."""
    n = len(values)
    if not n:
        return Spread(0)
    places = [(n - 1) * 0.5, (n - 1) * NINETIETH]
    wanted = sorted({min(int(place) + up, n - 1) for place in places for up in (0, 1)})
    parted = np.partition(values, wanted)
    return Spread(n, *(_between(parted, place) for place in places))


def _between(parted: Ints, place: float) -> float:
    below = int(place)
    low, high = int(parted[below]), int(parted[min(below + 1, len(parted) - 1)])
    return low + (high - low) * (place - below)


def _counts(groups: Ints, count: int) -> list[int]:
    return [int(n) for n in np.bincount(groups, minlength=count)]
