"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from incidents.response.views import (
    alerts,
    changes,
    declaring,
    figures,
    impact_setting,
    inbound_pagerduty,
    inbound_slack,
    incident,
    incidents,
    lifecycle,
    milestone_setting,
    phone,
    phone_list,
    roles,
    timeline,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("incidents/", incidents.incident_list, name="incident-list"),
    path("incidents/new/", declaring.incident_new, name="incident-new"),
    path("incidents/new/told/", declaring.told_preview, name="incident-told"),
    path("incidents/figures/", figures.incident_figures, name="incident-figures"),
    path("incidents/<int:number>/", incident.incident_detail, name="incident-detail"),
    path("incidents/<int:number>/acknowledge/", lifecycle.acknowledge, name="incident-acknowledge"),
    path("incidents/<int:number>/unacknowledge/", lifecycle.unacknowledge, name="incident-unacknowledge"),
    path("incidents/<int:number>/mitigate/", lifecycle.mitigate, name="incident-mitigate"),
    path("incidents/<int:number>/resolve/", changes.resolve, name="incident-resolve"),
    path("incidents/<int:number>/escalate/", lifecycle.escalate, name="incident-escalate"),
    path("incidents/<int:number>/severity/", changes.change_severity, name="incident-severity"),
    path("incidents/<int:number>/close/", changes.close, name="incident-close"),
    path("incidents/<int:number>/reopen/", changes.reopen, name="incident-reopen"),
    path("incidents/<int:number>/edit/", changes.edit, name="incident-edit"),
    path("incidents/<int:number>/merge/", changes.merge, name="incident-merge"),
    path("incidents/<int:number>/split/", changes.split, name="incident-split"),
    path("incidents/<int:number>/impact/", impact_setting.impact_set, name="incident-impact"),
    path("incidents/<int:number>/roles/take/", roles.take, name="role-take"),
    path("incidents/<int:number>/roles/leave/", roles.leave, name="role-leave"),
    path("incidents/<int:number>/roles/hand-over/", roles.hand_over, name="role-hand-over"),
    path("incidents/<int:number>/milestones/<slug:milestone>/", milestone_setting.milestone_set, name="milestone-set"),
    path("incidents/<int:number>/timeline/", timeline.comment, name="timeline-comment"),
    path("incidents/<int:number>/timeline/import/", timeline.import_events, name="timeline-import"),
    path("incidents/<int:number>/timeline/attach/", timeline.attach, name="timeline-attach"),
    path("incidents/<int:number>/timeline/<int:pk>/", timeline.edit, name="timeline-edit"),
    path("incidents/<int:number>/timeline/<int:pk>/pin/", timeline.pin, name="timeline-pin"),
    path("alerts/", alerts.alert_list, name="alert-list"),
    path("alerts/<int:pk>/", alerts.alert_detail, name="alert-detail"),
    path("a/list/<str:token>/", phone_list.phone_list, name="phone-list"),
    path("a/<str:token>/", phone.phone_link, name="phone-link"),
    path("inbound/pagerduty/<slug:name>/", inbound_pagerduty.pagerduty_webhook, name="inbound-pagerduty"),
    path("inbound/slack/<slug:name>/", inbound_slack.slack_interaction, name="inbound-slack"),
]
