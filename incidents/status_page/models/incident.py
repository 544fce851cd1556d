from __future__ import annotations

from django.db import models

from incidents.status_page.domain.states import Impact, IncidentStatus
from incidents.status_page.models.codes import new_code


class PublicIncident(models.Model):
    """What the public is told of one trouble. `incident` is ours, for the team only; nothing of it is shown."""

    page = models.ForeignKey("status_page.StatusPage", on_delete=models.CASCADE, related_name="incidents")
    incident = models.ForeignKey(
        "response.Incident", on_delete=models.SET_NULL, null=True, blank=True, related_name="public_incidents"
    )
    code = models.CharField(max_length=16, unique=True, default=new_code)
    title = models.CharField(max_length=160)
    impact = models.CharField(max_length=16, choices=[(i.value, i.words) for i in Impact], default=Impact.MINOR.value)
    status = models.CharField(max_length=16, choices=[(s.value, s.words) for s in IncidentStatus])
    started_at = models.DateTimeField()
    monitoring_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=160, blank=True)
    updated_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-started_at", "-pk")
        indexes = (
            models.Index(fields=("page", "-started_at"), name="public_incident_by_page"),
            models.Index(fields=("page", "status"), name="public_incident_by_status"),
        )

    def __str__(self) -> str:
        return self.title
