from __future__ import annotations

from django.db import models

from reliability.access.models.team import ROLE_CHOICES


class ApiToken(models.Model):
    """A token of a team (or, without a team, of the whole installation). Only its SHA-256 is kept."""

    team = models.ForeignKey("access.Team", on_delete=models.CASCADE, null=True, blank=True, related_name="tokens")
    name = models.CharField(max_length=120)
    role = models.PositiveSmallIntegerField(choices=ROLE_CHOICES)
    scopes = models.JSONField(default=list)
    prefix = models.CharField(max_length=16, unique=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
