from __future__ import annotations

from django.db import models

from chaos.runs.domain.states import UndoState


class UndoRecord(models.Model):
    """How to take one fault back, committed before it is injected. Whoever finds it may follow it, any number of times.

    `kind` is an injector's, or "rollbacks" for those the experiment declares. `arguments` are all that the undo and the
    verification need besides the target; `sealed` is their secret part. `expires_at`: when the injector itself takes
    the fault back, however the run goes; null: it cannot.
    """

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="undo_records")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=32)
    activity = models.CharField(max_length=200)
    target = models.ForeignKey("experiments.Target", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    arguments = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True, blank=True)
    state = models.CharField(
        max_length=16, choices=[(s.value, s.value) for s in UndoState], default=UndoState.RECORDED.value
    )
    recorded_at = models.DateTimeField()
    injected_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ("run", "-number")  # the last fault is taken back first
        constraints = (models.UniqueConstraint(fields=("run", "number"), name="undo_record_once_per_number"),)
        indexes = (models.Index(fields=("state",), name="undo_by_state"),)

    def __str__(self) -> str:
        return f"undo {self.kind} of run {self.run_id}: {self.state}"
