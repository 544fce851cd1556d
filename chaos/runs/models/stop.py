from __future__ import annotations

from django.db import models
from django.db.models import Q


class GlobalStop(models.Model):
    """The red button: while one is in force every run is aborted and none starts. Kept when lifted, as history."""

    began_at = models.DateTimeField()
    by_user = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by_name = models.CharField(max_length=160)
    reason = models.CharField(max_length=500)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ("-began_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                models.Value(1), condition=Q(lifted_at__isnull=True), name="global_stop_one_in_force"
            ),
        )

    def __str__(self) -> str:
        return f"stop since {self.began_at:%Y-%m-%d %H:%M:%S} by {self.by_name}"
