from __future__ import annotations

from django.db import models

from reliability.access.models import TeamScopedQuerySet


class OpenSloDocument(models.Model):
    """An OpenSLO object kept as written: the alert kinds, and what export must give back unchanged."""

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=32)
    name = models.CharField(max_length=63)
    document = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("kind", "name", "pk")
        verbose_name = "OpenSLO document"
        constraints = (models.UniqueConstraint(fields=("kind", "name"), name="openslo_once_per_kind_and_name"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
