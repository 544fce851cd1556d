"""Incidents, and changes before a burn, as causes of spent budget."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from incidents.response.domain.severity import Severity
from incidents.response.models import Incident
from incidents.response.selectors.incidents import touching_any
from incidents.response.selectors.recent_changes import LOOK_BACK, with_needs
from incidents.response.views.rows import whole_minutes
from reliability.catalog.models import Service
from reliability.delivery.models import Change, Deployment
from reliability.delivery.selectors.changes import changes
from reliability.delivery.selectors.deployments_between import deployments_between
from reliability.kit.instants import MINUTE
from reliability.kit.periods import Period
from slo.domain.causes import Cause, CauseKind
from slo.models import Slo


def incident_causes(*, slo: Slo, period: Period, burns: Sequence[Period], limit: int) -> list[Cause]:
    """What names the objective, its service, or what that needs, from when users noticed to its end. Two queries."""
    services = set() if slo.service_id is None else with_needs(slo.service_id)
    return [
        Cause(
            kind=CauseKind.INCIDENT,
            key=f"incident-{row.pk}",
            start=row.started_at,
            end=_end(row),
            label=f"#{row.pk} {Severity(row.severity).word}: {row.title}",
            url=reverse("incident-detail", args=[row.pk]),
            detail="it names this objective" if names_slo else "it names the service, or one that it needs",
            is_declared=names_slo,
            team_ids=frozenset({row.team_id}),
        )
        for row, names_slo in touching_any(slo=slo, service_ids=services, period=period, limit=limit)
    ]


def _end(row: Incident) -> datetime | None:
    end = row.resolved_at or row.closed_at
    return None if end is None else max(end, row.started_at)


def change_causes(*, slo: Slo, period: Period, burns: Sequence[Period], limit: int) -> list[Cause]:
    """Of each burn the last change before it, at most a day: of the service, what it needs, or the whole team.

    Three queries, none where nothing burnt.
    """
    if not burns:
        return []
    reach = Period(burns[0].start - LOOK_BACK, burns[-1].start + MINUTE)
    services = set() if slo.service_id is None else with_needs(slo.service_id)
    told = changes(period=reach, team_ids=[slo.team_id], service_ids=services, limit=limit)
    if slo.service_id is None:
        told = [one for one in told if one.service_id is None]
    deployed = deployments_between(period=reach, service_ids=services, limit=limit)
    known = sorted([*map(_of_change, told), *map(_of_deployment, deployed)], key=lambda one: (one.at, one.key))
    found = []
    for burn in burns[-limit:]:
        before = bisect_right(known, burn.start + MINUTE, key=lambda one: one.at)
        if before and known[before - 1].at > burn.start - LOOK_BACK:
            found.append(known[before - 1].suspected_of(burn))
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """One change, whoever told of it."""

    key: str
    at: datetime
    label: str
    url: str
    service: Service | None
    team_ids: frozenset[int]

    def suspected_of(self, burn: Period) -> Cause:
        before = whole_minutes(max(burn.start - self.at, timedelta(0)))
        of = f"of {self.service.title}, " if self.service else ""
        return Cause(
            kind=CauseKind.SUSPECT,
            key=self.key,
            start=burn.start,
            end=burn.end,
            label=self.label,
            url=self.url,
            detail=f"the last change before it burnt: {of}{before} before",
            is_declared=False,
            team_ids=self.team_ids,
        )


def _of_change(row: Change) -> _Known:
    links = [str(link.get("url", "")) for link in row.links if isinstance(link, dict)]
    teams = {row.team_id} | ({row.service.team_id} if row.service else set())
    url = next((one for one in links if _is_web(one)), "")
    return _Known(f"change-{row.pk}", row.at, row.title, url, row.service, frozenset(teams))


def _of_deployment(row: Deployment) -> _Known:
    assert row.finished_at is not None  # noqa: S101  asked for by their end
    label = row.title or f"{row.service.title}: {row}"
    url = reverse("deployment-detail", args=[row.pk])
    teams = frozenset({row.team_id, row.service.team_id})
    return _Known(f"deployment-{row.pk}", row.finished_at, label, url, row.service, teams)


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))
