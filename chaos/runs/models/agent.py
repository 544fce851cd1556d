from __future__ import annotations

from django.db import models


class Agent(models.Model):
    """A process that takes runs: its name is its queue. Several of one name share the work; blank is the default."""

    name = models.SlugField(max_length=63, blank=True)
    instance = models.CharField(max_length=160, unique=True)  # host and process, new at every start
    host = models.CharField(max_length=120)
    version = models.CharField(max_length=40, blank=True)
    kinds = models.JSONField(default=list)  # of injectors that work on this machine
    runs_max = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("name", "-seen_at", "pk")

    def __str__(self) -> str:
        return f"{self.name or 'default'} on {self.host}"
