"""Whom an alert is about: what goes into its text, as far as the objective's team may know it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db.models import Q, QuerySet

from reliability.catalog.models import Dependency, Service
from slo.domain.alerting_text import Standing, Subject
from slo.models import Slo, SloVersion
from slo.selectors.judgements import Judgement
from slo.selectors.phrases import sentence


def subjects_of(*, judged: Iterable[Judgement]) -> dict[int, Subject]:
    """The subject of each objective by its id, in a fixed number of queries.

    Services of private teams of others are left out: the text goes to people who may not know of them.
    """
    listed = list(judged)
    ids = [one.slo.pk for one in listed]
    slos = Slo.objects.filter(pk__in=ids).select_related("team", "service", "service__team").order_by("pk")
    versions = SloVersion.objects.in_bulk([one.terms.version_id for one in listed])
    version_ids = {one.slo.pk: one.terms.version_id for one in listed}
    needs, needed_by = _neighbours({slo.service_id for slo in slos if slo.service_id is not None})
    return {
        slo.pk: _subject(slo, versions[version_ids[slo.pk]], needs, needed_by)
        for slo in slos
        if version_ids[slo.pk] in versions
    }


def standing_of(*, judged: Judgement) -> Standing:
    """The budget of an objective as its alert tells it."""
    figures = judged.figures
    return Standing(
        remaining=figures.remaining,
        window_length=figures.window.length,
        exhausted_at=figures.forecast.exhausted_at,
        measured_until=judged.measured_until,
    )


def page_url(*, name: str, anchor: str = "") -> str:
    """The page of an objective's alerts, for people who read it elsewhere."""
    return f"{settings.PUBLIC_URL}/slos/{name}/alerts/{anchor}"


_Neighbours = Mapping[int, list[Service]]


def _subject(slo: Slo, version: SloVersion, needs: _Neighbours, needed_by: _Neighbours) -> Subject:
    service = slo.service if slo.service is not None and _may_know(slo, slo.service) else None
    around = service.pk if service else 0
    return Subject(
        slo=slo.name,
        title=slo.title,
        objective=sentence(version),
        team=slo.team.name,
        url=page_url(name=slo.name),
        service=service.title if service else "",
        description=slo.description,
        runbook_url=service.runbook_url if service else "",
        needs=tuple(one.title for one in needs.get(around, ()) if _may_know(slo, one)),
        needed_by=tuple(one.title for one in needed_by.get(around, ()) if _may_know(slo, one)),
    )


def _may_know(slo: Slo, service: Service) -> bool:
    return service.team_id == slo.team_id or not service.team.is_private


def _neighbours(service_ids: set[int]) -> tuple[_Neighbours, _Neighbours]:
    """Direct dependencies of services and what depends on them, hard ones first."""
    needs: dict[int, list[Service]] = {}
    needed_by: dict[int, list[Service]] = {}
    if not service_ids:
        return needs, needed_by
    rows: QuerySet[Dependency] = (
        Dependency.objects.filter(Q(service_id__in=service_ids) | Q(needs_id__in=service_ids))
        .select_related("service__team", "needs__team")
        .order_by("-is_hard", "service__title", "needs__title", "pk")
    )
    for row in rows:
        needs.setdefault(row.service_id, []).append(row.needs)
        needed_by.setdefault(row.needs_id, []).append(row.service)
    return needs, needed_by
