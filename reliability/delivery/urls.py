"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reliability.delivery.views import deployments, incoming, integrations, metrics, metrics_rows

urlpatterns: list[URLPattern | URLResolver] = [
    path("delivery/", metrics.delivery_figures, name="delivery-figures"),
    path("delivery/figures.csv", metrics.figures_file, name="delivery-figures-file"),
    path("delivery/rows/", metrics_rows.metric_rows, name="delivery-rows"),
    path("delivery/rows.csv", metrics_rows.rows_file, name="delivery-rows-file"),
    path("delivery/in/<slug:name>", incoming.incoming, name="delivery-in"),
    path("delivery/deployments/", deployments.deployment_list, name="deployment-list"),
    path("delivery/deployments/<int:deployment_id>/", deployments.deployment_detail, name="deployment-detail"),
    path("delivery/integrations/", integrations.integration_list, name="delivery-integration-list"),
    path("delivery/integrations/new/", integrations.integration_create, name="delivery-integration-create"),
    path("delivery/integrations/<slug:name>/", integrations.integration_detail, name="delivery-integration"),
    path("delivery/integrations/<slug:name>/edit/", integrations.integration_edit, name="delivery-integration-edit"),
    path(
        "delivery/integrations/<slug:name>/read-again/",
        integrations.integration_replay,
        name="delivery-integration-replay",
    ),
    path(
        "delivery/integrations/<slug:name>/payloads/<int:payload_id>/",
        integrations.integration_payload,
        name="delivery-integration-payload",
    ),
    path(
        "delivery/integrations/<slug:name>/keys/new/",
        integrations.integration_rotate,
        name="delivery-integration-rotate",
    ),
    path(
        "delivery/integrations/<slug:name>/keys/<int:key_id>/revoke/",
        integrations.integration_revoke_key,
        name="delivery-integration-revoke-key",
    ),
    path(
        "delivery/integrations/<slug:name>/delete/",
        integrations.integration_delete,
        name="delivery-integration-delete",
    ),
]
