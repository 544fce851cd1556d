"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from chaos.experiments.views import (
    editing,
    experiment,
    experiments,
    importing,
    library,
    secrets,
    target_editing,
    targets,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("chaos/experiments/", experiments.experiment_list, name="experiment-list"),
    path("chaos/experiments/new/", editing.experiment_new, name="experiment-new"),
    path("chaos/experiments/import/", importing.experiment_import, name="experiment-import"),
    path("chaos/experiments/<slug:slug>/", experiment.experiment_detail, name="experiment-detail"),
    path("chaos/experiments/<slug:slug>/edit/", editing.experiment_edit, name="experiment-edit"),
    path("chaos/experiments/<slug:slug>/archive/", editing.experiment_archive, name="experiment-archive"),
    path("chaos/experiments/<slug:slug>/export/", experiment.experiment_export, name="experiment-export"),
    path("chaos/experiments/<slug:slug>/secrets/", secrets.experiment_secrets, name="experiment-secrets"),
    path(
        "chaos/experiments/<slug:slug>/versions/<int:number>/", experiment.experiment_version, name="experiment-version"
    ),
    path("chaos/library/", library.library, name="experiment-library"),
    path("chaos/library/<slug:slug>/", library.library_template, name="experiment-template"),
    path("chaos/targets/", targets.target_list, name="target-list"),
    path("chaos/targets/new/", target_editing.target_new, name="target-new"),
    path("chaos/targets/<slug:slug>/", targets.target_detail, name="target-detail"),
    path("chaos/targets/<slug:slug>/edit/", target_editing.target_edit, name="target-edit"),
    path("chaos/targets/<slug:slug>/delete/", targets.target_delete, name="target-delete"),
    path("chaos/targets/<slug:slug>/check/", targets.target_check, name="target-check"),
]
