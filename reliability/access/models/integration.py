from __future__ import annotations

from datetime import datetime

from django.db import models


class KeyedIntegration(models.Model):
    """Where something of one outside system comes in, opened by keys. `revision` rises with every edit.

    Rooms add the team, and what comes in.
    """

    team_id: int

    name = models.SlugField(max_length=63, unique=True)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=32)
    is_enabled = models.BooleanField(default=True)
    last_received_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.title


class RotatingKey(models.Model):
    """A key that opens an integration; while keys rotate there are two. Rooms add `integration` and what they keep of
    the text: its hash, or the text encrypted where signatures need it.
    """

    prefix = models.CharField(max_length=16)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ("integration", "-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.prefix}…"

    def is_in_force(self, *, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)
