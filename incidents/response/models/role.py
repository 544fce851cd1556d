from __future__ import annotations

from django.db import models
from django.db.models import Q


class IncidentRole(models.Model):
    """Who had which role from when to when. Of commander, communications and scribe there is one at a time."""

    class Role(models.TextChoices):
        COMMANDER = "commander"
        COMMUNICATIONS = "communications"
        SCRIBE = "scribe"
        RESPONDER = "responder"

    incident = models.ForeignKey("response.Incident", on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=16, choices=Role.choices)
    user = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("incident", "taken_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "role"),
                condition=Q(left_at__isnull=True) & ~Q(role="responder"),
                name="incident_role_held_by_one",
            ),
            models.UniqueConstraint(
                fields=("incident", "role", "user"),
                condition=Q(left_at__isnull=True),
                name="incident_role_once_per_person",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"
