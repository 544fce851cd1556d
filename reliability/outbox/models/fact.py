from __future__ import annotations

from django.db import models


class Fact(models.Model):
    """Something that happened, written in the transaction that made it happen. Never changed."""

    kind = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    team = models.ForeignKey("access.Team", on_delete=models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        indexes = (models.Index(fields=("kind", "at"), name="fact_by_kind"),)

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M:%S}"
