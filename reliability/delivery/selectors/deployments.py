"""Reading deployments, as far as the caller may."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from reliability.access.domain.caller import Caller
from reliability.access.models import ServiceScopedQuerySet
from reliability.delivery.models import Deployment, ShippedCommit
from reliability.web.errors import NotFound


@dataclass(frozen=True, slots=True)
class DeploymentFilters:
    """Each that is given narrows the list. text: part of revision, title, author or ref."""

    text: str = ""
    team_slug: str = ""
    service_name: str = ""
    environment: str = ""
    outcome: str = ""
    contents: str = ""
    is_rollback: bool | None = None


def list_deployments(*, caller: Caller, filters: DeploymentFilters) -> QuerySet[Deployment]:
    """The readable ones with service and team, the newest first, those in progress before all; `shipped_count`."""
    found: ServiceScopedQuerySet = Deployment.objects.readable_by(caller)
    found = found.select_related("service__team")
    text = filters.text
    if text:
        words = Q(title__icontains=text) | Q(author__icontains=text) | Q(ref__icontains=text)
        found = found.filter(words | Q(revision__istartswith=text) | Q(key=text))
    if filters.team_slug:
        found = found.of_team(filters.team_slug)
    if filters.service_name:
        found = found.filter(service__name=filters.service_name)
    if filters.environment:
        found = found.filter(environment=filters.environment)
    if filters.outcome:
        found = found.filter(outcome=filters.outcome)
    if filters.contents:
        found = found.filter(contents=filters.contents)
    if filters.is_rollback is not None:
        found = found.filter(is_rollback=filters.is_rollback)
    # Counted for the rows of the page alone; joined, all of the list would be grouped.
    shipped = ShippedCommit.objects.filter(deployment=OuterRef("pk")).order_by().values("deployment")
    found = found.annotate(shipped_count=Coalesce(Subquery(shipped.annotate(total=Count("pk")).values("total")), 0))
    return found.order_by(F("finished_at").desc(nulls_first=True), "-pk")


def deployment(*, caller: Caller, deployment_id: int) -> Deployment:
    """One readable deployment. Raises NotFound, for private ones of other teams, too."""
    rows = Deployment.objects.readable_by(caller).select_related("service__team")
    found: Deployment | None = rows.filter(pk=deployment_id).first()
    if found is None:
        raise NotFound("there is no such deployment, or it is not yours to see")
    return found
