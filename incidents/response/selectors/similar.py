"""Former incidents that are like one: what was it then, and what helped?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from incidents.response.domain.similarity import Profile, likeness, words_of
from incidents.response.models import Alert, ImpactedService, ImpactedSlo, Incident
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from slo.models import Slo

CANDIDATES_MAX = 200
_ALERTS_PER_INCIDENT_MAX = 50
# Labels of machines rather than of problems.
_LABELS_LEFT_OUT = frozenset({"instance", "pod", "node", "job", "severity", "prometheus", "endpoint", "monitor"})


@dataclass(frozen=True, slots=True)
class Similar:
    """reasons: in words, the strongest first."""

    incident: Incident
    score: float
    reasons: tuple[str, ...]


def similar(*, incident: Incident, caller: Caller, limit: int = 5) -> list[Similar]:
    """The most alike of those the caller may read, merged ones left out; of equals the newest first.

    Services and objectives that the caller may not read count for nothing: the reasons would name them. Looks at the
    newest *CANDIDATES_MAX* that share an alert, a service, an objective or a word of the title: eight queries whatever
    their number.
    """
    own = _profiles([incident], caller=caller)[incident.pk]
    candidates = list(_candidates(incident=incident, own=own, caller=caller)[:CANDIDATES_MAX])
    profiles = _profiles(candidates, caller=caller)
    found = []
    for candidate in candidates:
        alike = likeness(one=own, other=profiles[candidate.pk])
        if alike.score > 0:
            found.append(Similar(candidate, alike.score, alike.reasons))
    found.sort(key=lambda one: (-one.score, -one.incident.detected_at.timestamp(), -one.incident.pk))
    return found[:limit]


def _candidates(*, incident: Incident, own: Profile, caller: Caller) -> QuerySet[Incident]:
    shared = Q()
    for word in sorted(words_of(own.title), key=len, reverse=True)[:6]:
        shared |= Q(title__icontains=word)
    if own.services:
        touched = ImpactedService.objects.filter(service_id__in=own.services)
        shared |= Q(pk__in=touched.values("incident_id"))
    if own.objectives:
        spending = ImpactedSlo.objects.filter(slo_id__in=own.objectives)
        shared |= Q(pk__in=spending.values("incident_id"))
    if own.alerts:
        keys = {key for _, key in own.alerts}
        same = Alert.objects.filter(team_id=incident.team_id, key__in=keys)
        shared |= Q(pk__in=same.values("incident_id"))
    readable: QuerySet[Incident] = Incident.objects.readable_by(caller)
    if not shared:
        return readable.none()
    others = readable.filter(shared, merged_into=None).exclude(pk=incident.pk)
    return others.select_related("team").order_by("-created_at", "-pk")


def _profiles(incidents: Sequence[Incident], *, caller: Caller) -> dict[int, Profile]:
    """Three queries for any number."""
    ids = [incident.pk for incident in incidents]
    services = _titles(
        ImpactedService.objects.filter(incident_id__in=ids, service__in=Service.objects.readable_by(caller)), "service"
    )
    objectives = _titles(
        ImpactedSlo.objects.filter(incident_id__in=ids, slo__in=Slo.objects.readable_by(caller)), "slo"
    )
    alerts: dict[int, list[tuple[str, str]]] = defaultdict(list)
    labels: dict[int, set[str]] = defaultdict(set)
    rows = (
        Alert.objects.filter(incident_id__in=ids).order_by("pk").values_list("incident_id", "origin", "key", "labels")
    )
    for pk, origin, key, own in rows[: len(ids) * _ALERTS_PER_INCIDENT_MAX]:
        alerts[pk].append((origin, key))
        labels[pk] |= {f"{name}={value}" for name, value in own.items() if name not in _LABELS_LEFT_OUT}
    return {
        incident.pk: Profile(
            title=incident.title,
            services=services[incident.pk],
            objectives=objectives[incident.pk],
            alerts=alerts[incident.pk],
            labels=labels[incident.pk],
        )
        for incident in incidents
    }


def _titles(rows: QuerySet[Any], noun: str) -> dict[int, dict[int, str]]:
    titles: dict[int, dict[int, str]] = defaultdict(dict)
    named = rows.order_by("pk").values_list("incident_id", f"{noun}_id", f"{noun}__title")
    for incident_id, pk, title in named:
        titles[incident_id][pk] = title
    return titles
