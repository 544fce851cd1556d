from __future__ import annotations

from django.db import models

from chaos.runs.domain.guards import Answer, Phase


class GuardDecision(models.Model):
    """What one guard said of one run, from `at` until its next row: a new row whenever its answer changes.

    While the answer stays, `seen_at`, `reason` and `data` (its numbers) are those of the last look that was kept.
    """

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="guard_decisions")
    phase = models.CharField(max_length=8, choices=[(p.value, p.value) for p in Phase])
    name = models.CharField(max_length=32)
    answer = models.CharField(max_length=8, choices=[(a.value, a.value) for a in Answer])
    reason = models.TextField()
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("run", "at", "pk")
        indexes = (models.Index(fields=("run", "phase", "name"), name="guard_decision_by_guard"),)

    def __str__(self) -> str:
        return f"{self.name} of run {self.run_id}: {self.answer}"
