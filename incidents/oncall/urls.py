"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from incidents.oncall.views import board, calendar, editing, feeds, overrides, swaps

urlpatterns: list[URLPattern | URLResolver] = [
    path("oncall/", board.board, name="oncall-board"),
    path("oncall/now/", board.now, name="oncall-now"),
    path("oncall/new/", editing.schedule_new, name="oncall-new"),
    path("oncall/swaps/", swaps.swap_list, name="oncall-swaps"),
    path("oncall/calendars/", feeds.feed_list, name="oncall-calendars"),
    path("oncall/calendars/<int:pk>/revoke/", feeds.feed_revoke, name="oncall-calendar-revoke"),
    path("oncall/feeds/<str:secret>.ics", feeds.feed, name="oncall-feed"),
    path("oncall/<slug:slug>/", calendar.schedule_page, name="oncall-schedule"),
    path("oncall/<slug:slug>/edit/", editing.schedule_edit, name="oncall-edit"),
    path("oncall/<slug:slug>/delete/", editing.schedule_delete, name="oncall-delete"),
    path("oncall/<slug:slug>/override/", overrides.override_new, name="oncall-override"),
    path("oncall/<slug:slug>/overrides/<int:pk>/revoke/", overrides.override_revoke, name="oncall-override-revoke"),
    path("oncall/<slug:slug>/take/", overrides.shift_take, name="oncall-take"),
    path("oncall/<slug:slug>/swap/", swaps.swap_new, name="oncall-swap"),
    path("oncall/<slug:slug>/swaps/<int:pk>/<str:action>/", swaps.swap_decide, name="oncall-swap-decide"),
]
