"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reliability.gate.views import freezes, gate, history, policies

urlpatterns: list[URLPattern | URLResolver] = [
    path("delivery/gate/", gate.gate_home, name="gate"),
    path("delivery/gate/ask/", gate.gate_ask, name="gate-ask"),
    path("delivery/gate/history/", history.gate_history, name="gate-history"),
    path("delivery/gate/services/<slug:name>/", gate.gate_service, name="gate-service"),
    path("delivery/gate/services/<slug:name>/override/", gate.override_new, name="gate-override-new"),
    path("delivery/gate/services/<slug:name>/policy/", gate.policy_choose, name="gate-policy-choose"),
    path("delivery/gate/overrides/<int:pk>/revoke/", gate.override_revoke, name="gate-override-revoke"),
    path("delivery/gate/policies/", policies.policy_list, name="gate-policy-list"),
    path("delivery/gate/policies/new/", policies.policy_new, name="gate-policy-new"),
    path("delivery/gate/policies/<int:pk>/", policies.policy_detail, name="gate-policy"),
    path("delivery/gate/policies/<int:pk>/edit/", policies.policy_edit, name="gate-policy-edit"),
    path("delivery/gate/policies/<int:pk>/delete/", policies.policy_delete, name="gate-policy-delete"),
    path("delivery/gate/teams/<slug:slug>/", policies.team_settings, name="gate-team"),
    path("delivery/gate/freezes/", freezes.freeze_list, name="gate-freeze-list"),
    path("delivery/gate/freezes/new/", freezes.freeze_new, name="gate-freeze-new"),
    path("delivery/gate/freezes/<int:pk>/", freezes.freeze_detail, name="gate-freeze"),
    path("delivery/gate/freezes/<int:pk>/edit/", freezes.freeze_edit, name="gate-freeze-edit"),
    path("delivery/gate/freezes/<int:pk>/delete/", freezes.freeze_delete, name="gate-freeze-delete"),
]
