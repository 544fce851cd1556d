"""Which deployments broke production, as incidents name them: what the figures of delivery count as failed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from incidents.response.domain.phases import CloseReason
from incidents.response.domain.severity import Severity
from incidents.response.models import BreakingDeployment, ImpactedService, Incident
from incidents.response.selectors.needs import with_needs
from reliability.access.domain.caller import Caller
from reliability.delivery.failures import Cause, FailureSource
from reliability.delivery.models import Deployment, Outcome
from reliability.kit.periods import Period

LOOK_BACK = timedelta(days=7)
CHOICES_MAX = 50
# From here on an incident says that users were hurt.
_WORST_THAT_COUNTS = Severity.SEV3
_NOTHING_BROKE = (CloseReason.FALSE_POSITIVE.value, CloseReason.DUPLICATE.value)


def named_failures(*, caller: Caller, period: Period, deployment_ids: Collection[int] | None) -> Iterable[Cause]:
    """Of deployments that finished in the period. Restored is when it was mitigated, else resolved.

    False positives, and duplicates, broke nothing. An incident of others counts, without its title.
    """
    rows = BreakingDeployment.objects.filter(
        deployment__finished_at__gte=period.start, deployment__finished_at__lt=period.end
    ).exclude(incident__close_reason__in=_NOTHING_BROKE)
    if deployment_ids is not None:
        rows = rows.filter(deployment_id__in=deployment_ids)
    return [_cause(row, caller) for row in rows.select_related("incident").order_by("pk")]


def incidents_without_deployment(*, caller: Caller, period: Period, service_ids: Collection[int] | None) -> int:
    """Readable ones of Sev3 and worse that began in the period and name no deployment; of these services only."""
    found = (
        Incident.objects.readable_by(caller)
        .filter(started_at__gte=period.start, started_at__lt=period.end, severity__lte=_WORST_THAT_COUNTS)
        .filter(breaking_deployments=None, merged_into=None)
        .exclude(close_reason__in=_NOTHING_BROKE)
    )
    if service_ids is not None:
        touched = ImpactedService.objects.filter(service_id__in=service_ids)
        found = found.filter(pk__in=touched.values("incident_id"))
    return int(found.count())


def candidates(*, caller: Caller, incident: Incident, now: datetime) -> QuerySet[Deployment]:
    """What may be named: successful deployments of the impacted services, and of what they need, of the week before
    the incident and while it went on, the newest CHOICES_MAX; and those named already."""
    impacted = set(ImpactedService.objects.filter(incident=incident).values_list("service_id", flat=True))
    readable = Deployment.objects.readable_by(caller)
    recent = readable.filter(
        service_id__in=with_needs(impacted),
        outcome=Outcome.SUCCEEDED,
        finished_at__gte=incident.started_at - LOOK_BACK,
        finished_at__lte=incident.resolved_at or now,
    ).order_by("-finished_at", "-pk")
    ids = list(recent.values_list("pk", flat=True)[:CHOICES_MAX])
    found: QuerySet[Deployment] = readable.filter(Q(pk__in=ids) | Q(broke__incident=incident)).distinct()
    return found.select_related("service").order_by("-finished_at", "-pk")


def _cause(row: BreakingDeployment, caller: Caller) -> Cause:
    incident = row.incident
    may_read = caller.may_read(incident.team_id)
    return Cause(
        deployment_id=row.deployment_id,
        restored_at=incident.mitigated_at or incident.resolved_at,
        title=str(incident) if may_read else "",
        url=f"/incidents/{incident.pk}/" if may_read else "",
    )


FAILURES = FailureSource(named=named_failures, unlinked=incidents_without_deployment)
