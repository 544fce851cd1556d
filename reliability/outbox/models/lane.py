from __future__ import annotations

from django.db import models


class SlowLane(models.Model):
    """A lane whose last run took long: until `until_at` all such lanes together have one slot."""

    name = models.CharField(max_length=120, primary_key=True)
    until_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return f"{self.name} until {self.until_at:%Y-%m-%d %H:%M:%S}"
