"""The addresses of the pages: those that messages lead to. Workers know no others (reliability/worker.py)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("reliability.dashboards.urls")),
    path("", include("reliability.web.urls")),
    path("", include("reliability.access.urls")),
    path("", include("reliability.catalog.urls")),
    path("", include("reliability.readiness.urls")),
    path("", include("reliability.duties.urls")),
    path("", include("reliability.telemetry.urls")),
    path("", include("reliability.channels.urls")),
    path("", include("reliability.delivery.urls")),
    path("", include("slo.urls")),
    path("", include("reliability.overlay.urls")),
    path("", include("reliability.gate.urls")),
    path("", include("reliability.suspects.urls")),
    path("", include("reliability.measures.urls")),
    path("", include("chaos.experiments.urls")),
    path("", include("chaos.runs.urls")),
    path("", include("chaos.schedules.urls")),
    path("", include("chaos.backlog.urls")),
    path("", include("chaos.gamedays.urls")),
    path("", include("incidents.oncall.urls")),
    path("", include("incidents.paging.urls")),
    path("", include("incidents.response.urls")),
    path("", include("incidents.intake.urls")),
    path("", include("incidents.actions.urls")),
    path("", include("incidents.postmortems.urls")),
    path("", include("incidents.status_page.urls")),
    path("", include("incidents.stakeholders.urls")),
    path("", include("incidents.learning.urls")),
    path("", include("reliability.reports.urls")),
]
