from __future__ import annotations

from django.db import models
from django.db.models import Q


class TimelineItem(models.Model):
    """What happened at `at` (UTC), taken over from the incident's timeline (`origin_entry_id`) or written here.

    Only selected ones stand in the document. Importing again adds later entries and touches none that is here.
    """

    postmortem = models.ForeignKey("postmortems.Postmortem", on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField()
    origin_entry_id = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=32)  # as in the incident's timeline; "written" for those of here
    is_human = models.BooleanField(default=False)  # else the system saw it
    author_name = models.CharField(max_length=160, blank=True)
    text = models.TextField()
    annotation = models.TextField(blank=True)  # Markdown
    is_selected = models.BooleanField(default=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("postmortem", "at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("postmortem", "origin_entry_id"),
                condition=Q(origin_entry_id__isnull=False),
                name="timeline_item_once_per_entry",
            ),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.text}"


class Snapshot(models.Model):
    """Evidence as it was: the figure of a chart, if there is one, and always the numbers behind it."""

    class Kind(models.TextChoices):
        IMPACT = "impact"
        CHART = "chart"
        METRICS = "metrics"
        SUSPECTS = "suspects"

    postmortem = models.ForeignKey("postmortems.Postmortem", on_delete=models.CASCADE, related_name="snapshots")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    key = models.CharField(max_length=120)  # "slo:12"; makes it one of its kind
    title = models.CharField(max_length=200)
    chart = models.JSONField(default=dict, blank=True)  # figure and table, drawn by the same component as a live one
    numbers = models.JSONField(default=dict, blank=True)
    position = models.PositiveIntegerField(default=0)
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ("postmortem", "kind", "position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("postmortem", "kind", "key"), name="snapshot_once_per_postmortem"),
        )

    def __str__(self) -> str:
        return self.title
