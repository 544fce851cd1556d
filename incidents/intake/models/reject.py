from __future__ import annotations

from django.db import models


class Reject(models.Model):
    """What an integration did not take, and why; the body as far as the bound allows. The oldest are forgotten.

    The same again (`digest` of reason and body) is counted, not kept twice; `at` is the last time.
    """

    integration = models.ForeignKey("intake.Integration", on_delete=models.CASCADE, related_name="rejects")
    at = models.DateTimeField()
    first_at = models.DateTimeField()
    reason = models.CharField(max_length=64)
    message = models.TextField()
    body = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    times = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("integration", "digest"), name="reject_once_per_integration_and_digest"),
        )
        indexes = (models.Index(fields=("integration", "-at"), name="reject_by_integration"),)

    def __str__(self) -> str:
        return f"{self.reason} at {self.at:%Y-%m-%d %H:%M:%S}"
