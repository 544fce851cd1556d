"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from chaos.backlog.views import coverage, trial_editing, trials, trying, vulnerabilities, vulnerability, writing

urlpatterns: list[URLPattern | URLResolver] = [
    path("chaos/backlog/", vulnerabilities.vulnerability_list, name="vulnerability-list"),
    path("chaos/backlog/new/", writing.vulnerability_new, name="vulnerability-new"),
    path("chaos/backlog/<int:pk>/", vulnerability.vulnerability_detail, name="vulnerability-detail"),
    path("chaos/backlog/<int:pk>/edit/", writing.vulnerability_edit, name="vulnerability-edit"),
    path("chaos/backlog/<int:pk>/state/", vulnerability.vulnerability_state, name="vulnerability-state"),
    path("chaos/backlog/<int:pk>/notes/", vulnerability.vulnerability_note, name="vulnerability-note"),
    path("chaos/backlog/<int:pk>/link/", vulnerability.vulnerability_link, name="vulnerability-link"),
    path("chaos/backlog/<int:pk>/unlink/<slug:slug>/", vulnerability.vulnerability_unlink, name="vulnerability-unlink"),
    path("chaos/backlog/<int:pk>/try/<slug:slug>/", trying.vulnerability_try, name="vulnerability-try"),
    path("chaos/coverage/", coverage.coverage_map, name="coverage"),
    path("chaos/coverage.csv", coverage.coverage_file, name="coverage-file"),
    path("chaos/coverage/<slug:name>/<slug:layer>/", coverage.coverage_cell, name="coverage-cell"),
    path("chaos/coverage/<slug:name>/<slug:layer>/try/<slug:slug>/", trying.coverage_try, name="coverage-try"),
    path("chaos/trials/", trials.trial_list, name="trial-list"),
    path("chaos/trials/new/", trial_editing.trial_new, name="trial-new"),
    path("chaos/trials/<int:pk>/", trials.trial_detail, name="trial-detail"),
    path("chaos/trials/<int:pk>/edit/", trial_editing.trial_edit, name="trial-edit"),
    path("chaos/trials/<int:pk>/delete/", trial_editing.trial_delete, name="trial-delete"),
]
