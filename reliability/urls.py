"""Every address of the product."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reliability.api import api
from reliability.pages import urlpatterns as pages
from reliability.web.api.edges import api_patterns

handler400 = "reliability.web.problems.bad_request"
handler403 = "reliability.web.problems.permission_denied"
handler404 = "reliability.web.problems.page_not_found"
handler500 = "reliability.web.problems.server_error"

urlpatterns: list[URLPattern | URLResolver] = [path("api/", api_patterns(api)), *pages]
