"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reliability.measures.views import own, ratios

urlpatterns: list[URLPattern | URLResolver] = [
    path("delivery/ratios/", ratios.ratio_page, name="delivery-ratios"),
    path("delivery/ratios.csv", ratios.ratio_file, name="delivery-ratios-file"),
    path("delivery/ratios/new/", own.ratio_new, name="own-ratio-new"),
    path("delivery/ratios/<int:ratio_id>/", own.ratio_edit, name="own-ratio"),
]
