from __future__ import annotations

from django.db import models


class IntakeReceipt(models.Model):
    """The answer given to an Idempotency-Key, so that a repeated request gets it again and stores nothing twice."""

    owner = models.CharField(max_length=64)  # whose key space: "token:3", "user:7"
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (models.UniqueConstraint(fields=("owner", "key"), name="receipt_once_per_owner_and_key"),)

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
