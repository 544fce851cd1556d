"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reliability.delivery.views import incoming, metrics, metrics_rows

urlpatterns: list[URLPattern | URLResolver] = [
    path("delivery/", metrics.delivery_figures, name="delivery-figures"),
    path("delivery/figures.csv", metrics.figures_file, name="delivery-figures-file"),
    path("delivery/rows/", metrics_rows.metric_rows, name="delivery-rows"),
    path("delivery/rows.csv", metrics_rows.rows_file, name="delivery-rows-file"),
    path("delivery/in/<slug:name>", incoming.incoming, name="delivery-in"),
]
