"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reliability.suspects.views import blame_rules, cases

urlpatterns: list[URLPattern | URLResolver] = [
    path("delivery/suspects/", cases.suspect_list, name="suspect-list"),
    path("delivery/suspects/cases/<int:case_id>/", cases.suspect_case, name="suspect-case"),
    path("delivery/suspects/<int:suspect_id>/verdict/", cases.suspect_verdict, name="suspect-verdict"),
    path("delivery/suspects/rules/<slug:slug>/", blame_rules.blame_rules, name="suspect-rules"),
]
