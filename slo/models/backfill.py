from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Backfill(models.Model):
    """The reading of an SLI's past, from `end_at` back to `start_at`: newest first, so that the page fills at once.

    `cursor_at` moves in the transaction that stores the minutes before it: everything in
    [cursor_at, end_at) is stored. Running it twice stores the same numbers.
    Each minute is read as the indicator was defined then, or all of them as `restated_as` says. `unread` are the
    [start, end] stretches that could not be read and were passed over, newest first.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    sli = models.ForeignKey("slo.Sli", on_delete=models.CASCADE, related_name="backfills")
    restated_as = models.ForeignKey("slo.SliVersion", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=16, choices=State.choices, default=State.RUNNING)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    cursor_at = models.DateTimeField()
    minutes_stored = models.BigIntegerField(default=0)
    working_seconds = models.FloatField(default=0.0)  # time spent in finished pieces: the base of the rate
    attempts = models.PositiveIntegerField(default=0)
    halvings = models.PositiveSmallIntegerField(default=0)  # a day-long piece is halved so often
    unread = models.JSONField(default=list, blank=True)
    last_error = models.TextField(blank=True)
    author_name = models.CharField(max_length=160)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(cursor_at__gte=F("start_at"), cursor_at__lte=F("end_at")),
                name="backfill_cursor_in_period",
            ),
            models.UniqueConstraint(
                fields=("sli",), condition=Q(state__in=("running", "paused")), name="backfill_one_open_per_sli"
            ),
        )

    def __str__(self) -> str:
        return f"{self.sli}: {self.state}"
