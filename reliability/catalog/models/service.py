from __future__ import annotations

from django.db import models

from reliability.access.models import TeamScopedQuerySet


class Layer(models.TextChoices):
    """Where in the stack a service lives, from the widest blast radius to the narrowest."""

    REGION = "region"
    ZONE = "zone"
    CLUSTER = "cluster"
    POD = "pod"
    NODE = "node"
    PROCESS = "process"
    COMPONENT = "component"


class Service(models.Model):
    """Something a team runs. Tier 1 is the most important to users."""

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="services")
    name = models.SlugField(max_length=63, unique=True)
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    tier = models.PositiveSmallIntegerField(default=3)
    layer = models.CharField(max_length=16, choices=Layer.choices, default=Layer.COMPONENT)
    runbook_url = models.URLField(max_length=500, blank=True)
    links = models.JSONField(default=list, blank=True)  # [{"title": …, "url": …}]
    labels = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.CheckConstraint(condition=models.Q(tier__gte=1, tier__lte=4), name="service_tier_is_1_to_4"),
        )

    def __str__(self) -> str:
        return self.title
