from __future__ import annotations

from django.db import models

from reliability.access.models import TeamScopedQuerySet


class Source(models.Model):
    """Where counts come from. `kind` names a folder of telemetry/sources; `settings` are that kind's, validated by it.

    `secret` holds the credentials of the kind, encrypted; it is never shown again.
    The columns from `checked_at` on are the source's health, written by the telemetry services only.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="sources")
    name = models.SlugField(max_length=63, unique=True)
    title = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=32)
    settings = models.JSONField(default=dict, blank=True)
    secret = models.BinaryField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    checked_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    latency_seconds = models.FloatField(null=True, blank=True)
    failures_in_a_row = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)  # circuit breaker: no request before this
    last_error = models.TextField(blank=True)
    warnings = models.JSONField(default=list, blank=True)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.title or self.name
