from __future__ import annotations

from django.db import models


class ShiftNotice(models.Model):
    """That a person was told of a shift: one row each, so that the fact is written exactly once."""

    class Kind(models.TextChoices):
        COMING = "coming"
        BEGAN = "began"

    schedule = models.ForeignKey("oncall.Schedule", on_delete=models.CASCADE, related_name="notices")
    user = models.ForeignKey("access.User", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-start_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("schedule", "user", "kind", "start_at"), name="shift_notice_once_per_shift_and_kind"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: shift {self.kind} {self.start_at:%Y-%m-%d %H:%M}"
