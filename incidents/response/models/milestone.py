from __future__ import annotations

from django.db import models

from incidents.response.domain.phases import Milestone


class MilestoneChange(models.Model):
    """A milestone set, moved or cleared: by whom, from what, to what."""

    incident = models.ForeignKey("response.Incident", on_delete=models.CASCADE, related_name="milestone_changes")
    milestone = models.CharField(max_length=16, choices=[(m.value, m.value) for m in Milestone])
    was_at = models.DateTimeField(null=True, blank=True)
    is_at = models.DateTimeField(null=True, blank=True)
    author_name = models.CharField(max_length=160)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("incident", "created_at", "pk")

    def __str__(self) -> str:
        return f"{self.milestone} of {self.incident_id}"
