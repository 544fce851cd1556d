from __future__ import annotations

from django.db import models
from django.db.models import Q

from reliability.access.models import TeamScopedQuerySet


class Alert(models.Model):
    """A problem somebody's rules see. Of one (origin, key) at most one is open; a trigger after its end is a new one.

    `origin` says who told us ("integration:5", "slo:12", "monitor:3"). A silenced alert has no incident.
    """

    class Status(models.TextChoices):
        FIRING = "firing"
        ACKNOWLEDGED = "acknowledged"
        RESOLVED = "resolved"

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="alerts")
    origin = models.CharField(max_length=80)
    origin_name = models.CharField(max_length=160)
    key = models.CharField(max_length=255)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.FIRING)
    severity = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    labels = models.JSONField(default=dict, blank=True)
    links = models.JSONField(default=list, blank=True)  # [{"title": …, "url": …}]
    payload = models.JSONField(default=dict, blank=True)  # as it came, bounded
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.SET_NULL, null=True, blank=True, related_name="alerts"
    )
    incident = models.ForeignKey(
        "response.Incident", on_delete=models.SET_NULL, null=True, blank=True, related_name="alerts"
    )
    policy = models.ForeignKey(
        "paging.EscalationPolicy", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    group_key = models.CharField(max_length=200, blank=True)
    silenced_by = models.CharField(max_length=200, blank=True)  # the silence in words; blank: not silenced
    silenced_until_at = models.DateTimeField(null=True, blank=True)  # looked at again then
    started_at = models.DateTimeField()  # as the sender says
    received_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    ended_by_source = models.BooleanField(default=False)  # not by a person who resolved the incident
    times_seen = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-received_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("origin", "key"), condition=Q(resolved_at__isnull=True), name="alert_once_while_open"
            ),
        )
        indexes = (
            models.Index(fields=("incident", "status"), name="alert_by_incident"),
            models.Index(fields=("origin", "key"), name="alert_by_key"),
            models.Index(fields=("team", "-received_at"), name="alert_by_team"),
        )

    def __str__(self) -> str:
        return f"{self.title}: {self.status}"
