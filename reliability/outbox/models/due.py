from __future__ import annotations

from django.db import models


class Due(models.Model):
    """Work that must happen at `due_at`: one row per (kind, key), deleted or moved on when done.

    A claim sets `lease_until` and a fresh `lease_token`; whoever holds an older token has lost the row.
    """

    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=128)
    payload = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("due_at", "pk")
        verbose_name_plural = "due rows"
        constraints = (models.UniqueConstraint(fields=("kind", "key"), name="due_once_per_kind_and_key"),)
        indexes = (models.Index(fields=("due_at", "lease_until"), name="due_by_time"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key} due {self.due_at:%Y-%m-%d %H:%M:%S}"
