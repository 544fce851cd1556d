"""Every address of the product."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from reliability.api import api
from reliability.web.api.edges import api_patterns

handler400 = "reliability.web.problems.bad_request"
handler403 = "reliability.web.problems.permission_denied"
handler404 = "reliability.web.problems.page_not_found"
handler500 = "reliability.web.problems.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("reliability.dashboards.urls")),
    path("", include("reliability.web.urls")),
    path("api/", api_patterns(api)),
    path("", include("reliability.access.urls")),
    path("", include("reliability.catalog.urls")),
    path("", include("reliability.telemetry.urls")),
    path("", include("reliability.channels.urls")),
    path("", include("slo.urls")),
    path("", include("chaos.experiments.urls")),
    path("", include("chaos.runs.urls")),
    path("", include("chaos.schedules.urls")),
    path("", include("chaos.backlog.urls")),
    path("", include("chaos.gamedays.urls")),
    path("", include("incidents.oncall.urls")),
    path("", include("incidents.paging.urls")),
    path("", include("incidents.response.urls")),
    path("", include("incidents.intake.urls")),
]
