from __future__ import annotations

from django.db import models

from reliability.channels.models import PlacedNotice


class Notice(PlacedNotice):
    """One reminder to one place: a channel of the team, or a person by their first way. `key` makes it one.

    `subject` is what expires ("evidence:5", "waiver:3", "review:7"), `stage` of readiness.domain.reminding.
    """

    service = models.ForeignKey("catalog.Service", on_delete=models.CASCADE, related_name="readiness_notices")
    subject = models.CharField(max_length=40)
    stage = models.CharField(max_length=16)

    class Meta:
        ordering = ("service", "created_at", "pk")

    def __str__(self) -> str:
        return f"reminder of {self.subject} to {self.place}: {self.state}"
