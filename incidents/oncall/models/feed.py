from __future__ import annotations

from django.db import models


class CalendarFeed(models.Model):
    """A secret iCal address: the shifts of one schedule, or of `user` in all of them. Only the SHA-256 is kept."""

    user = models.ForeignKey("access.User", on_delete=models.CASCADE, related_name="calendar_feeds")
    schedule = models.ForeignKey(
        "oncall.Schedule", on_delete=models.CASCADE, null=True, blank=True, related_name="feeds"
    )
    # Shown beside the feed, so that people know which of several it is.
    hint = models.CharField(max_length=16, blank=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_read_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"feed of {self.user}" if self.schedule_id is None else f"feed of {self.schedule}"
