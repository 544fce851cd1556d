"""What incidents prove of the readiness of services: a page about them arrived, and somebody acknowledged it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from incidents.paging.models import Notification
from incidents.response.models import Alert, ImpactedService, Incident
from reliability.catalog.models import Service
from reliability.readiness.domain.answers import Answer, met, not_met
from reliability.readiness.domain.days import Day
from reliability.readiness.proofs import Proof, register_proof

WITHIN = timedelta(days=90)
_ELSEWHERE = "an incident of a team that you cannot see decides it"


def alert_tested(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
    """In the last 90 days a page about it was delivered and acknowledged: one that was meant, or a test."""
    newest: dict[int, tuple[datetime, Incident]] = {}
    touched = _touched([one.pk for one in services])
    incidents = Incident.objects.filter(pk__in={pk for _, pk in touched}, acknowledged_at__lte=now)
    paged = _delivered().filter(escalation=OuterRef("escalation"))
    by_id = {one.pk: one for one in incidents.filter(Exists(paged))}
    for service_id, incident_id in touched:
        incident = by_id.get(incident_id)
        if incident is None or incident.acknowledged_at is None:
            continue
        known = newest.get(service_id)
        if known is None or incident.acknowledged_at > known[0]:
            newest[service_id] = (incident.acknowledged_at, incident)
    return {one.pk: _answer(one, newest.get(one.pk), now) for one in services}


def _touched(service_ids: Sequence[int]) -> set[tuple[int, int]]:
    """(service, incident), of the impact and of alerts: two queries."""
    impacts = ImpactedService.objects.filter(service__in=service_ids).values_list("service_id", "incident_id")
    alerts = Alert.objects.filter(service__in=service_ids, incident__isnull=False)
    return {*impacts, *alerts.order_by().values_list("service_id", "incident_id").distinct()}


def _delivered() -> QuerySet[Notification]:
    """Pages that arrived, alone or in a bundle."""
    sent, page = Notification.State.SENT, Notification.Purpose.PAGE
    return Notification.objects.filter(Q(state=sent) | Q(bundle__state=sent), purpose=page).order_by()


def _answer(service: Service, newest: tuple[datetime, Incident] | None, now: datetime) -> Answer:
    test = f"{reverse('incident-new')}?service={service.name}"
    if newest is None:
        words = "no page about it was ever delivered and acknowledged"
        return not_met(words, test, step="Declare a test incident")
    at, incident = newest
    who = incident.acknowledged_by_name or "a person"
    words = f"the page of {incident} was acknowledged by {who} on {at:%Y-%m-%d}"
    url = reverse("incident-detail", args=(incident.pk,))
    if at > now - WITHIN:
        return met(words, url, team_ids={incident.team_id}, elsewhere=_ELSEWHERE)
    return not_met(
        f"{words}: more than {WITHIN.days} days ago",
        test,
        step="Declare a test incident",
        team_ids={incident.team_id},
        elsewhere=_ELSEWHERE,
    )


register_proof(
    Proof(
        slug="alert-tested",
        title="A page about it arrived and was acknowledged in the last 90 days",
        day=Day.DAY_2,
        why="Between an alert and a person lie a dozen settings; only a page that arrived proves them all.",
        source="SRE, chapter 11: Being On-Call",
        source_url="https://sre.google/sre-book/being-on-call/",
        check=alert_tested,
        tiers=(1, 2),
        order=40,
    )
)
