"""A month or a quarter of incidents, and what was done about them: everything that its page and the API show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incidents.actions.selectors.periods import ActionCounts, counts_between
from incidents.learning.domain.periods import ReviewPeriod
from incidents.learning.domain.shown import FactorCount
from incidents.learning.selectors.budgets import BudgetsRead, budgets_read
from incidents.learning.selectors.experiments import RunsRead, runs_read
from incidents.learning.selectors.incidents import IncidentsRead, incidents_read
from incidents.postmortems.domain.states import State
from incidents.postmortems.selectors import factors
from incidents.postmortems.selectors.postmortems import PostmortemFilters, list_postmortems
from reliability.access.domain.caller import Caller
from reliability.access.selectors.teams import readable_teams
from reliability.kit.periods import Period


@dataclass(frozen=True, slots=True)
class Scope:
    """Empty fields do not narrow."""

    team_slug: str = ""
    service_name: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """period: as far as it is over. published: number of the published postmortem of each incident that has one."""

    review: ReviewPeriod
    scope: Scope
    period: Period
    is_over: bool
    incidents: IncidentsRead
    factors: list[FactorCount]
    published: dict[int, int]
    actions: ActionCounts
    actions_before: ActionCounts
    budgets: BudgetsRead
    runs: RunsRead


def review_of(*, caller: Caller, review: ReviewPeriod, scope: Scope, now: datetime) -> Review:
    """A number of queries that does not grow with what they find, but for objectives over time slices."""
    whole, before = review.period, review.shifted(-1).period
    period = Period(whole.start, max(min(whole.end, now), whole.start))
    narrowed = {"team_slug": scope.team_slug, "service_name": scope.service_name}
    return Review(
        review=review,
        scope=scope,
        period=period,
        is_over=whole.end <= now,
        incidents=incidents_read(caller=caller, review=review, **narrowed),
        factors=_factors(caller, scope, whole, before),
        published=_published(caller, scope, whole),
        actions=counts_between(caller=caller, period=period, zone_name=review.zone_name, **narrowed),
        actions_before=counts_between(caller=caller, period=before, zone_name=review.zone_name, **narrowed),
        budgets=budgets_read(caller=caller, period=whole, before=before, now=now, **narrowed),
        runs=runs_read(caller=caller, period=whole, before=before, **narrowed),
    )


def _factors(caller: Caller, scope: Scope, period: Period, before: Period) -> list[FactorCount]:
    team_ids: list[int] = []
    if scope.team_slug:
        team_ids = list(readable_teams(caller=caller).filter(slug=scope.team_slug).values_list("pk", flat=True)) or [0]
    narrowed: dict[str, Any] = {"team_ids": team_ids, "service_name": scope.service_name}
    past = {one.category: one.postmortems for one in factors.counts(caller=caller, period=before, **narrowed)}
    found = factors.counts(caller=caller, period=period, **narrowed)
    return [FactorCount(one.category, one.factors, one.postmortems, past.get(one.category, 0)) for one in found]


def _published(caller: Caller, scope: Scope, period: Period) -> dict[int, int]:
    """By incident, of those detected in the period, as incidents count. One query."""
    filters = PostmortemFilters(team_slug=scope.team_slug, states=(State.PUBLISHED,))
    found = list_postmortems(caller=caller, filters=filters).prefetch_related(None).select_related(None).defer(None)
    rows = found.filter(incident__detected_at__gte=period.start, incident__detected_at__lt=period.end)
    return {incident_id: pk for incident_id, pk in rows.values_list("incident_id", "pk") if incident_id is not None}
