from __future__ import annotations

from django.db import models


class ChecklistItem(models.Model):
    """What the team itself asks before it says go."""

    game_day = models.ForeignKey("gamedays.GameDay", on_delete=models.CASCADE, related_name="checklist")
    position = models.PositiveIntegerField()
    text = models.CharField(max_length=300)
    is_done = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ("game_day", "position", "pk")

    def __str__(self) -> str:
        return self.text
