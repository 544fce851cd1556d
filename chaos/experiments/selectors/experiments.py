"""Experiments and their versions, as far as a caller may see them."""

from __future__ import annotations

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from chaos.experiments.models import Experiment, ExperimentVersion
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.web.errors import NotFound


def list_experiments(
    *,
    caller: Caller,
    text: str = "",
    team: str = "",
    service: str = "",
    layer: str = "",
    kind: str = "",
    template: str = "",
    is_archived: bool | None = False,
) -> QuerySet[Experiment]:
    """Readable experiments with team, service and `version_number` (of the newest), by title.

    Each argument given narrows them. is_archived: None lists both.
    """
    newest = ExperimentVersion.objects.filter(experiment=OuterRef("pk")).order_by("-number").values("number")[:1]
    found: QuerySet[Experiment] = Experiment.objects.readable_by(caller).select_related("team", "service")
    for word in text.split()[:8]:
        found = found.filter(Q(slug__icontains=word) | Q(title__icontains=word) | Q(hypothesis__icontains=word))
    if service:
        found = found.filter(service__in=Service.objects.readable_by(caller).filter(name=service))
    given = {"team__slug": team, "layer": layer, "kind": kind, "template": template}
    found = found.filter(**{name: value for name, value in given.items() if value})
    if is_archived is not None:
        found = found.filter(is_archived=is_archived)
    return found.annotate(version_number=Subquery(newest)).order_by("title", "pk")


def experiment(*, caller: Caller, slug: str) -> Experiment:
    """One readable experiment with team and service. Raises NotFound, for private ones of other teams, too."""
    found: Experiment | None = (
        Experiment.objects.readable_by(caller).select_related("team", "service").filter(slug=slug[:63]).first()
    )
    if found is None:
        raise NotFound(f"there is no experiment {slug[:63]!r}, or it is not yours to see")
    return found


def newest_version(*, experiment: Experiment) -> ExperimentVersion:
    """What is run from now on. Raises DoesNotExist for an experiment that was not made by services."""
    return experiment.versions.order_by("-number", "-pk")[:1].get()


def versions_of(*, experiment: Experiment) -> QuerySet[ExperimentVersion]:
    """Every version, the newest first, without texts and documents."""
    return experiment.versions.defer("text", "document").order_by("-number", "-pk")


def version(*, experiment: Experiment, number: int) -> ExperimentVersion:
    """Raises NotFound."""
    found = experiment.versions.filter(number=number).first()
    if found is None:
        raise NotFound(f"{experiment.slug} has no version {number}")
    return found


def teams_of_experiments(*, caller: Caller) -> list[tuple[str, str]]:
    """(slug, name) of the teams whose experiments the caller may read: for a filter."""
    rows = Experiment.objects.readable_by(caller).order_by("team__slug").values_list("team__slug", "team__name")
    return list(rows.annotate(of=F("team_id")).values_list("team__slug", "team__name").distinct())
