from __future__ import annotations

from django.db import models

from reliability.access.models import SecretAddress


class CalendarFeed(SecretAddress):
    """A secret iCal address: the shifts of one schedule, or of `user` in all of them."""

    schedule = models.ForeignKey(
        "oncall.Schedule", on_delete=models.CASCADE, null=True, blank=True, related_name="feeds"
    )

    def __str__(self) -> str:
        return f"feed of {self.user}" if self.schedule_id is None else f"feed of {self.schedule}"
