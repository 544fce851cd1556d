from __future__ import annotations

from django.db import models

from reliability.access.models import TeamScopedQuerySet


class OwnRatio(models.Model):
    """A ratio that a team defined: measure above, measure below, each told or counted; of its services."""

    team = models.ForeignKey("access.Team", on_delete=models.CASCADE, related_name="own_ratios")
    name = models.SlugField(max_length=63)
    title = models.CharField(max_length=120)
    numerator = models.CharField(max_length=63)
    denominator = models.CharField(max_length=63)
    unit = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("title", "pk")
        constraints = (models.UniqueConstraint(fields=("team", "name"), name="own_ratio_once_per_name"),)

    def __str__(self) -> str:
        return self.title
