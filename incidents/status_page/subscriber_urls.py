"""Addresses of subscribers: of people outside below a page's public root, of editors below the page itself."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from incidents.status_page.views import subscribers, subscribing

_ONE = "status-pages/<slug:slug>/subscribers/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("status/<slug:slug>/subscribe", subscribing.subscribe, name="status-subscribe"),
    path("status/<slug:slug>/subscriptions/<str:token>/confirm", subscribing.confirm, name="status-confirm"),
    path("status/<slug:slug>/subscriptions/<str:token>/leave", subscribing.leave, name="status-leave"),
    path("status/<slug:slug>/subscriptions/<str:token>/", subscribing.manage, name="status-manage"),
    path(_ONE, subscribers.subscriber_list, name="status-subscribers"),
    path(f"{_ONE}add/", subscribers.subscriber_add, name="status-subscriber-add"),
    path(f"{_ONE}export/", subscribers.subscriber_export, name="status-subscriber-export"),
    path(f"{_ONE}<int:pk>/remove/", subscribers.subscriber_remove, name="status-subscriber-remove"),
]
