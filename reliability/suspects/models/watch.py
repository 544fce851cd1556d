from __future__ import annotations

from django.db import models


class Watch(models.Model):
    """Until when the minutes of an objective were looked through for burns; wide_at: all of the kept past, too."""

    slo = models.OneToOneField("slo.Slo", on_delete=models.CASCADE, primary_key=True, related_name="burn_watch")
    looked_at = models.DateTimeField()
    wide_at = models.DateTimeField()

    class Meta:
        ordering = ("slo",)
        verbose_name_plural = "watches"
        indexes = (models.Index(fields=("wide_at",), name="burn_watch_by_wide_look"),)

    def __str__(self) -> str:
        return f"{self.slo_id}: {self.looked_at:%Y-%m-%d %H:%M}"
