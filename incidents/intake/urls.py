"""Addresses of this room: what machines post to, and the pages of integrations, monitors and silences."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from incidents.intake.sources.registry import KINDS
from incidents.intake.views import integration_form, integrations, monitors, ping, silences

urlpatterns: list[URLPattern | URLResolver] = [
    *(path("", include(f"incidents.intake.sources.{kind.name}.views")) for kind in KINDS.values() if kind.is_pushed),
    path("ping/<str:secret>", ping.ping, name="ping"),
    path("ping/<str:secret>/start", ping.ping, {"told": "start"}, name="ping-start"),
    path("ping/<str:secret>/fail", ping.ping, {"told": "fail"}, name="ping-fail"),
    path("ping/<str:secret>/<int:exit_code>", ping.ping, name="ping-exit-code"),
    path("integrations/", integrations.integration_list, name="integration-list"),
    path("integrations/new/", integration_form.integration_create, name="integration-create"),
    path("integrations/<slug:name>/", integrations.integration_detail, name="integration-detail"),
    path("integrations/<slug:name>/health/", integrations.integration_health, name="integration-health"),
    path("integrations/<slug:name>/edit/", integration_form.integration_edit, name="integration-edit"),
    path("integrations/<slug:name>/keys/new/", integrations.integration_rotate, name="integration-rotate"),
    path(
        "integrations/<slug:name>/keys/<int:key_id>/revoke/",
        integrations.integration_revoke_key,
        name="integration-revoke-key",
    ),
    path("integrations/<slug:name>/delete/", integrations.integration_delete, name="integration-delete"),
    path(
        "integrations/<slug:name>/rejects/forget/",
        integrations.integration_forget_rejects,
        name="integration-forget-rejects",
    ),
    path(
        "integrations/<slug:name>/rejects/<int:reject_id>/", integrations.integration_reject, name="integration-reject"
    ),
    path("monitors/", monitors.monitor_list, name="monitor-list"),
    path("monitors/new/", monitors.monitor_create, name="monitor-create"),
    path("monitors/<slug:name>/", monitors.monitor_detail, name="monitor-detail"),
    path("monitors/<slug:name>/state/", monitors.monitor_state, name="monitor-state"),
    path("monitors/<slug:name>/edit/", monitors.monitor_edit, name="monitor-edit"),
    path("monitors/<slug:name>/pause/", monitors.monitor_pause, name="monitor-pause"),
    path("monitors/<slug:name>/resume/", monitors.monitor_resume, name="monitor-resume"),
    path("monitors/<slug:name>/address/", monitors.monitor_renew, name="monitor-renew"),
    path("monitors/<slug:name>/delete/", monitors.monitor_delete, name="monitor-delete"),
    path("silences/", silences.silence_list, name="silence-list"),
    path("silences/new/", silences.silence_create, name="silence-create"),
    path("silences/<int:silence_id>/", silences.silence_detail, name="silence-detail"),
    path("silences/<int:silence_id>/expire/", silences.silence_expire, name="silence-expire"),
]
