"""Every address of the product."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from reliability.api import api
from reliability.web.api.edges import api_patterns

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", api_patterns(api)),
    path("", include("reliability.access.urls")),
]
