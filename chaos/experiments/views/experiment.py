"""The page of one experiment, its versions, and its file."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chaos.experiments.domain.kinds import Format, Kind
from chaos.experiments.domain.outline import outline_of
from chaos.experiments.models import Experiment, ExperimentVersion
from chaos.experiments.panels import rendered_panels
from chaos.experiments.selectors.differences import difference
from chaos.experiments.selectors.experiments import experiment as get_experiment
from chaos.experiments.selectors.experiments import newest_version, versions_of
from chaos.experiments.selectors.experiments import version as get_version
from chaos.experiments.selectors.exporting import export
from chaos.experiments.selectors.jobs import targets_of
from chaos.experiments.selectors.secrets import secrets_of
from chaos.experiments.tabs import tabs_for
from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.web.errors import Invalid

VERSIONS_SHOWN = 10
_FORMATS = tuple(one.value for one in Format)


@require_safe
def experiment_detail(request: AccessRequest, slug: str) -> HttpResponse:
    """What it claims, what it does step by step, what it needs, and how its runs went."""
    experiment = get_experiment(caller=request.caller, slug=slug)
    newest = newest_version(experiment=experiment)
    versions = list(versions_of(experiment=experiment)[: VERSIONS_SHOWN + 1])
    secrets = secrets_of(experiment=experiment, document=newest.document)
    context = {
        **_head(request, experiment),
        "kind_words": Kind(experiment.kind).words,
        "version": newest,
        "outline": outline_of(newest.document),
        "targets": targets_of(version=newest),
        "secrets": secrets,
        "secrets_missing": sum(one.is_needed and not one.is_set for one in secrets),
        "versions": versions[:VERSIONS_SHOWN],
        "has_more_versions": len(versions) > VERSIONS_SHOWN,
        "panels": rendered_panels(request=request, experiment=experiment, now=timezone.now()),
    }
    return render(request, "experiments/detail.html", context)


@require_safe
def experiment_version(request: AccessRequest, slug: str, number: int) -> HttpResponse:
    """One version: what it changed, its steps, its text."""
    experiment = get_experiment(caller=request.caller, slug=slug)
    shown = get_version(experiment=experiment, number=number)
    before = _before(experiment, shown)
    context = {
        **_head(request, experiment),
        "version": shown,
        "before": before,
        "difference": difference(old=before, new=shown) if before else [],
        "versions": versions_of(experiment=experiment),
        "lines": list(enumerate(shown.text.splitlines(), start=1)),
        "outline": outline_of(shown.document),
    }
    return render(request, "experiments/version.html", context)


@require_safe
def experiment_export(request: AccessRequest, slug: str) -> HttpResponse:
    """The newest version as a file, as it was written; `?format=json` and `?version=3` ask for others."""
    experiment = get_experiment(caller=request.caller, slug=slug)
    number = request.GET.get("version", "")
    wanted = request.GET.get("format", "")
    if wanted and wanted not in _FORMATS:
        raise Invalid(details=[{"field": "format", "message": f"is one of {', '.join(_FORMATS)}"}])
    is_number = number.isascii() and number.isdigit() and len(number) < 10
    version = (
        get_version(experiment=experiment, number=int(number)) if is_number else newest_version(experiment=experiment)
    )
    file = export(version=version, format=wanted)
    return HttpResponse(
        file.text,
        content_type=f"{file.media_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
    )


def _head(request: AccessRequest, experiment: Experiment) -> dict[str, Any]:
    return {
        "tabs": tabs_for(request),
        "experiment": experiment,
        "service": visible(caller=request.caller, related=experiment.service),
        "may_edit": request.caller.may(experiment.team_id, Role.EDITOR),
        "may_run": request.caller.may(experiment.team_id, Role.RESPONDER),
    }


def _before(experiment: Experiment, version: ExperimentVersion) -> ExperimentVersion | None:
    return experiment.versions.filter(number__lt=version.number).order_by("-number").first()
