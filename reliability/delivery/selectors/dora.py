"""The deployments that figures are reckoned from: a year of a thousand services in one pass."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np

from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.delivery import failures
from reliability.delivery.domain.dora import Dora, Judged, figures, figures_by, judged, within
from reliability.delivery.domain.dora_columns import PACKED_NAMES, Columns, Packed, joined, packed
from reliability.delivery.domain.dora_months import month_of
from reliability.delivery.models import DeploymentMonth
from reliability.delivery.selectors.dora_facts import MonthKey, facts_of
from reliability.kit.collector import collector_paused
from reliability.kit.periods import Period

ENVIRONMENTS_MAX = 100
_KEY_COLUMNS = ("service_id", "environment", "is_production", "month")


@dataclass(frozen=True, slots=True)
class DoraFilters:
    """environment: blank is every one that counts as production; else this one alone, whether it counts or not.

    service_ids: these alone; None: any.
    """

    period: Period
    team_slug: str = ""
    service_name: str = ""
    environment: str = ""
    service_ids: Collection[int] | None = None


@dataclass(frozen=True)
class Delivered:
    """What was deployed. series: the (service id, environment, counts as production) behind each number.

    team_of: whose each service is.
    """

    period: Period
    columns: Columns
    judged: Judged
    series: Sequence[tuple[int, str, bool]]
    team_of: Mapping[int, int]

    @cached_property
    def figures(self) -> Dora:
        return figures(judged=self.judged, period=self.period)

    @property
    def service_ids(self) -> list[int]:
        return sorted({service_id for service_id, _, _ in self.series})


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    service: Service
    figures: Dora


def delivered(*, caller: Caller, filters: DoraFilters) -> Delivered:
    """The deployments that the caller may read. Two queries, and five more for each calendar month that is not packed.

    Read are also those of the month after the period, since a rollback there says what failed before. The changes
    have no ids, which figures do not need: they are a third of what is stored.
    """
    return _delivered(caller, filters, PACKED_NAMES[:-1])


def delivered_changes(*, caller: Caller, filters: DoraFilters) -> Delivered:
    """As `delivered`, with the ids of the changes: to show them one by one."""
    return _delivered(caller, filters, PACKED_NAMES)


def _delivered(caller: Caller, filters: DoraFilters, names: Sequence[str]) -> Delivered:
    with collector_paused():
        packs, team_of = _packs(caller, filters, names)
        packs.sort(key=lambda pair: pair[0])
        series = sorted({key.series for key, _ in packs})
        number = {one: place for place, one in enumerate(series)}
        columns = joined([(number[key.series], month) for key, month in packs])
    named = failures.causes(caller=caller, period=filters.period)
    return Delivered(
        period=filters.period,
        columns=columns,
        judged=judged(columns=columns, failures=[cause.failure for cause in named]),
        series=series,
        team_of=team_of,
    )


def deployments_by_service(*, found: Delivered) -> list[tuple[int, int]]:
    """(service id, deployments in the period), the most first."""
    inside = within(judged=found.judged, period=found.period)
    counts: dict[int, int] = {}
    of_series = np.bincount(found.judged.series[inside], minlength=len(found.series)).tolist()
    for (service_id, _, _), n in zip(found.series, of_series, strict=True):
        if n:
            counts[service_id] = counts.get(service_id, 0) + n
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def figures_of_services(*, found: Delivered, service_ids: Sequence[int]) -> list[Dora]:
    """Of each of these, all its environments together."""
    place = {service_id: group for group, service_id in enumerate(service_ids)}
    return _grouped(found, [place.get(service_id, -1) for service_id, _, _ in found.series], len(service_ids))


def figures_of_teams(*, found: Delivered) -> list[tuple[int, Dora]]:
    """(team id, figures) of each team that deployed in the period, the most deployments first."""
    ids = sorted({found.team_of[service_id] for service_id, _, _ in found.series})
    if len(ids) == 1 and found.figures.deployments:
        return [(ids[0], found.figures)]
    place = {team_id: group for group, team_id in enumerate(ids)}
    rows = _grouped(found, [place[found.team_of[service_id]] for service_id, _, _ in found.series], len(ids))
    return sorted(
        [(pk, one) for pk, one in zip(ids, rows, strict=True) if one.deployments],
        key=lambda pair: (-pair[1].deployments, pair[0]),
    )


def figures_of_environments(*, found: Delivered) -> list[tuple[str, Dora]]:
    """(environment, figures) of each with deployments in the period, by name."""
    names = sorted({environment for _, environment, _ in found.series})
    if len(names) == 1 and found.figures.deployments:
        return [(names[0], found.figures)]
    place = {name: group for group, name in enumerate(names)}
    rows = _grouped(found, [place[environment] for _, environment, _ in found.series], len(names))
    return [(name, one) for name, one in zip(names, rows, strict=True) if one.deployments]


def environments_of(*, caller: Caller) -> list[str]:
    """Every environment that was deployed to, by name; at most ENVIRONMENTS_MAX."""
    rows = DeploymentMonth.objects.readable_by(caller).order_by("environment").values_list("environment", flat=True)
    return list(rows.distinct()[:ENVIRONMENTS_MAX])


def _grouped(found: Delivered, group_of_series: Sequence[int], count: int) -> list[Dora]:
    if not count:
        return []
    inside = within(judged=found.judged, period=found.period)
    groups = np.where(inside, np.array(group_of_series, dtype=np.int64)[found.judged.series], -1)
    return figures_by(judged=found.judged, groups=groups, days=[found.period.length / timedelta(days=1)] * count)


def _packs(
    caller: Caller, filters: DoraFilters, names: Sequence[str]
) -> tuple[list[tuple[MonthKey, Packed]], dict[int, int]]:
    """The months, and whose each of their services is."""
    rows = DeploymentMonth.objects.readable_by(caller)
    rows = rows.filter(month__gte=month_of(filters.period.start), month__lte=month_of(filters.period.end) + 1)
    rows = rows.filter(environment=filters.environment) if filters.environment else rows.filter(is_production=True)
    if filters.team_slug:
        rows = rows.of_team(filters.team_slug)
    if filters.service_name:
        rows = rows.filter(service__name=filters.service_name)
    if filters.service_ids is not None:
        rows = rows.filter(service_id__in=filters.service_ids)
    packs: list[tuple[MonthKey, Packed]] = []
    stale: list[MonthKey] = []
    team_of: dict[int, int] = {}
    size = len(_KEY_COLUMNS)
    for row in (
        rows.order_by().values_list(*_KEY_COLUMNS, "service__team_id", "is_stale", *names).iterator(chunk_size=2000)
    ):
        key = MonthKey(*row[:size])
        team_of[key.service_id] = row[size]
        if row[size + 1]:
            stale.append(key)
        else:
            packs.append((key, Packed(*row[size + 2 :])))
    if stale:
        packs += [(key, Packed(*packed(facts)[: len(names)])) for key, facts in facts_of(keys=stale).items()]
    return packs, team_of
