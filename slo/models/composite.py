from __future__ import annotations

from django.db import models
from django.db.models import Q

from reliability.access.models import TeamScopedQuerySet
from slo.domain.composites import CompositeKind, Missing


class Composite(models.Model):
    """An objective over several others. What it asks for lies in its versions.

    `revision` rises with every edit by a person: an editor names the one that was read.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="composites")
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.PROTECT, null=True, blank=True, related_name="composites"
    )
    name = models.SlugField(max_length=63, unique=True)
    title = models.CharField(max_length=160)
    description = models.TextField(blank=True)
    has_page = models.BooleanField(default=True)  # fast burns wake people
    has_ticket = models.BooleanField(default=True)  # slow burns open a case that can wait
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.title


class CompositeVersion(models.Model):
    """What a composite asked for from `effective_from` on, until the next version. `window` is as that of an SLO's."""

    composite = models.ForeignKey(Composite, on_delete=models.CASCADE, related_name="versions")
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in CompositeKind])
    objective = models.DecimalField(max_digits=14, decimal_places=12)
    window = models.JSONField()
    slice_minutes = models.PositiveIntegerField()
    missing = models.CharField(
        max_length=16, choices=[(one.value, one.value) for one in Missing], default=Missing.NO_DATA.value
    )
    effective_from = models.DateTimeField()
    author_name = models.CharField(max_length=160)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("composite", "effective_from", "pk")
        constraints = (
            models.UniqueConstraint(fields=("composite", "effective_from"), name="composite_version_once_per_instant"),
            models.CheckConstraint(condition=Q(objective__gt=0, objective__lt=1), name="composite_objective_0_to_1"),
            models.CheckConstraint(condition=Q(slice_minutes__gte=1), name="composite_slice_of_a_minute_at_least"),
        )

    def __str__(self) -> str:
        return f"{self.composite} ≥ {self.objective.normalize()} from {self.effective_from:%Y-%m-%d %H:%M}"


class CompositePart(models.Model):
    """One part of a version: an SLO or another composite. Of old versions both may be gone; `name` is what it was."""

    version = models.ForeignKey(CompositeVersion, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField()
    slo = models.ForeignKey("slo.Slo", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    nested = models.ForeignKey(Composite, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=63)
    weight = models.PositiveIntegerField(default=1)
    slice_target = models.DecimalField(max_digits=14, decimal_places=12, null=True, blank=True)
    group = models.CharField(max_length=40, blank=True)  # parts of one group are redundant

    class Meta:
        ordering = ("version", "position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("version", "position"), name="composite_part_position"),
            models.UniqueConstraint(
                fields=("version", "slo"), condition=Q(slo__isnull=False), name="composite_part_slo_once"
            ),
            models.UniqueConstraint(
                fields=("version", "nested"), condition=Q(nested__isnull=False), name="composite_part_nested_once"
            ),
            models.CheckConstraint(
                condition=Q(slo__isnull=True) | Q(nested__isnull=True), name="composite_part_is_one_thing"
            ),
            models.CheckConstraint(condition=Q(weight__gte=1), name="composite_part_weighs_something"),
        )

    def __str__(self) -> str:
        return self.name
