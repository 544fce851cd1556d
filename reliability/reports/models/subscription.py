from __future__ import annotations

from django.db import models
from django.db.models import Q

from reliability.access.models import TeamScopedQuerySet
from reliability.channels.models import PlacedNotice


class Subscription(models.Model):
    """The report of a team by mail, each month or quarter. `due_at`: when the next one is made."""

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="report_subscriptions")
    months = models.PositiveSmallIntegerField(choices=((1, "month"), (3, "quarter")), default=1)
    day = models.PositiveSmallIntegerField(default=1)
    hour = models.PositiveSmallIntegerField(default=8)
    zone = models.CharField(max_length=64, default="UTC")
    to_members = models.BooleanField(default=True)
    channels = models.ManyToManyField("channels.Channel", blank=True, related_name="+")
    without = models.ManyToManyField("access.User", blank=True, related_name="+")  # members who do not want it
    is_paused = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("team", "months", "pk")
        constraints = (
            models.UniqueConstraint(fields=("team", "months"), name="report_subscription_once_per_team_and_length"),
            models.CheckConstraint(condition=Q(day__gte=1, day__lte=28), name="report_day_is_in_every_month"),
            models.CheckConstraint(condition=Q(hour__gte=0, hour__lte=23), name="report_hour_is_of_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.get_months_display()}ly report of {self.team}"


class SentReport(models.Model):
    """A report as it was made to be sent: its numbers are never changed. note: what was missing. Tests are apart."""

    subscription = models.ForeignKey(
        Subscription, on_delete=models.SET_NULL, null=True, blank=True, related_name="sent_reports"
    )
    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="sent_reports")
    period = models.CharField(max_length=8)
    zone = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    numbers = models.JSONField()
    note = models.TextField(blank=True)
    is_test = models.BooleanField(default=False)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("subscription", "period"), condition=Q(is_test=False), name="report_sent_once_per_period"
            ),
        )
        indexes = (models.Index(fields=("team", "-made_at"), name="sent_report_by_team"),)

    def __str__(self) -> str:
        return f"{self.period} of {self.team}"


class ReportNotice(PlacedNotice):
    """One mail with one report."""

    report = models.ForeignKey(SentReport, on_delete=models.CASCADE, related_name="notices")

    class Meta:
        ordering = ("report", "created_at", "pk")

    def __str__(self) -> str:
        return f"report {self.report} to {self.place}: {self.state}"
