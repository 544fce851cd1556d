from __future__ import annotations

from django.db import models
from django.db.models import Q

from incidents.status_page.domain.states import SAYABLE, ComponentState
from incidents.status_page.models.codes import new_code


class Update(models.Model):
    """One message to the public, of an incident or of a maintenance. `body` is Markdown.

    `status` is the incident's or the maintenance's from then on. `at` is the time it shows; `is_told` says whether
    subscribers hear of it.
    """

    incident = models.ForeignKey(
        "status_page.PublicIncident", on_delete=models.CASCADE, null=True, blank=True, related_name="updates"
    )
    maintenance = models.ForeignKey(
        "status_page.Maintenance", on_delete=models.CASCADE, null=True, blank=True, related_name="updates"
    )
    code = models.CharField(max_length=16, unique=True, default=new_code)
    status = models.CharField(max_length=16)
    body = models.TextField()
    at = models.DateTimeField()
    is_told = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=160, blank=True)
    updated_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(incident__isnull=False, maintenance__isnull=True)
                | Q(incident__isnull=True, maintenance__isnull=False),
                name="update_of_incident_or_maintenance",
            ),
        )

    def __str__(self) -> str:
        return f"{self.status} at {self.at:%Y-%m-%d %H:%M}"


class UpdateComponent(models.Model):
    """What one update said of one component."""

    update_said = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="components")
    component = models.ForeignKey("status_page.Component", on_delete=models.CASCADE, related_name="said")
    state = models.CharField(max_length=24, choices=[(s.value, s.words) for s in SAYABLE])
    before = models.CharField(max_length=24, choices=[(s.value, s.words) for s in ComponentState])

    class Meta:
        ordering = ("update_said", "component")
        constraints = (models.UniqueConstraint(fields=("update_said", "component"), name="component_once_per_update"),)

    def __str__(self) -> str:
        return f"{self.component}: {self.state}"


class UpdateEdit(models.Model):
    """How an update read before it was edited. Never changed."""

    update_said = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="edits")
    body_before = models.TextField()
    shown_at_before = models.DateTimeField()
    edited_at = models.DateTimeField()
    edited_by_name = models.CharField(max_length=160)

    class Meta:
        ordering = ("-edited_at", "-pk")

    def __str__(self) -> str:
        return f"edit by {self.edited_by_name}"
