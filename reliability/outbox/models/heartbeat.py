from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """When something that repeats last ran, such as the tick. One row per name."""

    name = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"
