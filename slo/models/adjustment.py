from __future__ import annotations

from django.db import models


class Adjustment(models.Model):
    """A correction of the budget by a person: `consumed_delta` is a fraction of the whole budget.

    Positive spends, negative returns. It counts in every window that holds `at`.
    """

    slo = models.ForeignKey("slo.Slo", on_delete=models.CASCADE, related_name="adjustments")
    at = models.DateTimeField()
    consumed_delta = models.FloatField()
    reason = models.TextField()
    author_name = models.CharField(max_length=160)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.consumed_delta:+.2%} at {self.at:%Y-%m-%d %H:%M}"
