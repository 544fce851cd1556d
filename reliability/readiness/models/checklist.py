from __future__ import annotations

from django.db import models

from reliability.access.models import TeamScopedQuerySet


class Checklist(models.Model):
    """What a team asks of its services before they are ready; without a row the built-in list holds as it is.

    `definition` is in the notation of reliability.readiness.domain.checklist, that of the newest version. `revision`
    rises with every edit and is the number of that version. `channels` are reminded of what expires, and whoever gave
    it; `remind_days` before. A review is good for `review_days` unless its author says otherwise.
    """

    team = models.OneToOneField("access.Team", on_delete=models.CASCADE, related_name="readiness_checklist")
    definition = models.JSONField(default=dict)
    remind_days = models.PositiveSmallIntegerField(default=14)
    review_days = models.PositiveSmallIntegerField(default=180)
    channels = models.ManyToManyField("channels.Channel", blank=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=0)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("team", "pk")

    def __str__(self) -> str:
        return f"checklist of {self.team}"


class ChecklistVersion(models.Model):
    """What a checklist asked for from an edit on, until the next one. Never changed."""

    checklist = models.ForeignKey(Checklist, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    created_at = models.DateTimeField()
    author_name = models.CharField(max_length=160)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("checklist", "-number")
        constraints = (
            models.UniqueConstraint(fields=("checklist", "number"), name="readiness_version_once_per_number"),
        )

    def __str__(self) -> str:
        return f"{self.checklist} version {self.number}"
