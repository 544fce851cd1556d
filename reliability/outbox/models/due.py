from __future__ import annotations

from django.db import models


class Due(models.Model):
    """Work that must happen at `due_at`: one row per (kind, key), deleted or moved on when done.

    A claim sets `lease_until` and a fresh `lease_token`; whoever holds an older token has lost the row.
    `begun_at` and `lease_owner` are set by the worker that took the claim up. `lane`: rows that wait for the same
    outside system; a few of a lane are in hand at once, so that one that hangs leaves slots for the others.
    `is_urgent`: somebody waits to be woken; it goes before everything else that is due, in its lane, too.
    """

    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=128)
    payload = models.JSONField(default=dict)
    lane = models.CharField(max_length=120, blank=True, default="", db_default="")
    is_urgent = models.BooleanField(default=False, db_default=False)
    due_at = models.DateTimeField()
    # Asked for while a worker held the row: what it was running may have read the state before the cause.
    due_again_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_owner = models.CharField(max_length=160, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)  # begun and not finished, since the last success
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("due_at", "pk")
        verbose_name_plural = "due rows"
        constraints = (models.UniqueConstraint(fields=("kind", "key"), name="due_once_per_kind_and_key"),)
        indexes = (models.Index(fields=("due_at", "lease_until"), name="due_by_time"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key} due {self.due_at:%Y-%m-%d %H:%M:%S}"
