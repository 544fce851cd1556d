"""What the pure rota needs of schedules: versions and overrides, for many schedules in two queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from incidents.oncall.domain.notation import parse_definition
from incidents.oncall.domain.rota import OverrideRule, Version
from incidents.oncall.models import Override, ScheduleVersion
from reliability.kit.periods import Period


@dataclass(frozen=True, slots=True)
class Rota:
    """The keywords of final_shifts and on_call_at."""

    versions: tuple[Version, ...] = ()
    overrides: tuple[OverrideRule, ...] = ()


def rotas(*, schedule_ids: Iterable[int], period: Period) -> Mapping[int, Rota]:
    """Every schedule asked for, with the versions and overrides that can touch *period*."""
    wanted = list(schedule_ids)
    versions: dict[int, list[Version]] = defaultdict(list)
    rows = ScheduleVersion.objects.filter(schedule_id__in=wanted, effective_from__lt=period.end)
    for row in rows.order_by("schedule_id", "effective_from").only("schedule_id", "effective_from", "definition"):
        known = versions[row.schedule_id]
        if row.effective_from <= period.start:
            known.clear()  # it was replaced before the period
        known.append(Version(row.effective_from, parse_definition(row.definition)))
    rules: dict[int, list[OverrideRule]] = defaultdict(list)
    for override in overrides_within(schedule_ids=wanted, period=period):
        rules[override.schedule_id].append(rule_of(override))
    return {key: Rota(tuple(versions.get(key, ())), tuple(rules.get(key, ()))) for key in wanted}


def overrides_within(*, schedule_ids: Iterable[int], period: Period) -> QuerySet[Override]:
    """Overrides that held at some time of *period*, oldest first; also those that were revoked later."""
    return Override.objects.filter(
        Q(revoked_at=None) | (Q(revoked_at__gt=period.start) & Q(revoked_at__gt=F("start_at"))),
        schedule_id__in=list(schedule_ids),
        start_at__lt=period.end,
        end_at__gt=period.start,
    ).order_by("schedule_id", "pk")


def rule_of(override: Override) -> OverrideRule:
    """An override as it held: a revoked one ends there."""
    end = override.end_at if override.revoked_at is None else min(override.end_at, override.revoked_at)
    return OverrideRule(
        start=override.start_at, end=end, user_id=override.user_id, order=override.pk, replaces=override.replaces_id
    )
