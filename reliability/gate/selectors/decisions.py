"""Answers that were given, and what was deployed in spite of a no."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.delivery.models import Deployment
from reliability.gate.domain.deciding import Override
from reliability.gate.domain.despite import ANSWER_COUNTS, Answer, Deployed, despite_no_go
from reliability.gate.domain.kinds import Decision
from reliability.gate.models import GateDecision, GateOverride

DESPITE_DAYS = 28
_LOOKED_AT_MAX = 2_000


@dataclass(frozen=True, slots=True)
class DecisionFilters:
    """Empty fields do not filter."""

    team_slug: str = ""
    service_name: str = ""
    environment: str = ""
    decision: str = ""


@dataclass(frozen=True, slots=True)
class Despite:
    """began_at: when the deployment began, or, if that was not told, when it ended."""

    deployment: Deployment
    decision: GateDecision
    began_at: datetime


def list_decisions(*, caller: Caller, filters: DecisionFilters) -> QuerySet[GateDecision]:
    """Of readable services, the newest first, with service, team and override at hand."""
    services = Service.objects.readable_by(caller)
    found = GateDecision.objects.filter(service__in=services)
    given = {
        "service__team__slug": filters.team_slug,
        "service__name": filters.service_name,
        "environment": filters.environment,
        "decision": filters.decision,
    }
    found = found.filter(**{name: value for name, value in given.items() if value})
    return found.select_related("service__team", "override").order_by("-last_asked_at", "-pk")


def list_overrides(
    *, caller: Caller, service: str = "", is_live: bool | None = None, now: datetime
) -> QuerySet[GateOverride]:
    """Of readable services, the newest first."""
    found = GateOverride.objects.filter(service__in=Service.objects.readable_by(caller))
    if service:
        found = found.filter(service__name=service)
    live = Q(expires_at__gt=now) & (Q(revoked_at=None) | Q(revoked_at__gt=now))
    if is_live is not None:
        found = found.filter(live) if is_live else found.exclude(live)
    return found.select_related("service__team").order_by("-created_at", "-pk")


def deployed_despite(*, caller: Caller, service_ids: Sequence[int] | None = None, now: datetime) -> list[Despite]:
    """Deployments of the last 28 days whose last answer was no and that no override covered, the newest first.

    service_ids None: of every service the caller may read. Three queries, at most 2,000 deployments and answers each.
    """
    since = now - timedelta(days=DESPITE_DAYS)
    services = Service.objects.readable_by(caller)
    if service_ids is not None:
        services = services.filter(pk__in=service_ids)
    refused = GateDecision.objects.filter(
        service__in=services, decision=Decision.NO_GO.value, last_asked_at__gte=since - ANSWER_COUNTS
    )
    rows = (
        Deployment.objects.readable_by(caller)
        .filter(Q(service_id__in=refused.order_by().values("service_id")), finished_at__gte=since, finished_at__lt=now)
        .exclude(outcome="cancelled")
        .annotate(began_at=Coalesce(F("started_at"), F("finished_at")))
    )
    deployments = list(rows.select_related("service__team").order_by("-began_at", "-pk")[:_LOOKED_AT_MAX])
    if not deployments:
        return []
    concerned = {one.service_id for one in deployments}
    decisions = {
        row.pk: row
        for row in GateDecision.objects.filter(
            service_id__in=concerned, last_asked_at__gte=since - ANSWER_COUNTS
        ).order_by("-last_asked_at", "-pk")[:_LOOKED_AT_MAX]
    }
    pairs = despite_no_go(deployed=[_deployed(one) for one in deployments], answers=_answers(decisions.values()))
    by_id = {one.pk: one for one in deployments}
    found = [Despite(by_id[deployment], decisions[answer], _began(by_id[deployment])) for deployment, answer in pairs]
    return _without_overridden(found, since)


def _without_overridden(found: list[Despite], since: datetime) -> list[Despite]:
    if not found:
        return []
    overrides = list(
        GateOverride.objects.filter(
            service_id__in={one.deployment.service_id for one in found}, expires_at__gt=since - ANSWER_COUNTS
        )
    )
    return [one for one in found if not any(_covers(override, one) for override in overrides)]


def _covers(row: GateOverride, one: Despite) -> bool:
    if (row.service_id, row.environment) != (one.deployment.service_id, one.deployment.environment):
        return False
    ends_at = min(row.expires_at, row.revoked_at or row.expires_at)
    return row.created_at <= one.began_at < ends_at and Override(row.pk, row.revision).is_for(one.deployment.revision)


def _answers(rows: Iterable[GateDecision]) -> list[Answer]:
    return [
        Answer(row.pk, row.service_id, row.environment, row.revision, at, row.decision != Decision.NO_GO)
        for row in rows
        for at in {row.asked_at, row.last_asked_at}
    ]


def _deployed(one: Deployment) -> Deployed:
    return Deployed(one.pk, one.service_id, one.environment, one.revision, _began(one))


def _began(one: Deployment) -> datetime:
    began = one.started_at or one.finished_at
    if began is None:
        raise ValueError("a deployment in progress without a start has no place here")
    return began
