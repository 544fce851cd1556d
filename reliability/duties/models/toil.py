from __future__ import annotations

from django.db import models
from django.db.models import Q

from reliability.access.models import TeamScopedQuerySet
from reliability.duties.domain.toil import Category


class ToilEntry(models.Model):
    """Hours that somebody of a team spent on toil, on one day."""

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="toil_entries")
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.PROTECT, null=True, blank=True, related_name="toil_entries"
    )
    day = models.DateField()
    hours = models.DecimalField(max_digits=6, decimal_places=2)
    category = models.CharField(max_length=16, choices=[(c.value, c.words) for c in Category])
    what = models.CharField(max_length=500)
    by = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by_name = models.CharField(max_length=160)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("-day", "-pk")
        verbose_name_plural = "toil entries"
        constraints = (models.CheckConstraint(condition=Q(hours__gt=0), name="toil_hours_are_positive"),)
        indexes = (models.Index(fields=("team", "-day"), name="toil_by_team"),)

    def __str__(self) -> str:
        return f"{self.hours} h {self.what}"


class Capacity(models.Model):
    """Hours a week that a team works, for the share that toil takes of them."""

    team = models.OneToOneField("access.Team", on_delete=models.CASCADE, related_name="capacity")
    hours_per_week = models.DecimalField(max_digits=8, decimal_places=2)
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ("team",)
        verbose_name_plural = "capacities"
        constraints = (models.CheckConstraint(condition=Q(hours_per_week__gt=0), name="capacity_is_positive"),)

    def __str__(self) -> str:
        return f"{self.team}: {self.hours_per_week} h a week"
