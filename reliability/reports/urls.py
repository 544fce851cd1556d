"""Addresses of reports."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reliability.reports.views import leaving, monthly, subscriptions

urlpatterns: list[URLPattern | URLResolver] = [
    path("reports/monthly/", monthly.monthly_report, name="report-monthly"),
    path("reports/subscriptions/", subscriptions.subscription_list, name="report-subscriptions"),
    path("reports/subscriptions/new/", subscriptions.subscription_new, name="report-subscription-new"),
    path("reports/subscriptions/<int:pk>/", subscriptions.subscription_edit, name="report-subscription"),
    path(
        "reports/subscriptions/<int:pk>/delete/", subscriptions.subscription_delete, name="report-subscription-delete"
    ),
    path("reports/subscriptions/<int:pk>/test/", subscriptions.subscription_test, name="report-subscription-test"),
    path("reports/subscriptions/<int:pk>/mine/", leaving.subscription_mine, name="report-subscription-mine"),
    path("reports/leave/<str:token>/", leaving.leave_link, name="report-leave"),
    path("reports/sent/<int:pk>/", subscriptions.sent_detail, name="report-sent"),
]
