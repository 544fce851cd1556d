from __future__ import annotations

from django.db import models


class MonitorCall(models.Model):
    """One call of a monitor's address; the oldest are forgotten. `exit_code` and `duration_seconds` as far as known."""

    class Kind(models.TextChoices):
        SUCCESS = "success"
        START = "start"
        FAIL = "fail"

    monitor = models.ForeignKey("intake.Monitor", on_delete=models.CASCADE, related_name="calls")
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    exit_code = models.PositiveSmallIntegerField(null=True, blank=True)
    duration_seconds = models.FloatField(null=True, blank=True)
    body = models.TextField(blank=True)
    sender = models.CharField(max_length=200, blank=True)  # the address it came from, and what it calls itself

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("monitor", "-at"), name="call_by_monitor"),)

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M:%S}"
