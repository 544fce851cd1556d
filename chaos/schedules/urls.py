"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from chaos.schedules import calendar_urls
from chaos.schedules.views import editing, schedules

urlpatterns: list[URLPattern | URLResolver] = [
    *calendar_urls.urlpatterns,
    path("chaos/schedules/", schedules.schedule_list, name="chaos-schedules"),
    path("chaos/schedules/new/", editing.schedule_new, name="chaos-schedule-new"),
    path("chaos/schedules/<int:pk>/", schedules.schedule_detail, name="chaos-schedule"),
    path("chaos/schedules/<int:pk>/edit/", editing.schedule_edit, name="chaos-schedule-edit"),
    path("chaos/schedules/<int:pk>/pause/", editing.schedule_pause, name="chaos-schedule-pause"),
    path("chaos/schedules/<int:pk>/resume/", editing.schedule_resume, name="chaos-schedule-resume"),
    path("chaos/schedules/<int:pk>/delete/", editing.schedule_delete, name="chaos-schedule-delete"),
]
