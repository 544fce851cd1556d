from __future__ import annotations

from django.db import models


class MailReceipt(models.Model):
    """A mail that was read: its Message-ID (or the hash of a mail without one) has its effect once."""

    integration = models.ForeignKey("intake.Integration", on_delete=models.CASCADE, related_name="mail_receipts")
    message_id = models.CharField(max_length=255)
    outcome = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (models.UniqueConstraint(fields=("integration", "message_id"), name="mail_once_per_integration"),)

    def __str__(self) -> str:
        return f"{self.message_id}: {self.outcome}"
