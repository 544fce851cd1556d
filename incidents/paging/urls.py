"""Addresses of escalation policies, and of how the signed-in person is told."""

from __future__ import annotations

from django.urls import path

from incidents.paging.views import deletion, editing, policies, rules, simulator

urlpatterns = [
    path("escalation-policies/", policies.policy_list, name="escalation-policy-list"),
    path("escalation-policies/new/", editing.policy_new, name="escalation-policy-new"),
    path("escalation-policies/<slug:slug>/", policies.policy_detail, name="escalation-policy"),
    path("escalation-policies/<slug:slug>/edit/", editing.policy_edit, name="escalation-policy-edit"),
    path("escalation-policies/<slug:slug>/delete/", deletion.policy_delete, name="escalation-policy-delete"),
    path("escalation-policies/<slug:slug>/simulate/", simulator.policy_simulate, name="escalation-policy-simulate"),
    path("settings/notifications/", rules.notification_rules, name="notification-rules"),
    path("settings/notifications/rules/", rules.rule_add, name="notification-rule-add"),
    path("settings/notifications/rules/<int:rule_id>/remove/", rules.rule_remove, name="notification-rule-remove"),
    path("settings/notifications/quiet-hours/", rules.quiet_hours, name="quiet-hours"),
]
