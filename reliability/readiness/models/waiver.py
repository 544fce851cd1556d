from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Waiver(models.Model):
    """An item that a service is let off until an instant, with the reason. Never changed: it ends, or is ended."""

    service = models.ForeignKey("catalog.Service", on_delete=models.CASCADE, related_name="readiness_waivers")
    item = models.SlugField(max_length=63)
    reason = models.TextField()
    until_at = models.DateTimeField()
    created_at = models.DateTimeField()
    author = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    author_name = models.CharField(max_length=160)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ("service", "item", "-created_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(until_at__gt=F("created_at")), name="readiness_waiver_lasts"),
            models.CheckConstraint(condition=~Q(reason=""), name="readiness_waiver_has_its_reason"),
        )
        indexes = (models.Index(fields=("service", "item", "-created_at"), name="readiness_waiver_by_item"),)

    def __str__(self) -> str:
        return f"{self.item} of {self.service_id} waived until {self.until_at:%Y-%m-%d}"
