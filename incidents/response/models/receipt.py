from __future__ import annotations

from django.db import models


class Receipt(models.Model):
    """The incident that an Idempotency-Key declared, so that a repeated request gets it again."""

    owner = models.CharField(max_length=64)  # whose key space: "token:3", "user:7"
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    incident = models.ForeignKey("response.Incident", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("owner", "key"), name="incident_receipt_once_per_owner_and_key"),
        )

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
