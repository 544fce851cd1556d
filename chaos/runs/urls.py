"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from chaos.runs.views import acts, asking, home, notice, policies, policy_editing, records, run, runs, stops

urlpatterns: list[URLPattern | URLResolver] = [
    path("chaos/", home.chaos_home, name="chaos-home"),
    path("chaos/stop/", stops.stop_all, name="chaos-stop"),
    path("chaos/lift/", stops.lift_stop, name="chaos-lift"),
    path("chaos/experiments/<slug:slug>/run/", asking.run_new, name="run-new"),
    path("chaos/runs/", runs.run_list, name="run-list"),
    path("chaos/runs/<int:number>/", run.run_detail, name="run-detail"),
    path("chaos/runs/<int:number>/stop/", stops.run_stop, name="run-stop"),
    path("chaos/runs/<int:number>/approve/", acts.run_decide, {"word": "approve"}, name="run-approve"),
    path("chaos/runs/<int:number>/decline/", acts.run_decide, {"word": "decline"}, name="run-decline"),
    path("chaos/runs/<int:number>/notices/<int:pk>/", acts.notice_acknowledge, name="run-notice"),
    path("chaos/runs/<int:number>/report/", records.run_report, name="run-report"),
    path("chaos/runs/<int:number>/journal/", records.run_journal, name="run-journal"),
    path("chaos/runs/<int:number>/compare/", records.run_compare, name="run-compare"),
    path("chaos/policies/", policies.policy_list, name="guard-policy-list"),
    path("chaos/policies/teams/<slug:slug>/", policies.team_policy, name="guard-policy-team"),
    path("chaos/policies/teams/<slug:slug>/edit/", policy_editing.team_policy_edit, name="guard-policy-team-edit"),
    path(
        "chaos/policies/teams/<slug:slug>/remove/", policy_editing.team_policy_remove, name="guard-policy-team-remove"
    ),
    path("chaos/policies/services/<slug:name>/", policies.service_policy, name="guard-policy-service"),
    path(
        "chaos/policies/services/<slug:name>/edit/",
        policy_editing.service_policy_edit,
        name="guard-policy-service-edit",
    ),
    path(
        "chaos/policies/services/<slug:name>/remove/",
        policy_editing.service_policy_remove,
        name="guard-policy-service-remove",
    ),
    path("chaos/notices/<str:token>/", notice.notice_link, name="chaos-notice"),
]
