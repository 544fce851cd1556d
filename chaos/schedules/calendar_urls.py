"""Addresses of the calendar and of blackouts."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from chaos.schedules.views import addresses, blackouts, calendar, feeds

urlpatterns: list[URLPattern | URLResolver] = [
    path("chaos/calendar/", calendar.calendar, name="chaos-calendar"),
    path("chaos/calendar/addresses/", addresses.address_list, name="chaos-calendar-addresses"),
    path("chaos/calendar/addresses/<int:pk>/revoke/", addresses.address_revoke, name="chaos-calendar-revoke"),
    path("chaos/calendar/feeds/<str:secret>.ics", addresses.feed, name="chaos-calendar-feed"),
    path("chaos/blackouts/", blackouts.blackout_list, name="blackout-list"),
    path("chaos/blackouts/new/", blackouts.blackout_new, name="blackout-new"),
    path("chaos/blackouts/<int:pk>/", blackouts.blackout_detail, name="blackout-detail"),
    path("chaos/blackouts/<int:pk>/edit/", blackouts.blackout_edit, name="blackout-edit"),
    path("chaos/blackouts/<int:pk>/delete/", blackouts.blackout_delete, name="blackout-delete"),
    path("chaos/blackouts/calendars/new/", feeds.feed_new, name="blackout-feed-new"),
    path("chaos/blackouts/calendars/<int:pk>/", feeds.feed_detail, name="blackout-feed"),
    path("chaos/blackouts/calendars/<int:pk>/edit/", feeds.feed_edit, name="blackout-feed-edit"),
    path("chaos/blackouts/calendars/<int:pk>/refresh/", feeds.feed_refresh, name="blackout-feed-refresh"),
    path("chaos/blackouts/calendars/<int:pk>/delete/", feeds.feed_delete, name="blackout-feed-delete"),
]
