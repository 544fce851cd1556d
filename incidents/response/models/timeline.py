from __future__ import annotations

from django.db import models
from django.db.models import Q


class TimelineEntry(models.Model):
    """What happened at `at`, in one sequence of people and machines; `recorded_at` is when we were told.

    `key` makes an entry of a machine once; people's entries have none. `data` is what the words say, as values.
    """

    incident = models.ForeignKey("response.Incident", on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    kind = models.CharField(max_length=32)  # comment, status, role, severity, alert, page, milestone, import, …
    key = models.CharField(max_length=200, blank=True)
    author = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    author_name = models.CharField(max_length=160)
    is_human = models.BooleanField(default=False)
    text = models.TextField()
    data = models.JSONField(default=dict)
    is_pinned = models.BooleanField(default=False)
    edited_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)  # its text stays in the revisions

    class Meta:
        ordering = ("incident", "at", "pk")
        verbose_name_plural = "timeline entries"
        constraints = (
            models.UniqueConstraint(fields=("incident", "key"), condition=~Q(key=""), name="timeline_once_per_key"),
        )
        indexes = (models.Index(fields=("incident", "-at"), name="timeline_newest_first"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.author_name}: {self.text}"


class TimelineRevision(models.Model):
    """What an entry said before an edit. Never changed."""

    entry = models.ForeignKey(TimelineEntry, on_delete=models.CASCADE, related_name="revisions")
    at = models.DateTimeField()  # of the entry, before
    text = models.TextField()
    edited_at = models.DateTimeField()
    editor_name = models.CharField(max_length=160)

    class Meta:
        ordering = ("entry", "edited_at", "pk")

    def __str__(self) -> str:
        return f"{self.entry_id} before {self.edited_at:%Y-%m-%d %H:%M:%S}"


class Attachment(models.Model):
    """A chart as it was: its figure and the table of its numbers, drawn by the same component as the live one."""

    entry = models.ForeignKey(TimelineEntry, on_delete=models.CASCADE, related_name="attachments")
    title = models.CharField(max_length=200)
    chart = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("entry", "pk")

    def __str__(self) -> str:
        return self.title
