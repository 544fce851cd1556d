from __future__ import annotations

from django.db import models


class TeamSettings(models.Model):
    """What a team chose for its game days. No row: the defaults."""

    team = models.OneToOneField("access.Team", on_delete=models.CASCADE, related_name="game_day_settings")
    has_badges = models.BooleanField(default=False)
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ("team",)

    def __str__(self) -> str:
        return f"game days of {self.team}"
