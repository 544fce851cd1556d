from __future__ import annotations

from django.db import models

from reliability.access.models import TeamScopedQuerySet


class Integration(models.Model):
    """Where alerts of one outside system come in. `revision` rises with every edit.

    kind: a folder of incidents/intake/sources. config: what that kind asks for, such as the mapping of generic JSON
    or the mailbox. secrets: encrypted JSON. grouping: see incidents.intake.domain.grouping; `window_started_at` is
    when its present window of "everything within N minutes" began.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="integrations")
    name = models.SlugField(max_length=63, unique=True)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=32)
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.SET_NULL, null=True, blank=True, related_name="integrations"
    )
    policy = models.ForeignKey(
        "paging.EscalationPolicy", on_delete=models.PROTECT, null=True, blank=True, related_name="integrations"
    )
    config = models.JSONField(default=dict, blank=True)
    secrets = models.BinaryField(null=True, blank=True)
    grouping = models.JSONField(default=dict, blank=True)
    window_started_at = models.DateTimeField(null=True, blank=True)
    is_enabled = models.BooleanField(default=True)
    last_received_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.title


class IntegrationKey(models.Model):
    """A key that opens the integration; while keys rotate there are two. Only its SHA-256 is kept."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="keys")
    prefix = models.CharField(max_length=16)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("integration", "-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.prefix}… of {self.integration}"
