"""Addresses of objectives and indicators."""

from __future__ import annotations

from django.urls import path

from slo.views import (
    adjustments,
    agreements,
    alerting,
    alerts,
    availability,
    backfills,
    deletion,
    editing,
    exclusions,
    indicators,
    ledger,
    objective,
    objectives,
    preview,
)

urlpatterns = [
    path("slos/", objectives.slo_list, name="slo-list"),
    path("slos/new/", editing.slo_new, name="slo-new"),
    path("slos/new/preview/", preview.slo_preview, name="slo-preview"),
    path("slos/alerts/", alerts.alert_list, name="burn-alert-list"),
    path("slos/availability/", availability.fleet_availability, name="slo-availability-fleet"),
    path("slos/<slug:name>/", objective.slo_detail, name="slo-detail"),
    path("slos/<slug:name>/edit/", editing.slo_edit, name="slo-edit"),
    path("slos/<slug:name>/delete/", deletion.slo_delete, name="slo-delete"),
    path("slos/<slug:name>/ledger/", ledger.slo_ledger, name="slo-ledger"),
    path("slos/<slug:name>/availability/", availability.slo_availability, name="slo-availability"),
    path("slos/<slug:name>/alerts/", alerts.slo_alerts, name="slo-alerts"),
    path("slos/<slug:name>/alerts/settings/", alerting.slo_alerting, name="slo-alerting"),
    path("slos/<slug:name>/exclusions/", exclusions.exclusion_new, name="exclusion-new"),
    path("slos/<slug:name>/exclusions/<int:pk>/revoke/", exclusions.exclusion_revoke, name="exclusion-revoke"),
    path("slos/<slug:name>/adjustments/", adjustments.adjustment_new, name="adjustment-new"),
    path("slos/<slug:name>/adjustments/<int:pk>/revoke/", adjustments.adjustment_revoke, name="adjustment-revoke"),
    path("agreements/", agreements.agreement_list, name="agreement-list"),
    path("agreements/new/", agreements.agreement_new, name="agreement-new"),
    path("agreements/<slug:name>/", agreements.agreement_detail, name="agreement"),
    path("agreements/<slug:name>/edit/", agreements.agreement_edit, name="agreement-edit"),
    path("agreements/<slug:name>/delete/", agreements.agreement_delete, name="agreement-delete"),
    path("slis/", indicators.sli_list, name="sli-list"),
    path("slis/<slug:name>/", indicators.sli_detail, name="sli-detail"),
    path("slis/<slug:name>/edit/", indicators.sli_edit, name="sli-edit"),
    path("slis/<slug:name>/delete/", deletion.sli_delete, name="sli-delete"),
    path("slis/<slug:name>/backfills/", backfills.backfill_new, name="backfill-new"),
    path("slis/<slug:name>/backfills/latest/", backfills.backfill_part, name="backfill-part"),
    path("slis/<slug:name>/backfills/<int:pk>/<slug:action>/", backfills.backfill_change, name="backfill-change"),
]
