from __future__ import annotations

from django.db import models

from reliability.access.models import TeamScopedQuerySet


class Target(models.Model):
    """Something a fault may be put into: a proxy, a process, a host. Experiments name it; only its team's may.

    `kind` is an injector's. `config` is what that injector needs to reach it, `sealed` the secret part. `agent` names
    the agent that must do it, because only that machine can; blank: any agent of the installation.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="chaos_targets")
    service = models.ForeignKey("catalog.Service", on_delete=models.PROTECT, related_name="chaos_targets")
    slug = models.SlugField(max_length=63, unique=True)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=32)
    config = models.JSONField(default=dict, blank=True)
    sealed = models.BinaryField(null=True, blank=True)
    agent = models.SlugField(max_length=63, blank=True)
    environment = models.CharField(max_length=63, blank=True)
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("slug", "pk")

    def __str__(self) -> str:
        return self.title
